import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import {
  parseResultLine,
  type KnownNames,
  type ResultLine,
} from "./core/results-ndjson.ts";
import type { Outcome } from "./core/outcome.ts";
import type { Round, RoundDetail } from "./core/round.ts";
import { SHARD_SIZE } from "./core/shards.ts";
import { MINUTE_MS } from "./core/tally.ts";
import type { Problem } from "./errors.ts";
import { withTransaction, type Queryable } from "./store/connect.ts";
import { listImported } from "./store/imported.ts";
import { findMemo } from "./store/memo.ts";
import { appendRounds, markUnsettled, prepareRounds, type RoundStore } from "./store/rounds.ts";
import { DROPPED_UNTIL } from "./store/partitions.ts";

/** Results held in memory before they are stored. */
const WINDOW = 100_000;
const MAX_LINE_LENGTH = 65_536;
const MAX_PROBLEMS = 100;
const CLOCK_SKEW_MS = 60_000;

export type ImportDeps = {
  readonly store: RoundStore;
  readonly clock: Clock;
  readonly config: Config;
};

export type ImportOutcome = {
  readonly lines: number;
  readonly stored: number;
  /** Already there, or twice in the input: the first one counts. */
  readonly doubles: number;
  readonly bad: number;
  /** The first hundred of the bad lines, by number. */
  readonly problems: readonly Problem[];
};

type Window = Map<string, ResultLine[]>;

class BadLines extends Error {}

/**
 * Stores results given as NDJSON, all in one transaction. With a bad line nothing is stored,
 * unless `keepGoing`. Rounds of imports are chained like any other, in shards `import-<n>`.
 */
export async function importResults(
  deps: ImportDeps,
  chunks: AsyncIterable<string>,
  options: { readonly keepGoing: boolean },
): Promise<ImportOutcome> {
  const counts = { lines: 0, stored: 0, doubles: 0, bad: 0 };
  const problems: Problem[] = [];
  const check = await createLineCheck(deps);
  const noteBad = (message: string) => {
    counts.bad += 1;
    if (problems.length < MAX_PROBLEMS) problems.push({ place: `line ${counts.lines}`, message });
  };
  try {
    await withTransaction(deps.store.db, async (tx) => {
      const marks = new Map<string, Pick<Round, "vantage" | "plannedAtMs">>();
      let storing = Promise.resolve();
      let window: Window = new Map();
      let size = 0;
      const flush = async () => {
        const full = window;
        window = new Map();
        size = 0;
        await storing;
        storing = storeWindow(deps, tx, full).then((result) => {
          counts.stored += result.stored;
          counts.doubles += result.doubles;
          for (const { vantage, plannedAtMs } of result.rounds) {
            marks.set(`${vantage}\n${Math.floor(plannedAtMs / MINUTE_MS)}`, { vantage, plannedAtMs });
          }
        });
        storing.catch(() => undefined); // awaited below or by the next flush
      };
      for await (const text of splitLines(chunks)) {
        counts.lines += 1;
        if (text.trim() === "") continue;
        const line = check(text);
        if (typeof line === "string") {
          noteBad(line);
          continue;
        }
        if (counts.bad > 0 && !options.keepGoing) continue; // only looking for further bad lines
        addToWindow(window, line);
        size += 1;
        if (size >= WINDOW) await flush();
      }
      await flush();
      await storing;
      if (counts.bad > 0 && !options.keepGoing) throw new BadLines();
      if (marks.size > 0) await markUnsettled(tx, deps.store, [...marks.values()]);
    });
  } catch (error) {
    if (!(error instanceof BadLines)) throw error;
    counts.stored = 0;
    counts.doubles = 0;
  }
  return { ...counts, problems };
}

async function createLineCheck({ store, clock, config }: ImportDeps) {
  const known: KnownNames = {
    targets: new Set(config.targets.map(({ id }) => id)),
    vantages: new Set(config.vantages.map(({ id }) => id)),
  };
  const droppedUntilMs = Number((await findMemo(store.db, DROPPED_UNTIL)) ?? 0);
  const latestMs = clock.nowMs() + CLOCK_SKEW_MS;
  return (text: string): ResultLine | string => {
    if (text.length > MAX_LINE_LENGTH) return `longer than ${MAX_LINE_LENGTH} characters`;
    const line = parseResultLine(text, known);
    if (typeof line === "string") return line;
    if (line.plannedAtMs > latestMs) return "plannedAt is in the future";
    if (line.plannedAtMs < droppedUntilMs) {
      const horizon = new Date(droppedUntilMs).toISOString();
      return `plannedAt is before ${horizon}: the rounds of that time were dropped (retentionDays)`;
    }
    return line;
  };
}

async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function addToWindow(window: Window, line: ResultLine): void {
  const key = `${line.vantage}\n${line.plannedAtMs}`;
  const lines = window.get(key);
  if (lines === undefined) window.set(key, [line]);
  else lines.push(line);
}

async function storeWindow(
  deps: ImportDeps,
  tx: Queryable,
  window: Window,
): Promise<{ stored: number; doubles: number; rounds: Round[] }> {
  let doubles = 0;
  const rounds: Round[] = [];
  let left: Window = window;
  // Another import may take a place between looking and storing: look again for what is left.
  while (left.size > 0) {
    const placed = placeLines(left, await listImported(tx, instantsOf(left)));
    doubles += placed.doubles;
    await prepareRounds(deps.store, placed.rounds);
    const stored = new Set(
      await appendRounds(tx, deps.store, {
        rounds: placed.rounds,
        storedAtMs: deps.clock.nowMs(),
      }),
    );
    for (const round of stored) rounds.push(round);
    left = new Map();
    for (const round of placed.rounds) {
      if (!stored.has(round)) for (const line of placed.lines.get(round) ?? []) addToWindow(left, line);
    }
  }
  const stored = rounds.reduce((sum, { targets }) => sum + targets.length, 0);
  return { stored, doubles, rounds };
}

function instantsOf(window: Window): { vantage: string; plannedAtMs: number }[] {
  return [...window.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
}

/** Makes rounds of what is not stored yet, each under the lowest free number of its instant. */
function placeLines(
  window: Window,
  imported: ReadonlyMap<string, { readonly shards: Set<string>; readonly targets: Set<string> }>,
): { rounds: Round[]; lines: Map<Round, ResultLine[]>; doubles: number } {
  const rounds: Round[] = [];
  const lines = new Map<Round, ResultLine[]>();
  let doubles = 0;
  for (const [key, all] of window) {
    const there = imported.get(key);
    const seen = new Set(there?.targets);
    const fresh = all.filter(({ target }) => {
      if (seen.has(target)) return false;
      seen.add(target);
      return true;
    });
    doubles += all.length - fresh.length;
    let number = 0;
    for (let at = 0; at < fresh.length; at += SHARD_SIZE) {
      while (there?.shards.has(`import-${number}`) === true) number += 1;
      const part = fresh.slice(at, at + SHARD_SIZE);
      const round = toRound(part, `import-${number}`);
      rounds.push(round);
      lines.set(round, part);
      number += 1;
    }
  }
  return { rounds, lines, doubles };
}

const LETTERS = { ok: "o", failed: "f", invalid: "i", unknown: "u" } satisfies Record<Outcome, string>;

function toRound(lines: readonly ResultLine[], shard: string): Round {
  const [first] = lines;
  return {
    vantage: first?.vantage ?? "",
    shard,
    plannedAtMs: first?.plannedAtMs ?? 0,
    targets: lines.map(({ target }) => target),
    outcomes: lines.map(({ outcome }) => LETTERS[outcome]).join(""),
    offsetsMs: lines.map(({ offsetMs }) => offsetMs),
    latenciesUs: lines.map(({ latencyMs }) => Math.round(latencyMs * 1000)),
    details: lines.flatMap(toDetail),
  };
}

function toDetail(line: ResultLine, index: number): RoundDetail[] {
  if (line.outcome === "ok") return [];
  return [
    {
      index,
      reason: line.reason,
      ...(line.detail === "" ? {} : { text: line.detail }),
      ...(line.requestId === "" ? {} : { requestId: line.requestId }),
      ...(line.address === "" ? {} : { address: line.address }),
    },
  ];
}
