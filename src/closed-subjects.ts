import { readInputs } from "./core/closed-inputs.ts";
import type { Subject } from "./core/subject.ts";
import type { Queryable } from "./store/connect.ts";
import { findNewestRevision, findReport } from "./store/reports.ts";

type Kept = { readonly revision: number; readonly subjects: readonly Subject[] };

/** Reading the inputs of ten thousand targets takes a while: those of a database's months are kept. */
const kept = new WeakMap<Queryable, Map<string, Kept>>();

/** The subjects that a month was closed with; null while it is not closed. */
export async function findClosedSubjects(
  db: Queryable,
  month: string,
): Promise<readonly Subject[] | null> {
  const revision = await findNewestRevision(db, { month, account: "" });
  if (revision === 0) return null;
  const months = kept.get(db) ?? new Map<string, Kept>();
  kept.set(db, months);
  const known = months.get(month);
  if (known?.revision === revision) return known.subjects;
  const stored = await findReport(db, { month, account: "", revision });
  const subjects = readInputs(stored?.inputs ?? "").subjects.map(({ subject }) => subject);
  months.set(month, { revision, subjects });
  return subjects;
}
