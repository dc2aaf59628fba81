import { z } from "zod";
import { METHODS, QUORUMS, SCOPES, type Agreement } from "./agreement.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { CreditTerms } from "./credit.ts";
import type { Fraction } from "./fraction.ts";
import { parseJson } from "./parse-json.ts";
import { LEVELS, MALFUNCTION_STATES } from "./malfunction.ts";
import type { ReportExclusion, ReportMalfunction } from "./report.ts";
import { evidenceTargets, type Subject } from "./subject.ts";
import { PRODUCTS, type Target } from "./target.ts";

/**
 * What a month was closed with, besides its rounds: enough to count it again without the
 * configuration, and nothing secret. Its canonical JSON is stored with the report, which names
 * the digest.
 */
export type ClosedInputs = {
  readonly month: string;
  readonly timeZone: string;
  readonly settledUntilMs: number;
  readonly terms: CreditTerms;
  readonly subjects: readonly ClosedSubject[];
  /** As the report names them; absent in what was closed before reports did. */
  readonly malfunctions?: readonly ReportMalfunction[] | undefined;
};

export type ClosedSubject = {
  readonly subject: Subject;
  readonly exclusions: readonly ReportExclusion[];
};

const instant = z.iso.datetime();
const instantOrNull = instant.nullable();

/** Numerator and denominator, exact at any size. */
const fractionSchema = z.tuple([z.string().regex(/^-?\d+$/), z.string().regex(/^\d+$/)]);

const agreementSchema = z.strictObject({
  id: z.string(),
  from: instant,
  objective: fractionSchema,
  objectivePercent: z.string(),
  method: z.enum(METHODS),
  slotMs: z.int(),
  threshold: fractionSchema.nullable(),
  scope: z.enum(SCOPES),
  quorum: z.enum(QUORUMS),
  minVantages: z.int().nullable(),
  minStretch: z.int(),
  partMonth: z.enum(["as-used", "whole-month"]),
  exclusion: z.enum(["as-good", "removed"]),
  noData: z.enum(["removed", "as-good", "as-bad"]),
  minCoverage: fractionSchema,
  timeZone: z.string(),
  closeAfterMs: z.int(),
  credits: z.array(
    z.strictObject({
      below: fractionSchema,
      belowPercent: z.string(),
      creditPercent: z.number(),
    }),
  ),
});

const targetSchema = z.strictObject({
  id: z.string(),
  product: z.enum(PRODUCTS),
  region: z.string(),
  zone: z.string().nullable(),
  account: z.string(),
  class: z.string(),
  monthlyFee: z.string().nullable(),
  vantages: z.array(z.string()),
  from: instantOrNull,
  until: instantOrNull,
});

const exclusionSchema = z.strictObject({
  id: z.int(),
  kind: z.string(),
  from: instant,
  until: instant,
  reason: z.string(),
  evidence: z.string(),
  proposedBy: z.string(),
  approvedBy: z.string(),
});

const malfunctionSchema = z.strictObject({
  id: z.int(),
  level: z.enum(LEVELS),
  title: z.string().nullable(),
  from: instant,
  until: instantOrNull,
  state: z.enum(MALFUNCTION_STATES),
  cause: z.string().nullable(),
  resolution: z.string().nullable(),
  targets: z.array(z.string()),
  subjects: z.array(z.strictObject({ agreement: z.string(), subject: z.string() })),
});

const inputsSchema = z.strictObject({
  form: z.literal("nines-inputs-1"),
  month: z.string(),
  timeZone: z.string(),
  settledUntil: instant,
  currencies: z.record(z.string(), z.string()),
  holidays: z.array(z.string()),
  workingDays: z.array(z.string()),
  agreements: z.array(agreementSchema),
  malfunctions: z.array(malfunctionSchema).exactOptional(),
  targets: z.array(targetSchema),
  subjects: z.array(
    z.strictObject({
      /** Position in `agreements`. */
      agreement: z.int(),
      id: z.string(),
      account: z.string(),
      product: z.string(),
      region: z.string(),
      targets: z.array(z.string()),
      neighbours: z.array(z.string()),
      siblings: z.array(z.string()),
      exclusions: z.array(exclusionSchema),
    }),
  ),
});
type WrittenInputs = z.output<typeof inputsSchema>;

/** As canonical JSON. */
export function writeInputs(inputs: ClosedInputs): string {
  const { terms, subjects } = inputs;
  const agreements = [...new Set(subjects.map(({ subject }) => subject.agreement))];
  const positions = new Map(agreements.map((agreement, index) => [agreement, index]));
  const targets = new Map(
    subjects
      .flatMap(({ subject }) => evidenceTargets(subject))
      .map((target) => [target.id, target]),
  );
  const accounts = new Set(subjects.map(({ subject }) => subject.account));
  const written: WrittenInputs = {
    form: "nines-inputs-1",
    month: inputs.month,
    timeZone: inputs.timeZone,
    settledUntil: iso(inputs.settledUntilMs),
    currencies: Object.fromEntries([...terms.currencies].filter(([id]) => accounts.has(id))),
    holidays: [...terms.holidays].toSorted(),
    workingDays: [...terms.workingDays].toSorted(),
    agreements: agreements.map(writeAgreement),
    ...(inputs.malfunctions === undefined
      ? {}
      : { malfunctions: inputs.malfunctions.map(writeMalfunction) }),
    targets: [...targets.values()].map(writeTarget),
    subjects: subjects.map(({ subject, exclusions }) => ({
      agreement: positions.get(subject.agreement) ?? 0,
      id: subject.id,
      account: subject.account,
      product: subject.product,
      region: subject.region,
      targets: subject.targets.map(({ id }) => id),
      neighbours: subject.neighbours.map(({ id }) => id),
      siblings: subject.siblings.map(({ id }) => id),
      exclusions: [...exclusions],
    })),
  };
  return canonicalJson(written);
}

/** The inverse of `writeInputs`; throws RangeError for a text that it does not write. */
export function readInputs(text: string): ClosedInputs {
  const parsed = inputsSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new RangeError("inputs of a closed month that cannot be read");
  const { data } = parsed;
  const agreements = data.agreements.map(readAgreement);
  const targets = new Map(data.targets.map((target) => [target.id, readTarget(target)]));
  const find = (id: string): Target => targets.get(id) ?? missing(`target ${id}`);
  return {
    month: data.month,
    timeZone: data.timeZone,
    settledUntilMs: Date.parse(data.settledUntil),
    terms: {
      currencies: new Map(Object.entries(data.currencies)),
      holidays: new Set(data.holidays),
      workingDays: new Set(data.workingDays),
    },
    subjects: data.subjects.map(({ agreement, exclusions, ...subject }) => ({
      subject: {
        ...subject,
        agreement: agreements[agreement] ?? missing(`agreement ${agreement}`),
        targets: subject.targets.map(find),
        neighbours: subject.neighbours.map(find),
        siblings: subject.siblings.map(find),
      },
      exclusions,
    })),
    malfunctions: data.malfunctions,
  };
}

function writeMalfunction(
  malfunction: ReportMalfunction,
): NonNullable<WrittenInputs["malfunctions"]>[number] {
  const { targets, subjects } = malfunction;
  return { ...malfunction, targets: [...targets], subjects: [...subjects] };
}

function writeAgreement(agreement: Agreement): WrittenInputs["agreements"][number] {
  const { fromMs, inherits: _, objective, threshold, minCoverage, credits, ...rest } = agreement;
  return {
    ...rest,
    from: iso(fromMs),
    objective: writeFraction(objective),
    threshold: threshold === null ? null : writeFraction(threshold),
    minCoverage: writeFraction(minCoverage),
    credits: credits.map(({ below, ...tier }) => ({ ...tier, below: writeFraction(below) })),
  };
}

function readAgreement(written: WrittenInputs["agreements"][number]): Agreement {
  const { from, objective, threshold, minCoverage, credits, ...rest } = written;
  return {
    ...rest,
    fromMs: Date.parse(from),
    objective: readFraction(objective),
    threshold: threshold === null ? null : readFraction(threshold),
    minCoverage: readFraction(minCoverage),
    credits: credits.map(({ below, ...tier }) => ({ ...tier, below: readFraction(below) })),
    // Inherited terms are written as the agreement's own.
    inherits: [],
  };
}

function writeTarget(target: Target): WrittenInputs["targets"][number] {
  const { id, product, region, zone, account, monthlyFee, vantages, fromMs, untilMs } = target;
  return {
    id,
    product,
    region,
    zone,
    account,
    class: target.class,
    monthlyFee,
    vantages: [...vantages],
    from: fromMs === null ? null : iso(fromMs),
    until: untilMs === null ? null : iso(untilMs),
  };
}

/** How it is measured is not part of the inputs: probes may hold secrets. */
function readTarget({ from, until, ...written }: WrittenInputs["targets"][number]): Target {
  return {
    ...written,
    labels: {},
    agreements: [],
    inherits: null,
    intervalMs: 0,
    timeoutMs: 0,
    fromMs: from === null ? null : Date.parse(from),
    untilMs: until === null ? null : Date.parse(until),
    probe: { kind: "" },
  };
}

function writeFraction({ num, den }: Fraction): [string, string] {
  return [String(num), String(den)];
}

function readFraction([num, den]: [string, string]): Fraction {
  return { num: BigInt(num), den: BigInt(den) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function missing(what: string): never {
  throw new RangeError(`inputs of a closed month name no ${what}`);
}
