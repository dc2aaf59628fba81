import { z } from "zod";
import { CLAIM_STATES } from "../core/claim.ts";
import { REASONS } from "../core/outcome.ts";
import { YEAR_MONTH_STATES, type YearReport } from "../core/year-report.ts";

// What the route answers, for /openapi.json; see answers.ts.

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();
const instant = z.iso.datetime();
const percent = z
  .string()
  .nullable()
  .meta({ description: "Percent, cut to three decimals; null when nothing counted" });
const month = z.string().meta({ example: "2026-10" });
const amount = z.string().meta({ description: "A decimal", example: "120.00" });

const counts = z
  .strictObject({
    kept: z.int(),
    missed: z.int(),
    undecided: z.int().meta({ description: "Closed with too little data for a verdict" }),
    notClosed: z.int().meta({ description: "With figures that may still change" }),
    without: z.int().meta({ description: "Without a report, or not in it" }),
  })
  .meta({ id: "MonthCounts", description: "Months of subjects, each counted once" });

const minutesShape = {
  badMinutes: z.string().meta({ description: "Exact fraction", example: "41/12" }),
  countedMinutes: z.int(),
  totalMinutes: z.int(),
  excludedMinutes: z.int(),
  noDataMinutes: z.int(),
};
const time = z.strictObject({ ...minutesShape, coveragePercent: percent }).meta({ id: "YearTime" });

const credits = list(
  z
    .strictObject({
      currency: z.string(),
      owed: amount,
      claimed: amount.meta({ description: "Submitted to the provider" }),
      credited: amount.meta({ description: "As the provider credited it" }),
      count: z.int(),
      withoutAmount: z.int().meta({ description: "Whose fee is not known: not in owed" }),
    })
    .meta({ id: "YearCredits", description: "Of one currency: currencies are never added" }),
);

const figure = z
  .strictObject({
    month,
    state: z.enum(["closed", "open", "running"]),
    verdict: z.enum([
      "met",
      "missed",
      "insufficient-data",
      "on-track",
      "at-risk",
      "already-missed",
    ]),
    objectivePercent: z.string(),
    availabilityPercent: percent,
    coveragePercent: percent,
    slotSeconds: z.number(),
    ...minutesShape,
    outages: z.int(),
  })
  .meta({ id: "YearFigure", description: "A subject's month, as its report has it" });

const named = { agreement: z.string(), id: z.string() };
const placed = { account: z.string(), product: z.string(), region: z.string() };

export const yearAnswer: z.ZodType<YearReport> = z
  .strictObject({
    year: z.string(),
    account: z.string().nullable().meta({ description: "Null: all accounts" }),
    asOf: instant.nullable(),
    months: list(
      z.strictObject({
        month,
        state: z.enum(YEAR_MONTH_STATES).meta({
          description:
            "closed: signed. open: over, not closed yet. none: there is no report. ahead: to come",
        }),
        revision: z.int().meta({ description: "0: not closed" }),
        settledUntil: instant.nullable(),
        digest: z.string().nullable(),
        subjects: z.int(),
        counts,
        time,
        credits,
      }),
    ),
    subjects: list(
      z.strictObject({
        ...named,
        scope: z.enum(["target", "group", "multi-zone"]),
        ...placed,
        months: list(figure.nullable()).meta({ description: "January first; null: no figure" }),
        counts,
        time,
        availabilityPercent: percent.meta({
          description: "1 - sum of bad / sum of counted minutes; informative: months are promised",
        }),
        lowestCoveragePercent: percent,
        credits,
      }),
    ),
    places: list(
      z.strictObject({
        product: z.string(),
        region: z.string(),
        slotSeconds: z.number(),
        subjects: z.int(),
        counts,
        time,
        availabilityPercent: percent,
        worst: z.strictObject(named).nullable(),
        credits,
      }),
    ),
    accounts: list(
      z.strictObject({ account: z.string(), subjects: z.int(), counts, time, credits }),
    ),
    counts,
    time,
    lowestCoveragePercent: percent,
    credits,
    creditLines: list(
      z.strictObject({
        month,
        ...named,
        ...placed,
        slotSeconds: z.number(),
        percent: z.number(),
        amount: amount.nullable(),
        currency: z.string(),
        claim: z.strictObject({ id: z.int(), state: z.enum(CLAIM_STATES) }).nullable(),
        claimed: amount.nullable(),
        credited: amount.nullable(),
      }),
    ),
    outages: list(
      z.strictObject({
        ...named,
        ...placed,
        from: instant,
        until: instant,
        minutes: z.number(),
        reason: z.enum(REASONS),
      }),
    ),
    exclusions: z.int().meta({ description: "Approved ones that applied, each counted once" }),
  })
  .meta({ id: "YearReport", description: "Twelve monthly reports side by side" });
