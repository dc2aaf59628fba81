import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Actor } from "./core/access.ts";
import type { Minute } from "./core/counts.ts";
import type { Outcome } from "./core/outcome.ts";
import { parseResultLine, type KnownNames, type ResultLine } from "./core/results-ndjson.ts";
import type { Round, RoundDetail } from "./core/round.ts";
import { SHARD_SIZE } from "./core/shards.ts";
import type { Problem } from "./errors.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Queryable } from "./store/connect.ts";
import { listStoredInstants, type Instant, type StoredInstant } from "./store/imported.ts";
import { findDroppedUntil } from "./store/partitions.ts";
import { prepareRounds, type RoundStore } from "./store/prepare-rounds.ts";
import { addMinute, appendRounds, markUnsettled } from "./store/rounds.ts";

/** Results held in memory before they are stored. */
const WINDOW = 100_000;
const MAX_LINE_LENGTH = 65_536;
const MAX_PROBLEMS = 100;
const CLOCK_SKEW_MS = 60_000;

export type ImportDeps = {
  readonly store: RoundStore;
  readonly clock: Clock;
  readonly config: Config;
  /** Who imports; without, nothing is noted in the audit log. */
  readonly by?: Pick<Actor, "name" | "origin">;
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

/** Imports store one after another; any fixed number will do. */
const IMPORT_LOCK = 7_305_002;

/**
 * Stores results given as NDJSON, all in one transaction. With a bad line nothing is stored,
 * unless `keepGoing`. Rounds of imports are chained like any other, in shards `import-<n>`,
 * each round of one account.
 * Throws ConflictError when the rounds of their time are being dropped.
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
      await liftTimeouts(tx);
      const writer = createWriter(deps, tx, counts);
      try {
        for await (const text of splitLines(chunks)) {
          counts.lines += 1;
          if (text.trim() === "") continue;
          const line = check(text);
          if (typeof line === "string") noteBad(line);
          else if (counts.bad === 0 || options.keepGoing) await writer.add(line);
          // else: only looking for further bad lines
        }
        if (counts.bad > 0 && !options.keepGoing) throw new BadLines();
        await writer.end();
        if (counts.stored > 0) await noteImport(tx, deps, counts);
      } finally {
        // What is still being stored must not go on after the transaction.
        await writer.settled();
      }
    });
  } catch (error) {
    if (!(error instanceof BadLines)) throw error;
    counts.stored = 0;
    counts.doubles = 0;
  }
  return { ...counts, problems };
}

async function noteImport(
  tx: Queryable,
  { by, clock }: ImportDeps,
  { lines, stored, doubles, bad }: Omit<ImportOutcome, "problems">,
): Promise<void> {
  if (by === undefined) return;
  await appendAudit(tx, {
    atMs: clock.nowMs(),
    actor: by,
    action: "results.import",
    item: "results:import",
    before: null,
    after: { lines, stored, doubles, bad },
  });
}

/** Stores lines window by window; one window is stored while the next is read. */
function createWriter(
  deps: ImportDeps,
  tx: Queryable,
  counts: { stored: number; doubles: number },
) {
  const minutes = new Map<string, Set<Minute>>();
  let storing: Promise<void> | null = null;
  let window: Window = new Map();
  let size = 0;

  const store = async (full: Window): Promise<void> => {
    const { rounds, doubles } = await storeWindow(deps, tx, full);
    counts.doubles += doubles;
    for (const round of rounds) {
      counts.stored += round.targets.length;
      addMinute(minutes, round);
    }
  };
  const flush = async (): Promise<void> => {
    if (storing === null) await lockImports(tx);
    await storing;
    storing = store(window);
    storing.catch(() => undefined); // awaited by whoever comes next
    window = new Map();
    size = 0;
  };
  return {
    add: async (line: ResultLine): Promise<void> => {
      addToWindow(window, line);
      size += 1;
      if (size >= WINDOW) await flush();
    },
    end: async (): Promise<void> => {
      await flush();
      await storing;
      await markUnsettled(tx, deps.store, minutes);
    },
    settled: async (): Promise<void> => {
      await storing?.catch(() => undefined);
    },
  };
}

/** Whoever sends the lines, and an import before this one, may take as long as they like. */
async function liftTimeouts(tx: Queryable): Promise<void> {
  await tx.query(`set local statement_timeout = 0`);
  await tx.query(`set local idle_in_transaction_session_timeout = 0`);
}

/** The driver's own limit, as far off as it goes. */
const patient = { query_timeout: 2 ** 31 - 1 };

/** Only one import at a time stores: the next must see its results to know the doubles. */
async function lockImports(tx: Queryable): Promise<void> {
  const values = [IMPORT_LOCK];
  await tx.query({ ...patient, text: `select pg_advisory_xact_lock($1)`, values });
}

async function createLineCheck({ store, clock, config }: ImportDeps) {
  const known: KnownNames = {
    targets: new Set(config.targets.map(({ id }) => id)),
    vantages: new Set(config.vantages.map(({ id }) => id)),
  };
  const droppedUntilMs = await findDroppedUntil(store.db);
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

/** Of a line that is too long only so much is kept that this can be seen. */
async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  let isFirst = true;
  for await (const chunk of chunks) {
    // Some editors begin a file with a byte order mark.
    const text = isFirst && chunk.startsWith("\uFEFF") ? chunk.slice(1) : chunk;
    isFirst &&= chunk === "";
    const lines = text.split("\n");
    lines[0] = rest + (lines[0] ?? "");
    rest = (lines.pop() ?? "").slice(0, MAX_LINE_LENGTH + 1);
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
): Promise<{ doubles: number; rounds: readonly Round[] }> {
  const stored = await listStoredInstants(tx, instantsOf(window));
  const placed = placeLines(window, stored, accountsOf(deps.config));
  await prepareRounds(deps.store, placed.rounds);
  const storedAtMs = deps.clock.nowMs();
  const rounds = await appendRounds(tx, deps.store, { rounds: placed.rounds, storedAtMs });
  return { doubles: placed.doubles, rounds };
}

function instantsOf(window: Window): Instant[] {
  return [...window.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
}

function accountsOf({ targets }: Config): ReadonlyMap<string, string> {
  return new Map(targets.map(({ id, account }) => [id, account]));
}

/** Makes rounds of what is not stored yet, each under the lowest free number of its instant. */
function placeLines(
  window: Window,
  stored: ReadonlyMap<string, StoredInstant>,
  accounts: ReadonlyMap<string, string>,
): { rounds: Round[]; doubles: number } {
  const rounds: Round[] = [];
  let doubles = 0;
  for (const [key, all] of window) {
    const there = stored.get(key);
    const seen = new Set(there?.targets);
    const fresh = all.filter(({ target }) => {
      if (seen.has(target)) return false;
      seen.add(target);
      return true;
    });
    doubles += all.length - fresh.length;
    let number = 0;
    const byAccount = groupByAccount(fresh, accounts);
    for (const lines of byAccount.values()) {
      for (let at = 0; at < lines.length; at += SHARD_SIZE) {
        while (there?.importShards.has(`import-${number}`) === true) number += 1;
        rounds.push(toRound(lines.slice(at, at + SHARD_SIZE), `import-${number}`));
        number += 1;
      }
    }
  }
  return { rounds, doubles };
}

function groupByAccount(
  lines: readonly ResultLine[],
  accounts: ReadonlyMap<string, string>,
): Map<string, ResultLine[]> {
  const groups = new Map<string, ResultLine[]>();
  for (const line of lines) {
    const account = accounts.get(line.target) ?? "";
    const group = groups.get(account);
    if (group === undefined) groups.set(account, [line]);
    else group.push(line);
  }
  return groups;
}

const LETTERS = { ok: "o", failed: "f", invalid: "i", unknown: "u" } satisfies Record<
  Outcome,
  string
>;

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
