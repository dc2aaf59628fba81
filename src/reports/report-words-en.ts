import { commonWords } from "../core/common-words.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import { grouped } from "../core/grouped.ts";
import type { ReportWords } from "./report-words-type.ts";

const count = (n: number, one: string, many = `${one}s`) => `${grouped(n)} ${n === 1 ? one : many}`;
const be = (n: number) => (n === 1 ? "is" : "are");

/** "A", "A and B", "A, B and C". */
function listOf(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

export const reportWordsEn: ReportWords = {
  ...commonWords.en,
  title: "Service level report",
  allAccounts: "All accounts",
  cycle: (from, until, zone) => `${from} to ${until}, ${zone}`,
  timesIn: (zone) => `All times are in ${zone}.`,
  revision: (revision) => `Revision ${revision}`,
  closedAt: (revision, time) => `Closed at ${time}, revision ${revision}`,
  notFinal: (settledUntil) =>
    `Not final: these figures are not closed and signed. They go up to ${settledUntil}.`,
  nothing: "–",
  page: (page, pages) => `Page ${page} of ${pages}`,

  verdictSentence: {
    empty: "Nothing was measured in this month.",
    closed: ({ all, missed, "insufficient-data": unclear }) => {
      const rest =
        unclear === 0
          ? ""
          : ` For ${grouped(unclear)} of ${grouped(all)} there is too little data to tell.`;
      if (missed > 0 && all === 1) return "The objective was missed.";
      if (missed > 0) {
        const was = missed === 1 ? "was" : "were";
        return `${grouped(missed)} of ${count(all, "objective")} ${was} missed.${rest}`;
      }
      if (unclear === all) return "There is too little data to tell whether an objective was met.";
      if (unclear > 0) return `No objective was missed.${rest}`;
      return all === 1 ? "The objective was met." : `All ${grouped(all)} objectives were met.`;
    },
    running: ({ all, "already-missed": missed, "at-risk": risk, ...others }) => {
      const unclear = others["insufficient-data"];
      const parts = [
        missed > 0 ? `${grouped(missed)} of ${count(all, "objective")} can no longer be met` : "",
        risk > 0 ? `${grouped(risk)} ${be(risk)} at risk` : "",
        unclear > 0 ? `${grouped(unclear)} ${unclear === 1 ? "has" : "have"} too little data` : "",
      ].filter((part) => part !== "");
      if (parts.length > 0) return `So far ${listOf(parts)}.`;
      return all === 1
        ? "So far the objective is on track."
        : `So far all ${grouped(all)} objectives are on track.`;
    },
    owed: (amounts) => `Credits of ${amounts} are owed.`,
    owedAtLeast: (amounts) =>
      `Credits of at least ${amounts} are owed; of some fees nothing is known.`,
    owedUnknown: "Credits are owed; their amount is not known, as the fees are not.",
  },

  sections: {
    keyFigures: "Key figures",
    places: "Products and regions",
    subjects: "Every figure",
    credits: "Credits owed",
    creditTotals: "In total",
    claim: "Text of the claim",
    outages: "Outages",
    malfunctions: "Malfunctions",
    exclusions: "Exclusions",
    maintenance: "Maintenance performed",
    changes: "Changes against the revision before",
    heatMap: "Each day by region",
    timelines: "The month, minute by minute",
    budgets: "Error budgets",
    trend: "Twelve months",
    method: "How it is counted",
    proof: "Proof",
    seals: "Seals of the days (UTC)",
    accounts: "Accounts",
    worst: "Lowest figures",
    coverage: "Lowest coverage",
    vantages: "Coverage by vantage",
    slots: "Bad slots",
  },
  keyFigures: {
    met: "Objectives met",
    within: "Objectives within reach",
    lowest: "Lowest availability",
    badTime: "Bad time in all",
    outages: "Outages",
    owed: "Credits owed",
    coverage: "Lowest coverage",
    accounts: "Accounts",
  },
  columns: {
    no: "No.",
    month: "Month",
    account: "Account",
    accountName: "Name of the account",
    agreement: "Agreement",
    scope: "Scope",
    subject: "Target or group",
    targets: "Targets",
    target: "Target",
    product: "Product",
    region: "Region",
    place: "Product and region",
    objective: "Objective",
    availability: "Availability",
    verdict: "Verdict",
    badTime: "Bad time",
    allowedTime: "Allowed",
    allowedSoFar: "Allowed so far",
    budgetLeft: "Budget left",
    bad: "Bad slots",
    allowed: "Allowed bad slots",
    good: "Good slots",
    counted: "Counted slots",
    total: "Slots",
    excluded: "Excluded slots",
    noData: "Slots without data",
    slot: "Slot",
    low: "Lowest possible",
    high: "Highest possible",
    reachability: "Reachability",
    coverage: "Coverage",
    outages: "Outages",
    subjects: "Targets and groups",
    count: "Count",
    missed: "Missed",
    worst: "Lowest figure",
    tier: "Tier",
    creditPercent: "Credit",
    fee: "Fee of the month",
    amount: "Amount",
    currency: "Currency",
    claimFrom: "Claim from",
    claimUntil: "Last day to claim",
    note: "Note",
    yieldsTo: "Credited under",
    from: "Begin",
    until: "End",
    length: "Length",
    slots: "Slots",
    reason: "Reason",
    malfunction: "Malfunction",
    level: "Level",
    title: "Title",
    state: "State",
    cause: "Cause",
    resolution: "Resolution",
    kind: "Kind",
    evidence: "Evidence",
    proposedBy: "Proposed by",
    approvedBy: "Approved by",
    field: "Field",
    before: "Before",
    after: "After",
    day: "Day",
    revision: "Revision",
    root: "Merkle root",
    hash: "Hash",
    vantage: "Vantage",
    planned: "To measure",
    measured: "Measured",
    failedShare: "All failed",
  },
  statuses: { running: "running", open: "over, not final", closed: "closed" },
  scopes: { target: "target", group: "group", "multi-zone": "several zones" },
  creditNotes: {
    running: "the month is not over",
    met: "the objective was met",
    "insufficient-data": "too little data",
    "no-tier": "missed, but no tier of the agreement gives a credit",
    "no-fee": "no fee is known: the share is owed, the amount is not known",
    "part-fee": "some of the fees are not known: at least this amount",
  },
  exclusionKinds: {
    maintenance: "Maintenance",
    "force-majeure": "Force majeure",
    "customer-action": "Action of the customer",
    "customer-network": "Customer's network",
    attack: "Attack",
    arrears: "Arrears",
    other: "Other",
  },
  malfunctionStates: malfunctionWords.en.states,
  none: {
    subjects: "Nothing was measured in this month.",
    credits: "No credit is owed.",
    outages: "There was no outage.",
    malfunctions: "There was no malfunction.",
    exclusions: "No exclusion was approved.",
    maintenance: "No maintenance was performed.",
    timelines:
      "This is an earlier revision, of which the report is kept and not each slot: it has no charts.",
    trend: "No other month was closed.",
    below: "All stand at 100 %.",
    creditsYet: "The month is not over: what is owed follows from its closing.",
    vantages: "No vantage had anything to measure.",
  },

  notes: {
    places: "Of each product and region the target or group with the lowest figure.",
    budgets: "Bad time against what the objective allows; the mark is the allowance.",
    budgetsSoFar:
      "Bad time so far against what the objective allows in the whole month; the mark is the allowance.",
    heatMap: "The worst state of any target or group on each day.",
    timelines:
      "A row for each day, 24 hours across. Each target or group that missed its objective has one.",
    trend:
      "Objectives met, missed, and without a verdict in each month; a dash where none was closed.",
    vantages:
      "Hours of single targets in which each vantage was to measure, and of these those with a valid request, and those in which every valid request failed.",
    more: (n, what) => `${grouped(n)} more (${what}) ${be(n)} not listed here.`,
    elsewhere: "Everything is in the attached JSON, and in the report's XLSX and CSV (ZIP) forms.",
    lasts: "still on",
    reviewToCome: "The review is to come.",
    malfunctionOf: (id, level) => `Malfunction ${id} (${level})`,
    yieldsTo: (agreements) => `The other targets are credited under ${agreements}.`,
    replaced: "Characters that the font of this document lacks are shown as □.",
    attached: (name) =>
      `The JSON of the report is attached to this document as ${name}, to the byte.`,
    whole: (size) =>
      `This report has ${grouped(size)} subjects. Listed in full is what missed its objective or was struck; the rest is summed up.`,
  },

  method: {
    source: "Source of the terms",
    allAgreements: "All agreements",
    inForce: (date) => `in force from ${date}`,
    holdsFor: (subjects) => `for ${subjects}`,
    slot: (length) =>
      `The month is cut into slots of ${length}. Results count in the slot that their planned time lies in; there are no hidden retries.`,
    bad: ({ method, quorum }, threshold) => {
      if (method === "error-rate") {
        return "A slot is bad by the share of its valid requests that failed, over all vantages together.";
      }
      if (method === "threshold") {
        return `A slot is bad when more than ${threshold} of its valid requests failed, over all vantages together.`;
      }
      const quorums = {
        all: "every vote is down",
        majority: "more than half of the votes are down",
        any: "one vote is down",
      };
      return `A vantage votes down when all of its valid requests in the slot failed, else up. The slot is bad when ${quorums[quorum]}.`;
    },
    data: ({ method, minVantages }) => {
      if (method !== "all-failed") return "A slot without a valid request has no data.";
      const wanted =
        minVantages === null
          ? "half of the target's vantages, rounded up,"
          : count(minVantages, "vantage");
      return `A slot has no data unless ${wanted} cast a vote. Requests that were not valid, and faults of the monitor itself, are not counted.`;
    },
    stretch: (slots) => `Fewer than ${slots} bad slots in a row count as good.`,
    scope: {
      target: "Each target is counted alone.",
      group: "All targets of an account, product, region and class are counted together.",
      "multi-zone":
        "A target's slot is bad only while every target of another zone is down as well.",
    },
    partMonth: {
      "as-used": "Time before a target was used and after is not counted.",
      "whole-month": "Time before a target was used and after counts as good.",
    },
    exclusion: {
      "as-good": "Time in an approved exclusion counts as good.",
      removed: "Time in an approved exclusion is taken out of the count.",
    },
    noData: {
      removed: "Slots without data are taken out of the count.",
      "as-good": "Slots without data count as good.",
      "as-bad": "Slots without data count as bad.",
    },
    figure: "Availability = 1 − bad ÷ counted slots, computed as an exact fraction.",
    rounding: "Percentages are cut to three decimals, never rounded; the fraction decides.",
    verdict: (objective, minCoverage) =>
      `Met at ${objective} or more. With data for less than ${minCoverage} of the time there is no verdict, unless the objective would be missed even if all the time without data had been good.`,
    tiers: (tiers) => `Credits, in percent of the month's fee: ${tiers}; the largest that applies.`,
    tier: (below, percent) => `${percent} % below ${below} %`,
    noTiers: "The terms name no credits.",
    claim: (zone) =>
      `The month is the calendar month in ${zone}. A claim opens with the 5th working day of the next month and closes with the end of the second month after the month itself: October's on 31 December.`,
    unknown: "The terms of this agreement are no longer in the configuration.",
  },

  claim: {
    text: (facts) =>
      `${facts.accountName} (account ${facts.account}) claims a credit for ${facts.subject} ` +
      `(product ${facts.product}, region ${facts.region}) under the service level agreement ` +
      `"${facts.agreement}" for ${facts.month}. Its availability in that month was ` +
      `${facts.availability} %; the agreement promises ${facts.objective} %. Below ${facts.below} % ` +
      `the agreement gives a credit of ${facts.percent} %. We claim ${facts.claimed}, in the form ` +
      "that the agreement provides for.",
    claimed: ({ amount, isLeast, percent, targets }) => {
      const fee = targets === "" ? "its fee for the month" : `the fee of ${targets} for the month`;
      if (amount === null) return `${percent} % of ${fee}`;
      return isLeast
        ? `${percent} % of ${fee}, which is at least ${amount}`
        : `${amount}, which is ${percent} % of ${fee}`;
    },
  },

  proof: {
    rounds: "Rounds of measurement",
    digest: "Digest of the evidence",
    inputs: "Digest of the terms",
    signature: "Signature (Ed25519)",
    key: "Key",
    audit: "Audit log up to",
    auditEntry: (entry, hash) => `entry ${entry}, ${hash}`,
    previous: "Revision before",
    closedAt: "Closed at",
    closedBy: "Closed by",
    bySystem: "system",
    closedFor: "Reason",
    seals: (n) => count(n, "day"),
    how: "How to verify",
    chained:
      "The results of each round are chained by hashes, each day of them is sealed by a Merkle " +
      "root, and the signed report names the seals and the terms that it was counted with.",
    verify: "Where nines runs, this checks all of it and derives the figures again:",
    bundle: "This writes the evidence to one file:",
    check:
      "This checks that file anywhere, with Node.js alone; nines-verify.mjs lies in dist/ of nines, " +
      "needs nothing else of it, and is handed out with the file:",
    compare:
      "It names the key that signed: compare it with the one above, and both with the one that " +
      "the operator made public. It counts whole days in UTC, and so more rounds than the month has.",
    unsigned:
      "Until its month is closed a report is not signed; it is sealed and signed on closing.",
  },

  listOf,
};
