const plural = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** The words of messages in English; the other language has the same keys. */
export const en = {
  // Lengths and times.
  seconds: (n: number) => `${n} s`,
  minutes: (m: number, s: number) => (s === 0 ? `${m} min` : `${m} min ${s} s`),
  hours: (h: number, m: number) => (m === 0 ? `${h} h` : `${h} h ${m} min`),
  days: (d: number, h: number) => (h === 0 ? `${d} d` : `${d} d ${h} h`),
  zoned: (time: string, offset: string) => `${time} (UTC${offset})`,
  span: (from: string, until: string) => `${from} to ${until}`,
  percent: (percent: string) => `${percent} %`,
  close: (text: string) => text,
  list: (items: readonly string[]) => items.join(", "),

  // What is struck.
  place: (products: string, regions: string) =>
    [products, regions].filter((part) => part !== "").join(" in "),
  products: (n: number) => plural(n, "product"),
  regions: (n: number) => plural(n, "region"),
  targets: (n: number) => plural(n, "target"),
  accounts: (n: number) => plural(n, "account"),
  subjects: (n: number) => plural(n, "objective"),
  of: (what: string, where: string) => (where === "" ? what : `${what} (${where})`),
  malfunctionNo: (id: number | null) => (id === null ? "malfunction" : `malfunction ${id}`),

  // Malfunctions.
  oneFails: (target: string, since: string) => `${target} fails since ${since}`,
  manyFail: (place: string, targets: string, since: string) =>
    `${place}: ${targets} fail since ${since}`,
  lasts: (title: string, since: string) => `${title}, since ${since}`,
  manyFailed: (place: string, targets: string) => `${place}, ${targets}`,
  again: (what: string) => `Again: ${what}`,
  was: (level: string, what: string) => `Was ${level}: ${what}`,
  changed: (what: string) => `Changed: ${what}`,
  acknowledged: (who: string, what: string) => `Acknowledged by ${who}: ${what}`,
  overdue: (what: string) => `Not acknowledged yet: ${what}`,
  over: (length: string, what: string) => `Over after ${length}: ${what}`,
  overOnly: (what: string) => `Over: ${what}`,
  blip: (length: string, what: string) => `Already over after ${length}: ${what}`,
  closed: (what: string) => `Reviewed and closed: ${what}`,
  somebody: "somebody",
  failSummary: (targets: string, accounts: string, since: string) =>
    `Failing since ${since}: ${targets} of ${accounts}.`,
  beganSummary: (since: string) => `It began at ${since}.`,
  because: (reason: string) => `Reason: ${reason}.`,
  mostly: (reason: string) => `Most often: ${reason}.`,
  respondBy: (time: string) => `To be acknowledged by ${time}.`,
  respondedLate: (time: string) => `It should have been acknowledged by ${time}.`,
  acknowledgedAt: (who: string, time: string) => `${who} has acknowledged it at ${time}.`,
  overSummary: (from: string, until: string) => `It began at ${from} and ended at ${until}.`,
  blipSummary: "It was over before this message was sent.",
  reviewToCome: "The review is to come.",
  closedSummary: (who: string, time: string) => `${who} has finished the review at ${time}.`,
  member: (who: string, times: string, reason: string) =>
    reason === "" ? `${who} ${times}` : `${who} ${times}: ${reason}`,
  since: (time: string) => `since ${time}`,

  // Budgets and objectives.
  mayStillLose: (subject: string, length: string) =>
    `${subject} may still lose ${length} this month`,
  nothingLeft: (subject: string) => `${subject} has nothing left to lose this month`,
  burns: (subject: string) => `${subject} uses up its error budget too fast`,
  manyBurn: (subjects: string, least: string) =>
    `${subjects} use up their error budgets too fast${least === "" ? "" : `: ${least}`}`,
  burnOver: (subject: string) => `${subject} no longer uses up its error budget too fast`,
  manyBurnOver: (subjects: string) => `${subjects} no longer use up their error budgets too fast`,
  burnMissed: (subject: string, objective: string, month: string) =>
    `${subject} is no longer at risk: it has missed ${objective} for ${month}`,
  manyBurnMissed: (subjects: string, missed: number) =>
    `${subjects} are no longer at risk; missed: ${missed}`,
  missed: (subject: string, objective: string, month: string) =>
    `${subject} has missed ${objective} for ${month}`,
  manyMissed: (subjects: string, month: string) => `${subjects} missed for ${month}`,
  manyBreachOver: (subjects: string, month: string) => `${subjects} no longer missed for ${month}`,
  canBeMet: (subject: string, objective: string, month: string) =>
    `${subject} can meet ${objective} for ${month} again`,
  isMet: (subject: string, objective: string, month: string) =>
    `${subject} has met ${objective} for ${month} after all`,
  tooLittleData: (subject: string, month: string) =>
    `${subject} has too little data for a verdict on ${month}`,
  removed: (subject: string) => `${subject} is no longer measured`,
  alreadyOver: (what: string) => `Already over: ${what}`,
  theObjective: "its objective",
  theMonth: "the month",
  burnSummary: (objective: string, left: string) =>
    `At this pace ${objective} will not be met; ${left} of the month's allowance is left.`,
  burnSummaryOnly: (objective: string) => `At this pace ${objective} will not be met.`,
  breachSummary: (availability: string, objective: string) =>
    `Availability is ${availability}, the objective ${objective}.`,
  runningBreach: "Even a perfect rest of the month cannot meet it any more.",
  closedBreach: (revision: number) => `By revision ${revision} of the month's report.`,
  stillOpen: (n: number) => `Not over yet for ${n}.`,
  stands: (who: string, words: readonly string[]) => `${who}: ${words.join(", ")}`,
  left: (length: string) => `may still lose ${length}`,
  ofObjective: (availability: string, objective: string) => `${availability} of ${objective}`,

  // Months, credits, maintenance.
  monthClosed: (month: string, verdicts: string) => `${month} is closed: ${verdicts}`,
  monthRevised: (month: string, revision: number, verdicts: string) =>
    `${month} is closed anew, revision ${revision}: ${verdicts}`,
  allMet: (n: number) => (n === 1 ? "its objective is met" : `all ${n} objectives are met`),
  someMissed: (missed: number, n: number) => `${missed} of ${plural(n, "objective")} missed`,
  someUndecided: (undecided: number, n: number) =>
    `${undecided} of ${plural(n, "objective")} without enough data`,
  noVerdicts: "nothing was measured",
  forAccount: (what: string, account: string) => `${account}: ${what}`,
  creditOwed: (amount: string, subject: string, month: string) =>
    `Credit owed: ${amount} for ${subject}, ${month}`,
  creditsOwed: (n: number, amounts: string, month: string) =>
    `${plural(n, "credit")} owed for ${month}: ${amounts}`,
  ofFee: (percent: string) => `${percent} of the month's fee`,
  claimSummary: (from: string, until: string) => `It can be claimed from ${from} until ${until}.`,
  claimsSummary: (until: string) => `The first claim closes at ${until}.`,
  maintenancePlanned: (span: string, scope: string) => `Maintenance planned: ${span}, ${scope}`,
  maintenancePast: (span: string, scope: string) => `Maintenance noted: ${span}, ${scope}`,
  maintenances: (n: number) => `${plural(n, "maintenance")} planned`,
  notCounted: "While it lasts, outages are not held against the provider.",
  repeats: "It repeats.",
  everything: "everything",

  // The monitor itself.
  blind: (vantage: string, since: string) => `Vantage ${vantage} is blind since ${since}`,
  manyBlind: (n: number, since: string) => `${plural(n, "vantage")} blind since ${since}`,
  sees: (vantage: string, length: string) => `Vantage ${vantage} sees again after ${length}`,
  manySee: (n: number) => `${plural(n, "vantage")} see again`,
  silent: "No rounds come from it.",
  tellsNothing: "Its rounds can tell nothing: its own network, resolver or clock fails.",
  blindSummary: "What it cannot see counts neither as downtime nor as uptime; coverage falls.",
  seesSummary: "It measures again.",
  dead: (channel: string, since: string) => `Channel ${channel} is dead since ${since}`,
  manyDead: (n: number, since: string) => `${plural(n, "channel")} dead since ${since}`,
  alive: (channel: string, length: string) => `Channel ${channel} works again after ${length}`,
  manyAlive: (n: number) => `${plural(n, "channel")} work again`,
  deadSummary: "Its messages do not arrive; look at its settings and at the receiver.",
  aliveSummary: "Its messages arrive again.",
  unnamed: "without a name",

  digest: (n: number, first: string) => `${n} things in one message: ${first}`,
  digestSummary: "The channel takes only so many messages in a minute; these came together.",
  test: (channel: string) => `Test message to the channel ${channel}`,
  testSummary: "Whoever reads this gets the messages of this channel. Nothing has happened.",
  plain: (kind: string, subject: string) => (subject === "" ? kind : `${kind}: ${subject}`),
  happened: (time: string) => `At ${time}.`,

  labels: {
    level: "Level",
    number: "Number",
    reference: "Ticket",
    targets: "Targets",
    product: "Product",
    products: "Products",
    region: "Region",
    regions: "Regions",
    account: "Account",
    accounts: "Accounts",
    agreement: "Agreement",
    subject: "Subject",
    month: "Month",
    began: "Began",
    ended: "Ended",
    lasted: "Lasted",
    respondBy: "Acknowledge by",
    acknowledged: "Acknowledged",
    owner: "Owner",
    objective: "Objective",
    availability: "Availability",
    left: "May still lose",
    rate: "Burn rate",
    revision: "Revision",
    missed: "Missed",
    met: "Met",
    undecided: "Without enough data",
    credit: "Credit",
    claimFrom: "Claim from",
    claimUntil: "Claim until",
    from: "From",
    until: "Until",
    scope: "Concerns",
    reason: "Reason",
    exclusion: "Exclusion",
    vantage: "Vantage",
    channel: "Channel",
    detail: "Detail",
  },
  states: {
    "on-track": "on track",
    "at-risk": "at risk",
    "already-missed": "missed",
    met: "met",
    missed: "missed",
    "insufficient-data": "too little data",
    removed: "no longer measured",
  },
};

export type MessageTexts = typeof en;
