import {
  type CreditTerms,
  type SubjectCredit,
  NO_CREDIT,
  creditsOf,
  totalCredits,
} from "./credit.ts";
import { type Figure, availabilityOf } from "./figure.ts";
import {
  type Fraction,
  compareFractions,
  formatDecimal,
  formatFraction,
  percentCut,
  sumFractions,
} from "./fraction.ts";
import type { Interval } from "./month.ts";
import type {
  Report,
  ReportExclusion,
  ReportMalfunction,
  ReportRollup,
  ReportSubject,
} from "./report.ts";
import { type Subject, compareText } from "./subject.ts";

/** Places of a printed percentage, and of a decimal that never ends. */
const PERCENT_PLACES = 3;
const DECIMAL_PLACES = 6;

/** A subject with its figure, and the exclusions that were applied. */
export type Evaluated = {
  readonly subject: Subject;
  readonly figure: Figure;
  readonly exclusions: readonly ReportExclusion[];
};

/** The month's report over all of its subjects. */
export function buildReport(input: {
  readonly month: string;
  readonly account: Report["account"];
  readonly bounds: Interval;
  readonly status: Report["status"];
  readonly revision: number;
  readonly settledUntilMs: number;
  readonly evaluated: readonly Evaluated[];
  readonly terms: CreditTerms;
  /** Not given: a month that was closed before reports named them. */
  readonly malfunctions?: readonly ReportMalfunction[] | undefined;
  readonly closing: Report["closing"];
  readonly proof: Report["proof"];
}): Report {
  const { malfunctions } = input;
  const credits = creditsOf(input.month, input.evaluated, input.terms);
  return {
    month: input.month,
    account: input.account,
    from: instant(input.bounds.fromMs),
    until: instant(input.bounds.untilMs),
    status: input.status,
    revision: input.revision,
    settledUntil: instant(input.settledUntilMs),
    subjects: input.evaluated.map((one, index) => buildSubject(one, credits[index] ?? NO_CREDIT)),
    rollups: buildRollups(input.evaluated),
    credits: totalCredits(input.evaluated, credits),
    ...(malfunctions === undefined ? {} : { malfunctions }),
    closing: input.closing,
    proof: input.proof,
  };
}

/** One subject's line of the report. */
export function buildSubject(
  { subject, figure, exclusions }: Evaluated,
  { credit, note }: Pick<SubjectCredit, "credit" | "note">,
): ReportSubject {
  const { agreement } = subject;
  return {
    agreement: agreement.id,
    scope: agreement.scope,
    id: subject.id,
    targets: subject.targets.map(({ id }) => id),
    product: subject.product,
    region: subject.region,
    account: subject.account,
    objectivePercent: agreement.objectivePercent,
    availabilityPercent: percentOrNull(figure.availability),
    bad: formatFraction(figure.bad),
    counted: figure.counted,
    total: figure.total,
    excluded: figure.books.excluded,
    noData: figure.books.noData,
    books: {
      good: formatFraction(figure.books.good),
      bad: formatFraction(figure.books.bad),
      excluded: String(figure.books.excluded),
      noData: String(figure.books.noData),
    },
    lowPercent: percentOrNull(figure.low),
    highPercent: percentOrNull(figure.high),
    reachabilityPercent: percentOrNull(figure.reachability),
    coveragePercent: percentOrNull(figure.coverage),
    slotSeconds: figure.slotMs / 1000,
    allowedBad: formatDecimal(figure.allowed, DECIMAL_PLACES),
    budgetLeft: formatDecimal(figure.budgetLeft, DECIMAL_PLACES),
    verdict: figure.verdict,
    credit,
    creditNote: note,
    outages: figure.outages.map(({ fromMs, untilMs, slots, reason }) => ({
      from: instant(fromMs),
      until: instant(untilMs),
      slots,
      reason,
    })),
    exclusions,
  };
}

/**
 * Pooled availability and worst subject of each product x region, product and account; slots of
 * different length are never added, so each length has a roll-up of its own.
 */
export function buildRollups(evaluated: readonly Evaluated[]): ReportRollup[] {
  const inOrder = evaluated.toSorted((a, b) => compareText(a.subject.id, b.subject.id));
  return [
    ...pool(inOrder, ({ product, region }) => ({ by: "product-region", product, region })),
    ...pool(inOrder, ({ product }) => ({ by: "product", product })),
    ...pool(inOrder, ({ account }) => ({ by: "account", account })),
  ];
}

type RollupKey = Pick<ReportRollup, "by" | "product" | "region" | "account">;

function pool(
  evaluated: readonly Evaluated[],
  keyOf: (subject: Subject) => RollupKey,
): ReportRollup[] {
  const pools = new Map<string, { key: RollupKey; slotMs: number; parts: Evaluated[] }>();
  for (const part of evaluated) {
    const key = keyOf(part.subject);
    const { slotMs } = part.figure;
    const place = `${key.product ?? ""} ${key.region ?? ""} ${key.account ?? ""}`;
    const text = `${place} ${String(slotMs).padStart(15, "0")}`;
    const known = pools.get(text);
    if (known === undefined) {
      pools.set(text, { key, slotMs, parts: [part] });
    } else {
      known.parts.push(part);
    }
  }
  const sorted = [...pools].toSorted(([a], [b]) => compareText(a, b));
  return sorted.map(([, { key, slotMs, parts }]) =>
    Object.assign(key, {
      availabilityPercent: percentOrNull(pooledAvailability(parts)),
      slotSeconds: slotMs / 1000,
      worst: worstOf(parts),
    }),
  );
}

/** 1 - sum of B / sum of counted; null when nothing counted. */
function pooledAvailability(parts: readonly Evaluated[]): Fraction | null {
  const bad = sumFractions(parts.map(({ figure }) => figure.bad));
  const counted = parts.reduce((sum, { figure }) => sum + figure.counted, 0);
  return availabilityOf(bad, counted);
}

/** The first of equals; a subject without a figure is not the worst. */
function worstOf(parts: readonly Evaluated[]): string | null {
  let worst: { readonly id: string; readonly availability: Fraction } | null = null;
  for (const { subject, figure } of parts) {
    const { availability } = figure;
    const isWorse =
      availability !== null &&
      (worst === null || compareFractions(availability, worst.availability) < 0);
    if (isWorse) {
      worst = { id: subject.id, availability };
    }
  }
  return worst?.id ?? null;
}

function percentOrNull(fraction: Fraction | null): string | null {
  return fraction === null ? null : percentCut(fraction, PERCENT_PLACES);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
