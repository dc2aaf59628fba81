import { buildReport, type Evaluated } from "./build-report.ts";
import type { ClosedInputs } from "./closed-inputs.ts";
import type { CountRun } from "./counts.ts";
import { evaluate } from "./evaluate.ts";
import { monthBounds } from "./month.ts";
import type { Report } from "./report.ts";
import { membersOf } from "./subject.ts";
import type { Target } from "./target.ts";

/** The counts of a target by vantage. */
export type CountsOf = (targetId: string) => ReadonlyMap<string, readonly CountRun[]>;

/** Counts a closed month again from what it was closed with: its evidence and its inputs. */
export function recount(inputs: ClosedInputs, countsOf: CountsOf): Evaluated[] {
  const evidence = (target: Target) => ({ target, counts: countsOf(target.id) });
  return inputs.subjects.map(({ subject, exclusions }) => ({
    subject,
    exclusions,
    figure: evaluate({
      agreement: subject.agreement,
      month: monthBounds(inputs.month, subject.agreement.timeZone),
      settledUntilMs: inputs.settledUntilMs,
      members: membersOf(subject).map(evidence),
      siblings: subject.siblings.map(evidence),
      exclusions: exclusions.map(({ from, until }) => ({
        fromMs: Date.parse(from),
        untilMs: Date.parse(until),
      })),
    }),
  }));
}

/** The report that follows; what the closing itself says of it is taken over. */
export function recountReport(
  inputs: ClosedInputs,
  countsOf: CountsOf,
  { account, revision, closing, proof }: Pick<Report, "account" | "revision" | "closing" | "proof">,
): Report {
  return buildReport({
    month: inputs.month,
    account,
    bounds: monthBounds(inputs.month, inputs.timeZone),
    status: "closed",
    revision,
    settledUntilMs: inputs.settledUntilMs,
    evaluated: recount(inputs, countsOf),
    terms: inputs.terms,
    malfunctions: inputs.malfunctions,
    closing,
    proof,
  });
}
