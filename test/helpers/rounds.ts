import type { Round } from "../../src/core/round.ts";
import { listCounts, type Counts } from "../../src/store/days.ts";
import { findIds, listNames } from "../../src/store/names.ts";
import { createIdCache, type RoundStore } from "../../src/store/prepare-rounds.ts";
import type { Database } from "../../src/store/connect.ts";

/** Noon of a day in the middle of a month. */
export const NOON = Date.parse("2026-10-15T12:00:00Z");
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** A round of vantage "a" and shard "15s-0" over web-1, web-2, ... as many as there are letters. */
export function testRound(changes: Partial<Round> = {}): Round {
  const outcomes = changes.outcomes ?? "ooo";
  const count = changes.targets?.length ?? outcomes.length;
  return {
    vantage: "a",
    shard: "15s-0",
    plannedAtMs: NOON,
    targets: Array.from({ length: count }, (_, index) => `web-${index + 1}`),
    outcomes,
    offsetsMs: Array.from({ length: count }, () => 3),
    latenciesUs: Array.from({ length: count }, () => 1_200),
    details: outcomes
      .split("")
      .flatMap((letter, index) =>
        letter === "o" ? [] : [{ index, reason: "connect-timeout" as const }],
      ),
    ...changes,
  };
}

/** A recorder's view of a database, with nothing remembered. */
export function testStore(db: Database): RoundStore {
  return { db, ids: createIdCache() };
}

/** Takes away all rounds and what follows from them. */
export async function clearRounds(db: Database): Promise<void> {
  await db.query(
    "truncate round, chain_day, chain, unsettled, day, progress, memo, target, vantage restart identity cascade",
  );
}

/** All rows of a table as JSON texts, in a fixed order. */
export async function rowsOf(db: Database, table: string): Promise<string[]> {
  const { rows } = await db.query<{ row: string }>(
    `select to_jsonb(t)::text as row from ${table} t order by 1`,
  );
  return rows.map(({ row }) => row);
}

/** The settled counts of a target from a vantage over the days around NOON. */
export async function countsOf(
  db: Database,
  target: string,
  vantage = "a",
): Promise<{ from: number; until: number; valid: number; failed: number; reason: number }[]> {
  const targetId = (await findIds(db, "target", [target])).get(target) ?? -1;
  const vantageId = [...(await listNames(db, "vantage"))].find(([, name]) => name === vantage)?.[0];
  const day = NOON / DAY_MS;
  const counts: Counts = await listCounts(db, {
    targetIds: new Set([targetId]),
    fromDay: Math.floor(day) - 40,
    untilDay: Math.floor(day) + 40,
  });
  return counts.get(targetId)?.get(vantageId ?? -1) ?? [];
}
