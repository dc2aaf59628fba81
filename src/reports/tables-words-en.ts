const agreement = "id of the agreement";
const subject = "what has a figure: a target's id, or account/product/region/class of a group";
const account = "id of the account";
const no = "the subject's number in this report, the same in every file";
const utc = "instant, RFC 3339 in UTC";
const local = "the same in the report's time zone";
const untilUtc = "end, not included, RFC 3339 in UTC";
const percent = "cut to three decimals, not rounded; empty: nothing counted";
const targets = "ids of targets, with spaces between";

/** Keys are the files and their columns, in order. */
export const tableWordsEn = {
  title: (name: string) => `Service level report ${name}: tables`,
  notFinal: "NOT FINAL: these figures are not closed and signed.",
  revision: (revision: number) => `Closed, revision ${revision}.`,
  general: (timeZone: string): readonly string[] => [
    "Each file is CSV in UTF-8 with a byte order mark; lines end with CR LF.",
    `Local times are in ${timeZone}; they have no offset.`,
    "A fraction such as 41/60 is exact; the column after it has it as a decimal, exact where it ends, else cut.",
    "A text that a spreadsheet would run as a formula is put behind an apostrophe.",
  ],
  noSlots:
    "This is an earlier revision, of which single slots are not kept: bad-slots.csv is empty.",
  joined:
    "There are too many bad slots for a row each: equal neighbours share a row of bad-slots.csv.",
  left: (subjects: number) =>
    `bad-slots.csv would be too long: the bad slots of ${subjects} subjects are not in it.`,
  tables: {
    summary: {
      what: "The month at a glance, one fact a row.",
      columns: {
        field: "name of the fact; creditAmount: what is owed to an account",
        value: "its value",
        account: "of creditAmount: whom it is owed to",
        currency: "of creditAmount: its currency",
      },
    },
    subjects: {
      what: "One row for each figure.",
      columns: {
        no,
        agreement,
        scope: "target, group or multi-zone",
        subject,
        product: "the product",
        region: "id of the region",
        account,
        targets,
        objectivePercent: "what the agreement promises",
        availabilityPercent: `1 - bad / counted in percent, ${percent}`,
        verdict:
          "met, missed, insufficient-data; while the month runs on-track, at-risk, already-missed",
        bad: "sum of the slots' badness, exact",
        badDecimal: "the same as a decimal",
        badSeconds: "the same in seconds",
        counted: "slots that count",
        total: "slots of the month",
        excluded: "slots in approved exclusions",
        noData: "slots without data",
        slotSeconds: "length of a slot in seconds",
        good: "good slots, exact: good + measuredBad + excluded + noData = total",
        goodDecimal: "the same as a decimal",
        measuredBad:
          "badness that was measured, exact; less than bad where slots without data count as bad",
        measuredBadDecimal: "the same as a decimal",
        allowedBad: "bad slots that the objective allows",
        budgetLeft: "allowedBad less bad; negative when overspent",
        lowPercent: "availability if every slot without data had been bad",
        highPercent: "availability if every slot without data had been good",
        reachabilityPercent: "valid requests that were answered well",
        coveragePercent: "slots that have data or are excluded",
        outages: "number of outages",
        creditPercent: "credit in percent of the month's fee",
        creditNote: "why there is no credit, or no full amount",
      },
    },
    outages: {
      what: "One row for each outage of a subject: a run of bad slots.",
      columns: {
        no,
        agreement,
        subject,
        account,
        from: utc,
        fromLocal: local,
        until: untilUtc,
        untilLocal: local,
        seconds: "its length",
        slots: "its slots",
        reason: "what most failed requests met with",
        malfunction: "number of the malfunction that it belongs to",
      },
    },
    "bad-slots": {
      what: "Each bad slot, or where there are too many equal neighbours together.",
      columns: {
        no,
        agreement,
        subject,
        account,
        from: utc,
        fromLocal: local,
        until: untilUtc,
        untilLocal: local,
        slots: "slots in this row",
        num: "numerator of the badness of each of them",
        den: "its denominator",
        badness: "num / den; summed over slots it is measuredBad of subjects.csv",
      },
    },
    exclusions: {
      what: "Approved exclusions, one row for each subject that one applies to.",
      columns: {
        id: "number of the exclusion",
        agreement,
        subject,
        account,
        kind: "why the provider is not held to it",
        from: utc,
        fromLocal: local,
        until: untilUtc,
        untilLocal: local,
        reason: "the reason in words",
        evidence: "a link or a ticket",
        proposedBy: "who proposed it",
        approvedBy: "who approved it",
      },
    },
    credits: {
      what: "Credits owed, one row for each subject.",
      columns: {
        no,
        agreement,
        subject,
        account,
        availabilityPercent: percent,
        belowPercent: "the tier: below this availability",
        creditPercent: "percent of the month's fee",
        fee: "the fee; empty: not known",
        amount: "what is owed, a half of the smallest unit rounded up; empty: not known",
        currency: "ISO 4217",
        note: "why there is no full amount",
        claimFrom: utc,
        claimFromLocal: local,
        claimUntil: untilUtc,
        claimUntilLocal: local,
        targets: "targets whose fees are in it, with spaces between",
        yieldsTo: "agreements that credit the other targets",
      },
    },
    malfunctions: {
      what: "Malfunctions of the month, one row for each subject that one struck.",
      columns: {
        id: "number of the malfunction",
        level: "P1 to P4",
        title: "its title; empty for one of outages",
        state: "open, restored or closed",
        from: utc,
        fromLocal: local,
        until: `${untilUtc}; empty: still on`,
        untilLocal: local,
        agreement,
        subject,
        targets,
        cause: "from the review, Markdown",
        resolution: "from the review, Markdown",
      },
    },
    rollups: {
      what: "Pooled figures: 1 - sum of bad / sum of counted, of slots of one length.",
      columns: {
        by: "product-region, product or account",
        product: "the product",
        region: "id of the region",
        account,
        slotSeconds: "length of a slot in seconds",
        availabilityPercent: percent,
        worst: "the subject with the lowest availability",
      },
    },
    trend: {
      what: "Up to twelve months, this one the last; a month without a subject was not closed.",
      columns: {
        month: "the month",
        agreement,
        subject,
        availabilityPercent: percent,
        verdict: "its verdict",
      },
    },
    vantages: {
      what: "What each vantage measured; only in the report of all accounts.",
      columns: {
        vantage: "id of the vantage",
        targets: "number of targets that it is to measure",
        plannedMinutes: "minutes of single targets in which it was to measure",
        measuredMinutes: "of these those in a slot with a valid request",
        failedMinutes: "of these those in a slot in which every valid request failed",
        coveragePercent: "measuredMinutes / plannedMinutes, cut to three decimals",
      },
    },
  },
} as const;
