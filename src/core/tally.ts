import type { CountRun, Minute } from "./counts.ts";
import { REASONS, type Reason } from "./outcome.ts";
import type { OutcomeLetters } from "./round.ts";

export const MINUTE_MS = 60_000;

/** What deriving needs of a stored round; `targets` are small integers. */
export type TallyRound = {
  readonly plannedAtMs: number;
  readonly targets: readonly number[];
  readonly outcomes: OutcomeLetters;
  readonly reasons: ReadonlyMap<number, Reason>;
};

type Writable = { -readonly [Key in keyof CountRun]: CountRun[Key] };
type Cells = { valid: Uint16Array; failed: Uint16Array; reasons: Map<number, Map<number, number>> };

/**
 * Counts the results of one vantage by target and minute over [from, until). Rounds come in
 * the order in which they were stored: of two results for one target and planned instant
 * the first counts (sla-semantics, section 3).
 */
export function tallyRounds(
  rounds: Iterable<TallyRound>,
  range: { readonly from: Minute; readonly until: Minute },
): Map<number, CountRun[]> {
  const length = range.until - range.from;
  const cells = new Map<number, Cells>();
  const rows = new Map<readonly number[], Cells[]>();
  const firstAt = new Map<number, TallyRound[]>();
  for (const round of rounds) {
    const minute = Math.floor(round.plannedAtMs / MINUTE_MS) - range.from;
    if (minute < 0 || minute >= length) continue;
    const earlier = firstAt.get(round.plannedAtMs);
    const seen = earlier && new Set(earlier.flatMap(({ targets }) => targets));
    if (earlier) earlier.push(round);
    else firstAt.set(round.plannedAtMs, [round]);
    // One shard's rounds share their array: its targets are looked up once.
    const row = rows.get(round.targets) ?? round.targets.map((id) => cellsOf(cells, id, length));
    rows.set(round.targets, row);
    for (const [index, cell] of row.entries()) {
      if (seen?.has(round.targets[index] ?? 0) === true) continue;
      const letter = round.outcomes.charCodeAt(index);
      if (letter === OK) cell.valid[minute] = (cell.valid[minute] ?? 0) + 1;
      else addBad(cell, minute, { letter, reason: round.reasons.get(index) });
    }
  }
  return new Map([...cells].map(([target, cell]) => [target, runsOf(cell, range.from)]));
}

const OK = "o".charCodeAt(0);
const FAILED = "f".charCodeAt(0);

/** A result that is not ok. */
function addBad(
  cell: Cells,
  minute: number,
  { letter, reason = "" }: { readonly letter: number; readonly reason: Reason | undefined },
): void {
  if (letter === FAILED) {
    cell.valid[minute] = (cell.valid[minute] ?? 0) + 1;
    cell.failed[minute] = (cell.failed[minute] ?? 0) + 1;
  }
  const counts = cell.reasons.get(minute) ?? new Map<number, number>();
  const position = Math.max(0, REASONS.indexOf(reason));
  // A failure explains a minute better than an `invalid` or `unknown` beside it.
  counts.set(position, (counts.get(position) ?? 0) + (letter === FAILED ? 65_536 : 1));
  cell.reasons.set(minute, counts);
}

function cellsOf(cells: Map<number, Cells>, target: number, length: number): Cells {
  const known = cells.get(target);
  if (known) return known;
  const fresh = {
    valid: new Uint16Array(length),
    failed: new Uint16Array(length),
    reasons: new Map<number, Map<number, number>>(),
  };
  cells.set(target, fresh);
  return fresh;
}

function runsOf(cell: Cells, start: Minute): CountRun[] {
  const runs: CountRun[] = [];
  // Written into while it grows: a day has 1,440 minutes a target and rarely a second run.
  let last: Writable | undefined;
  for (let index = 0; index < cell.valid.length; index += 1) {
    const valid = cell.valid[index] ?? 0;
    const failed = cell.failed[index] ?? 0;
    const reason = cell.reasons.size === 0 ? 0 : mostFrequent(cell.reasons.get(index));
    if (valid === 0 && reason === 0) continue;
    const from = start + index;
    const isSame =
      last?.until === from &&
      last.valid === valid &&
      last.failed === failed &&
      last.reason === reason;
    if (isSame && last !== undefined) last.until = from + 1;
    else runs.push((last = { from, until: from + 1, valid, failed, reason }));
  }
  return runs;
}

/** Ties go to the lower position, so that deriving again gives the same bytes. */
function mostFrequent(counts: ReadonlyMap<number, number> | undefined): number {
  let best = 0;
  let most = 0;
  for (const [reason, count] of counts ?? []) {
    if (count > most || (count === most && reason < best)) {
      best = reason;
      most = count;
    }
  }
  return best;
}
