import { z } from "zod";
import { LEVELS, MALFUNCTION_STATES } from "../core/malfunction.ts";
import { OUTCOMES, REASONS } from "../core/outcome.ts";
import { CREDIT_NOTES, type Report } from "../core/report.ts";
import { PRODUCTS } from "../core/target.ts";

// What the routes answer, for /openapi.json. Answers are not checked against it while they are
// sent, which would cost more than making them: the tests hold every route to its schema.

const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();
const instant = z.iso.datetime();
const percentOrNull = z
  .string()
  .nullable()
  .meta({ description: "Percent, cut to three decimals; null when nothing counted" });
const outcome = z.enum(OUTCOMES);
const reason = z.enum(REASONS).meta({ description: "Empty for ok" });
const fraction = z.string().meta({ description: "Exact fraction", example: "41/60" });

/** RFC 9457. */
export const problemAnswer = z
  .strictObject({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    problems: list(z.strictObject({ place: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "An error, as RFC 9457 has it" });

const outageShape = {
  from: instant,
  until: instant,
  slots: z.int().meta({ description: "Bad slots in a row" }),
  reason,
};

const subjectAnswer = z
  .strictObject({
    agreement: z.string(),
    scope: z.enum(["target", "group", "multi-zone"]),
    id: z.string().meta({ description: "Of a target, or account/product/region/class of a group" }),
    targets: list(z.string()),
    product: z.string(),
    region: z.string(),
    account: z.string(),
    objectivePercent: z.string(),
    availabilityPercent: percentOrNull,
    bad: fraction,
    counted: z.int(),
    total: z.int(),
    excluded: z.int(),
    noData: z.int(),
    books: z
      .strictObject({ good: fraction, bad: fraction, excluded: fraction, noData: fraction })
      .meta({ description: "Sum to total, exactly" }),
    lowPercent: percentOrNull,
    highPercent: percentOrNull,
    reachabilityPercent: percentOrNull,
    coveragePercent: percentOrNull,
    slotSeconds: z.number(),
    allowedBad: z.string(),
    budgetLeft: z.string().meta({ description: "Negative when overspent" }),
    verdict: z.enum([
      "met",
      "missed",
      "insufficient-data",
      "on-track",
      "at-risk",
      "already-missed",
    ]),
    credit: z
      .strictObject({
        percent: z.number().meta({ description: "Percent of the month's fee" }),
        belowPercent: z.string().meta({ description: "The tier: below this availability" }),
        targets: list(z.string()).meta({ description: "Targets whose fees are in fee" }),
        fee: z.string().nullable().meta({ description: "Null when none is known" }),
        amount: z
          .string()
          .nullable()
          .meta({ description: "Percent of fee, a half rounded up; null without a fee" }),
        currency: z.string(),
        claimFrom: instant,
        claimUntil: instant,
        yieldsTo: list(z.string()).meta({
          description: "Agreements whose larger credit holds for targets of this subject",
        }),
      })
      .nullable(),
    creditNote: z
      .enum(CREDIT_NOTES)
      .nullable()
      .meta({
        description:
          "Why there is no credit: running (the month is not over), met, insufficient-data, " +
          "no-tier (missed, but no tier of the agreement gives a credit). Why there is no full " +
          "amount: no-fee (of no target), part-fee (of some targets no fee is known). Else null",
      }),
    outages: list(z.strictObject(outageShape)),
    exclusions: list(
      z.strictObject({
        id: z.int(),
        kind: z.string(),
        from: instant,
        until: instant,
        reason: z.string(),
        evidence: z.string(),
        proposedBy: z.string(),
        approvedBy: z.string(),
      }),
    ),
  })
  .meta({ id: "ReportSubject" });

const rollupShape = {
  availabilityPercent: percentOrNull,
  slotSeconds: z.number(),
  worst: z.string().nullable().meta({ description: "Subject with the lowest availability" }),
};
const status = z.enum(["running", "closed"]);
const settledUntil = instant.meta({ description: "Slots before this instant are settled" });

export const changeAnswer = z
  .strictObject({
    agreement: z.string().meta({ description: "Empty: of a malfunction" }),
    subject: z.string().meta({ description: "Of the agreement, or malfunction:7" }),
    field: z.string().nullable().meta({ description: "Null: the subject itself came or went" }),
    before: z.string().nullable(),
    after: z.string().nullable(),
  })
  .meta({ id: "ReportChange" });

export const reportAnswer: z.ZodType<Report> = z
  .strictObject({
    month: z.string(),
    account: z.string().nullable().meta({ description: "Null: the report of all accounts" }),
    from: instant,
    until: instant,
    status,
    revision: z.int(),
    settledUntil,
    subjects: list(subjectAnswer),
    rollups: list(
      z.strictObject({
        by: z.enum(["product-region", "product", "account"]),
        product: z.string().exactOptional(),
        region: z.string().exactOptional(),
        account: z.string().exactOptional(),
        ...rollupShape,
      }),
    ),
    credits: list(
      z.strictObject({
        by: z.enum(["account", "account-product"]),
        account: z.string(),
        product: z.string().exactOptional(),
        currency: z.string(),
        amount: z.string(),
      }),
    ),
    malfunctions: list(
      z
        .strictObject({
          id: z.int(),
          level: z.enum(LEVELS),
          title: z.string().nullable().meta({ description: "Null for one of outages" }),
          from: instant,
          until: instant.nullable().meta({ description: "Null while it lasts" }),
          state: z.enum(MALFUNCTION_STATES),
          cause: z.string().nullable().meta({ description: "Null until its review is finished" }),
          resolution: z.string().nullable(),
          targets: list(z.string()),
          subjects: list(z.strictObject({ agreement: z.string(), subject: z.string() })),
        })
        .meta({ id: "ReportMalfunction" }),
    )
      .exactOptional()
      .meta({ description: "That struck subjects of the report; absent in older closed months" }),
    closing: z
      .strictObject({
        at: instant,
        by: z.string(),
        reason: z.string(),
        previous: z.string().nullable().meta({ description: "Digest of the revision before" }),
        changes: list(changeAnswer),
      })
      .nullable()
      .meta({ description: "Null while the month runs" }),
    proof: z.strictObject({
      rounds: z.int(),
      digest: z.string(),
      inputs: z.string().nullable(),
      signature: z.string().nullable(),
      key: z.string().nullable(),
      audit: z.strictObject({ entry: z.int(), hash: z.string() }).nullable(),
      seals: list(
        z.strictObject({
          day: z.string(),
          revision: z.int(),
          root: z.string(),
          hash: z.string().meta({ description: "Over the seal and all seals made before it" }),
        }),
      ),
    }),
  })
  .meta({ id: "Report" });

export const overviewAnswer = z
  .strictObject({
    month: z.string(),
    from: instant,
    until: instant,
    status,
    settledUntil,
    cells: list(
      z.strictObject({
        product: z.string(),
        region: z.string(),
        ...rollupShape,
        subjects: z.int(),
        missed: z.int(),
        atRisk: z.int(),
        insufficientData: z.int(),
      }),
    ),
  })
  .meta({ id: "Overview" });

export const outagesAnswer = z
  .strictObject({
    month: z.string(),
    outages: list(
      z.strictObject({
        agreement: z.string(),
        subject: z.string(),
        targets: list(z.string()),
        product: z.string(),
        region: z.string(),
        account: z.string(),
        ...outageShape,
        slotSeconds: z.number(),
      }),
    ),
  })
  .meta({ id: "Outages" });

export const targetAnswer = z
  .strictObject({
    id: z.string(),
    product: z.enum(PRODUCTS),
    region: z.string(),
    zone: z.string().nullable(),
    account: z.string(),
    class: z.string(),
    labels: z.record(z.string(), z.string()),
    agreements: list(z.string()),
    inherits: z.string().nullable(),
    intervalSeconds: z.number(),
    timeoutSeconds: z.number(),
    from: instant.nullable(),
    until: instant.nullable(),
    probe: z.strictObject({
      kind: z.string(),
      settings: list(z.strictObject({ name: z.string(), value: z.string() })).meta({
        description: "Those that hold no secret",
      }),
    }),
    state: z.enum(["up", "down", "invalid", "unknown"]),
    vantages: list(
      z.strictObject({
        vantage: z.string(),
        last: z
          .strictObject({ plannedAt: instant, outcome, reason, latencyMs: z.number() })
          .nullable(),
      }),
    ),
  })
  .meta({ id: "Target" });

export const targetsAnswer = z
  .strictObject({ targets: list(targetAnswer) })
  .meta({ id: "Targets" });

export const slotsAnswer = z
  .strictObject({
    target: z.string(),
    agreement: z.string(),
    slotSeconds: z.number(),
    slots: list(
      z.strictObject({
        from: instant,
        valid: z.int(),
        failed: z.int(),
        votes: z.int(),
        downVotes: z.int(),
        bad: fraction.nullable().meta({ description: "As measured; null without data" }),
        excluded: z
          .boolean()
          .meta({ description: "An approved exclusion keeps it from being held against anybody" }),
      }),
    ),
  })
  .meta({ id: "Slots" });

export const importAnswer = z
  .strictObject({
    lines: z.int(),
    stored: z.int(),
    doubles: z.int().meta({ description: "Already there, or twice in the input" }),
    bad: z.int(),
    problems: list(z.strictObject({ place: z.string(), message: z.string() })),
  })
  .meta({ id: "Import" });

/** One line of NDJSON, in and out. */
export const resultLine = z
  .strictObject({
    target: z.string(),
    vantage: z.string(),
    plannedAt: instant,
    outcome,
    latencyMs: z.number().optional(),
    reason: reason.optional(),
    startedAt: instant.optional(),
    detail: z.string().optional(),
    requestId: z.string().optional(),
    address: z.string().optional(),
  })
  .meta({ id: "Result", description: "One line" });

/** The errors that every route may answer. */
export const problems = {
  "4xx": {
    description: "What was asked for is wrong or is not there",
    content: { "application/problem+json": { schema: problemAnswer } },
  },
  "5xx": {
    description: "The fault is on the service's side",
    content: { "application/problem+json": { schema: problemAnswer } },
  },
} as const;

/** Answers that are not JSON. */
export const textOf = (type: string, schema: z.ZodType = z.string()) => ({
  description: type,
  content: { [type]: { schema } },
});
