import { canonicalJson } from "./canonical-json.ts";
import type { ClosedInputs } from "./closed-inputs.ts";
import { monthBounds, type Interval } from "./month.ts";
import type { Report, ReportSeal } from "./report.ts";
import type { Subject } from "./subject.ts";

/** Where the months of some subjects lie, and when the last of them may be closed. */
export type MonthSpan = Interval & { readonly closesAtMs: number };

/**
 * From the first instant that the month's figures rest on, in any of the subjects' time zones, to
 * the last. The month closes when its end plus `closeAfter` is past for every agreement
 * (sla-semantics, section 8). Without subjects there is nothing to close.
 */
export function monthSpan(
  month: string,
  subjects: readonly Pick<Subject, "agreement">[],
): MonthSpan | null {
  let [fromMs, untilMs, closesAtMs] = [Infinity, -Infinity, -Infinity];
  for (const agreement of new Set(subjects.map((subject) => subject.agreement))) {
    const { slotMs, minStretch, closeAfterMs } = agreement;
    const bounds = monthBounds(month, agreement.timeZone);
    // A short stretch may begin before the month or end after it, and so may the last slot.
    const marginMs = (minStretch - 1) * slotMs;
    const endMs = Math.ceil(bounds.untilMs / slotMs) * slotMs + marginMs;
    fromMs = Math.min(fromMs, bounds.fromMs - marginMs);
    untilMs = Math.max(untilMs, endMs);
    closesAtMs = Math.max(closesAtMs, bounds.untilMs + closeAfterMs, endMs);
  }
  return subjects.length === 0 ? null : { fromMs, untilMs, closesAtMs };
}

/** What two revisions must differ in to be two. */
export function contentOf({ subjects, rollups, credits, malfunctions = [] }: Report): string {
  return canonicalJson({ subjects, rollups, credits, malfunctions });
}

/** The text that the signature covers. */
export function signedText(report: Report): string {
  return canonicalJson({ ...report, proof: { ...report.proof, signature: null } });
}

/** The text over which a closed report's `proof.digest` is the SHA-256. */
export function evidenceText(seals: readonly ReportSeal[]): string {
  return canonicalJson(seals);
}

/** What a revision was counted with. */
export type Counted = { readonly inputs: ClosedInputs; readonly seals: readonly ReportSeal[] };

/** Why a month is counted again: what its inputs and seals say that they did not say before. */
export function reasonOf(
  before: Counted,
  after: Counted,
  /** Who withdrew an exclusion. */
  withdrawnBy: (id: number) => string | null,
): string {
  const old = exclusionsOf(before.inputs);
  const fresh = exclusionsOf(after.inputs);
  const gone = [...old.keys()].filter((id) => !fresh.has(id));
  const reasons = [
    ...[...fresh].filter(([id]) => !old.has(id)).map(([, words]) => words),
    ...gone.map((id) => `exclusion ${id} withdrawn by ${withdrawnBy(id) ?? "nobody known"}`),
  ];
  reasons.push(...malfunctionReasons(before.inputs, after.inputs));
  const oldSeals = new Map(before.seals.map(({ day, root }) => [day, root]));
  const days = after.seals.filter(({ day, root }) => oldSeals.get(day) !== root);
  if (days.length > 0) {
    const [first, last] = [days[0]?.day, days.at(-1)?.day];
    reasons.push(`late results of ${first === last ? first : `${first} to ${last}`}`);
  }
  return reasons.length === 0 ? "counted again" : reasons.join("; ");
}

/** What has become of malfunctions: above all a review that was finished. */
function malfunctionReasons(before: ClosedInputs, after: ClosedInputs): string[] {
  const old = new Map(before.malfunctions?.map((one) => [one.id, canonicalJson(one)]));
  const fresh = after.malfunctions ?? [];
  const gone = [...old.keys()].filter((id) => !fresh.some((one) => one.id === id));
  return [
    ...fresh
      .filter((one) => old.get(one.id) !== canonicalJson(one))
      .map(({ id, state }) => `malfunction ${id} ${state === "closed" ? "reviewed" : "changed"}`),
    ...gone.map((id) => `malfunction ${id} taken out`),
  ];
}

/** By id, each with the words for its coming. */
function exclusionsOf({ subjects }: ClosedInputs): Map<number, string> {
  return new Map(
    subjects
      .flatMap(({ exclusions }) => exclusions)
      .map(({ id, kind, approvedBy }) => [
        id,
        `exclusion ${id} (${kind}) approved by ${approvedBy}`,
      ]),
  );
}
