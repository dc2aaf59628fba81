import { readInputs, type ClosedInputs } from "./core/closed-inputs.ts";
import type { Subject } from "./core/subject.ts";
import type { Queryable } from "./store/connect.ts";
import { findNewestRevision, findReport } from "./store/reports.ts";

/** What a month was closed with: it is counted by this from then on. */
export type ClosedTerms = Pick<ClosedInputs, "terms" | "timeZone"> & {
  readonly subjects: readonly Subject[];
};

type Kept = { readonly month: string; readonly revision: number; readonly closed: ClosedTerms };

/** Reading the inputs of ten thousand targets takes a while: a few months are kept. */
const kept = new WeakMap<Queryable, readonly Kept[]>();
const MOST_MONTHS = 3;

/** What a month was closed with, by its newest revision; null while it is not closed. */
export async function findClosed(db: Queryable, month: string): Promise<ClosedTerms | null> {
  const revision = await findNewestRevision(db, { month, account: "" });
  if (revision === 0) return null;
  const months = kept.get(db) ?? [];
  const known = months.find((one) => one.month === month && one.revision === revision);
  if (known !== undefined) return known.closed;
  const stored = await findReport(db, { month, account: "", revision });
  const { subjects, terms, timeZone } = readInputs(stored?.inputs ?? "");
  const closed = { subjects: subjects.map(({ subject }) => subject), terms, timeZone };
  const others = months.filter((one) => one.month !== month).slice(0, MOST_MONTHS - 1);
  kept.set(db, [{ month, revision, closed }, ...others]);
  return closed;
}
