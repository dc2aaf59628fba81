import { createHash } from "node:crypto";
import type { Minute } from "../core/counts.ts";
import { MINUTES_PER_DAY } from "../core/day-counts.ts";
import { packDetail, roundText, type PackedDetail } from "../core/round-proof.ts";
import type { Round } from "../core/round.ts";
import { chainKey } from "../core/seal.ts";
import { MINUTE_MS } from "../core/tally.ts";
import { withTransaction, type Queryable } from "./connect.ts";
import { ConflictError } from "../errors.ts";
import { findDroppedUntil } from "./partitions.ts";
import { savePhases, type PhasesRow } from "./phases.ts";
import { known, prepareRounds, unreachable, type RoundStore } from "./prepare-rounds.ts";

type Head = { seq: number; hash: Buffer };
type NewRow = {
  readonly chainId: number;
  readonly round: Round;
  readonly details: readonly PackedDetail[];
  readonly seq: number;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

/** sha256 over the hash before it in the chain and the round's text. */
export function hashRound(previousHash: Uint8Array, text: string): Buffer {
  return createHash("sha256").update(previousHash).update(text).digest();
}

/**
 * Stores rounds in one transaction, in the order given: each joins the chain of its vantage
 * and shard, and its minute is marked for settling. A round whose key (vantage, shard,
 * planned instant) is already stored changes nothing. Returns the new ones. Throws
 * ConflictError for a round of a time whose rounds were dropped.
 */
export async function storeRounds(
  store: RoundStore,
  rounds: readonly Round[],
  storedAtMs: number,
): Promise<Round[]> {
  await prepareRounds(store, rounds);
  return withTransaction(store.db, async (tx) => {
    const stored = await appendRounds(tx, store, { rounds, storedAtMs });
    const minutes = new Map<string, Set<Minute>>();
    for (const round of stored) addMinute(minutes, round);
    await markUnsettled(tx, store, minutes);
    return stored;
  });
}

/**
 * Appends prepared rounds to their chains inside a transaction; `markUnsettled` must follow
 * in the same one. Returns the new ones.
 *
 * 1. Lock the heads of the chains, in id order, so that recorders cannot deadlock.
 * 2. Leave out what is already stored.
 * 3. Insert, move the heads, count the day.
 */
export async function appendRounds(
  tx: Queryable,
  store: RoundStore,
  input: { readonly rounds: readonly Round[]; readonly storedAtMs: number },
): Promise<Round[]> {
  const { rounds } = input;
  if (rounds.length === 0) return [];
  const heads = await lockHeads(tx, chainIdsOf(store, rounds));
  const stored = await findStored(tx, store, rounds);
  const rows = linkRounds({ ...input, store, heads, stored });
  if (rows.length === 0) return [];
  await insertRows(tx, rows, { store, storedAtMs: input.storedAtMs });
  await refuseDropped(tx, rows);
  await moveHeads(tx, heads);
  await countDays(tx, rows);
  await savePhases(tx, phaseRows(rows, store));
  return rows.map(({ round }) => round);
}

const rowKey = (chainId: number, plannedAtMs: number) => `${chainId}@${plannedAtMs}`;

function chainIdsOf({ ids }: RoundStore, rounds: readonly Round[]): number[] {
  return [...new Set(rounds.map((round) => known(ids.chains, chainKey(round))))];
}

async function lockHeads(tx: Queryable, chainIds: readonly number[]): Promise<Map<number, Head>> {
  // No key: what the chains hold is noted meanwhile, over another connection, and refers to them.
  const { rows } = await tx.query<{ id: number } & Head>(
    `select id, seq, hash from chain where id = any($1::int[]) order by id for no key update`,
    [chainIds],
  );
  return new Map(rows.map(({ id, seq, hash }) => [id, { seq, hash }]));
}

async function findStored(
  tx: Queryable,
  { ids }: RoundStore,
  rounds: readonly Round[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ chain_id: number; planned_at: number }>(
    `select r.chain_id, r.planned_at
     from unnest($1::int[], $2::timestamptz[]) as k (chain_id, planned_at)
     join round r on r.chain_id = k.chain_id and r.planned_at = k.planned_at
     where r.planned_at between $3 and $4`,
    [
      rounds.map((round) => known(ids.chains, chainKey(round))),
      rounds.map(({ plannedAtMs }) => iso(plannedAtMs)),
      iso(rounds.reduce((least, { plannedAtMs }) => Math.min(least, plannedAtMs), Infinity)),
      iso(rounds.reduce((most, { plannedAtMs }) => Math.max(most, plannedAtMs), -Infinity)),
    ],
  );
  return new Set(rows.map((row) => rowKey(row.chain_id, row.planned_at)));
}

function linkRounds(input: {
  readonly store: RoundStore;
  readonly rounds: readonly Round[];
  readonly heads: Map<number, Head>;
  readonly stored: Set<string>;
  readonly storedAtMs: number;
}): NewRow[] {
  const rows: NewRow[] = [];
  for (const round of input.rounds) {
    const chainId = known(input.store.ids.chains, chainKey(round));
    const key = rowKey(chainId, round.plannedAtMs);
    if (input.stored.has(key)) continue;
    input.stored.add(key);
    const head = input.heads.get(chainId) ?? unreachable(`head of chain ${chainId}`);
    const details = round.details.map(packDetail);
    const seq = head.seq + 1;
    const place = { seq, storedAtMs: input.storedAtMs };
    const hash = hashRound(head.hash, roundText(round, details, place));
    rows.push({ chainId, round, details, seq, previousHash: head.hash, hash });
    input.heads.set(chainId, { seq, hash });
  }
  return rows;
}

async function insertRows(
  tx: Queryable,
  rows: readonly NewRow[],
  context: { readonly store: RoundStore; readonly storedAtMs: number },
): Promise<void> {
  const { targets } = context.store.ids;
  // Arrays travel as text and are cast in the server: unnest would flatten arrays of arrays.
  await tx.query({
    name: "insert-rounds",
    text: `insert into round (chain_id, planned_at, seq, stored_at, targets, outcomes,
             offsets_ms, latencies_us, details, previous_hash, hash)
           select chain_id, planned_at, seq, $1::timestamptz, targets::int[], outcomes,
             offsets_ms::int[], latencies_us::int[], details::jsonb, previous_hash, hash
           from unnest($2::int[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[],
             $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bytea[])
             as t (chain_id, planned_at, seq, targets, outcomes, offsets_ms, latencies_us,
               details, previous_hash, hash)`,
    values: [
      iso(context.storedAtMs),
      rows.map(({ chainId }) => chainId),
      rows.map(({ round }) => iso(round.plannedAtMs)),
      rows.map(({ seq }) => seq),
      rows.map(({ round }) => `{${round.targets.map((name) => known(targets, name)).join(",")}}`),
      rows.map(({ round }) => round.outcomes),
      rows.map(({ round }) => `{${round.offsetsMs.join(",")}}`),
      rows.map(({ round }) => `{${round.latenciesUs.join(",")}}`),
      rows.map(({ details }) => (details.length === 0 ? null : JSON.stringify(details))),
      rows.map(({ previousHash }) => previousHash),
      rows.map(({ hash }) => hash),
    ],
  });
}

function phaseRows(rows: readonly NewRow[], { ids }: RoundStore): PhasesRow[] {
  return rows.flatMap(({ chainId, round: { plannedAtMs, targets, phasesUs } }) =>
    phasesUs === undefined
      ? []
      : {
          chainId,
          plannedAtMs,
          phasesUs,
          targets: targets.map((name) => known(ids.targets, name)),
        },
  );
}

/**
 * Evidence of a time that was dropped would be a small part of what there was, and what is
 * derived from it wrong. Asked after the insert: who drops waits for it from here on.
 */
async function refuseDropped(tx: Queryable, rows: readonly NewRow[]): Promise<void> {
  const droppedUntilMs = await findDroppedUntil(tx);
  const old = rows.find(({ round }) => round.plannedAtMs < droppedUntilMs);
  if (old === undefined) return;
  const planned = new Date(old.round.plannedAtMs).toISOString();
  throw new ConflictError(`the rounds of ${planned} were dropped (retentionDays)`);
}

async function moveHeads(tx: Queryable, heads: ReadonlyMap<number, Head>): Promise<void> {
  await tx.query(
    `update chain set seq = t.seq, hash = t.hash
     from unnest($1::int[], $2::bigint[], $3::bytea[]) as t (id, seq, hash)
     where chain.id = t.id and chain.seq <> t.seq`,
    [
      [...heads.keys()],
      [...heads.values()].map(({ seq }) => seq),
      [...heads.values()].map(({ hash }) => hash),
    ],
  );
}

/**
 * Keeps the number of rounds and the last hash of each chain and UTC day, for the proof, and
 * takes away the mark that its seal covers it all.
 */
async function countDays(tx: Queryable, rows: readonly NewRow[]): Promise<void> {
  const days = new Map<string, { chainId: number; day: number; rounds: number; hash: Buffer }>();
  for (const { chainId, round, hash } of rows) {
    const day = Math.floor(minuteOf(round) / MINUTES_PER_DAY);
    const key = rowKey(chainId, day);
    days.set(key, { chainId, day, rounds: (days.get(key)?.rounds ?? 0) + 1, hash });
  }
  const values = [...days.values()];
  await tx.query(
    `insert into chain_day (chain_id, day, rounds, hash)
     select * from unnest($1::int[], $2::int[], $3::int[], $4::bytea[])
     on conflict (chain_id, day) do update
       set rounds = chain_day.rounds + excluded.rounds, hash = excluded.hash, sealed = false`,
    [
      values.map(({ chainId }) => chainId),
      values.map(({ day }) => day),
      values.map(({ rounds }) => rounds),
      values.map(({ hash }) => hash),
    ],
  );
}

/**
 * Marks the minutes whose counts must be derived (again). An existing mark is updated, not
 * left alone: the update waits for a settler that is just deleting the mark, which may not
 * have seen these rounds. Marks are locked in one order, so that recorders cannot deadlock.
 */
export async function markUnsettled(
  tx: Queryable,
  { ids }: RoundStore,
  minutes: ReadonlyMap<string, ReadonlySet<Minute>>,
): Promise<void> {
  const vantages = [...minutes]
    .map(([vantage, set]) => ({
      id: known(ids.vantages, vantage),
      minutes: [...set].toSorted(byNumber),
    }))
    .toSorted((a, b) => a.id - b.id);
  await tx.query(
    `insert into unsettled (vantage_id, minute)
     select * from unnest($1::smallint[], $2::int[])
     on conflict (vantage_id, minute) do update set marks = unsettled.marks + 1`,
    [
      vantages.flatMap((vantage) => vantage.minutes.map(() => vantage.id)),
      vantages.flatMap((vantage) => vantage.minutes),
    ],
  );
}

const byNumber = (a: number, b: number) => a - b;

/** Adds the minute that a round is planned in to those of its vantage. */
export function addMinute(
  minutes: Map<string, Set<Minute>>,
  round: Pick<Round, "vantage" | "plannedAtMs">,
): void {
  const mine = minutes.get(round.vantage) ?? new Set<Minute>();
  minutes.set(round.vantage, mine.add(minuteOf(round)));
}

function minuteOf(round: Pick<Round, "plannedAtMs">): Minute {
  return Math.floor(round.plannedAtMs / MINUTE_MS);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
