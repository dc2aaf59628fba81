import { sealText, dayText, type SealFacts } from "../core/seal.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";
import { sha256 } from "./sha256.ts";

const DAY_MS = 86_400_000;
const HASH_BYTES = 32;

/** A UTC day, sealed; `day` counts since the Unix epoch. */
export type SealRow = {
  readonly day: number;
  readonly revision: number;
  /** 1, 2, 3 ... over the seals of all days. */
  readonly seq: number;
  readonly sealedAtMs: number;
  /** False when the instant has parts of a millisecond, which nothing that is stored has. */
  readonly isWhole: boolean;
  readonly rounds: number;
  /** As `chainsText` writes them. */
  readonly chains: string;
  readonly root: Buffer;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

/** A seal without its chains, which may be many. */
export type SealLink = Omit<SealRow, "chains">;

const LINK_COLUMNS = `day, revision, seq, sealed_at as "sealedAtMs",
  sealed_at = date_trunc('milliseconds', sealed_at) as "isWhole",
  rounds, root, previous_hash as "previousHash", hash`;
const COLUMNS = `${LINK_COLUMNS}, chains`;

/** The hash of a seal: sha256 over the hash of the seal before it and its text. */
export function hashSeal(previousHash: Uint8Array, seal: SealFacts): Buffer {
  return sha256(previousHash, Buffer.from(sealText(seal)));
}

/** What the hash of a stored seal covers. */
export function factsOf(row: Omit<SealLink, "isWhole" | "previousHash" | "hash">): SealFacts {
  const { seq, revision, sealedAtMs, rounds } = row;
  return {
    seq,
    day: dayText(row.day),
    revision,
    sealedAtMs,
    rounds,
    root: row.root.toString("hex"),
  };
}

/** Whoever makes a seal holds this lock until the end of its transaction. */
export async function lockSeals(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [lockClass, lockKeys.seal]);
}

/** UTC days in [fromDay, untilDay) with rounds that no seal covers, oldest first. */
export async function listUnsealedDays(
  db: Queryable,
  { fromDay, untilDay }: { readonly fromDay: number; readonly untilDay: number },
): Promise<number[]> {
  const { rows } = await db.query<{ day: number }>(
    `select distinct day from chain_day where not sealed and day >= $1 and day < $2 order by day`,
    [fromDay, untilDay],
  );
  return rows.map(({ day }) => day);
}

/** What is counted of one chain on a day. */
export type DayChain = {
  readonly id: number;
  readonly vantage: string;
  readonly shard: string;
  readonly rounds: number;
  readonly sealed: boolean;
};

/** The chains with rounds on a day, in the order of a seal: by the bytes of the names. */
export async function listDayChains(tx: Queryable, day: number): Promise<DayChain[]> {
  const { rows } = await tx.query<DayChain>(
    `select c.id, v.name as vantage, c.shard, d.rounds, d.sealed
     from chain_day d join chain c on c.id = d.chain_id join vantage v on v.id = c.vantage_id
     where d.day = $1 order by v.name collate "C", c.shard collate "C"`,
    [day],
  );
  return rows;
}

/** A chain's rounds of one day. */
export type ChainHashes = {
  readonly chainId: number;
  /** As counted when they were stored. */
  readonly counted: number;
  readonly lastSeq: number;
  /** In the order of the chain. */
  readonly hashes: readonly Uint8Array[];
};

/**
 * The hashes of the rounds of some chains planned on a day, and their number as it was counted:
 * by one statement, so that they are of one instant while recorders go on.
 */
export async function listDayHashes(
  tx: Queryable,
  day: number,
  chainIds: readonly number[],
): Promise<ChainHashes[]> {
  type Row = { id: number; counted: number; last_seq: number | null; hashes: Buffer | null };
  const { rows } = await tx.query<Row>(
    `select d.chain_id as id, d.rounds as counted, part.last_seq, part.hashes
     from chain_day d cross join lateral (
       select max(r.seq) as last_seq, string_agg(r.hash, ''::bytea order by r.seq) as hashes
       from round r
       where r.chain_id = d.chain_id and r.planned_at >= $2 and r.planned_at < $3
     ) part
     where d.day = $1 and d.chain_id = any($4::int[])`,
    [day, iso(day * DAY_MS), iso((day + 1) * DAY_MS), chainIds],
  );
  return rows.map(({ id, counted, last_seq: lastSeq, hashes }) => {
    return { chainId: id, counted, lastSeq: lastSeq ?? 0, hashes: splitHashes(hashes) };
  });
}

function splitHashes(joined: Buffer | null): Buffer[] {
  const length = joined?.length ?? 0;
  return Array.from({ length: Math.ceil(length / HASH_BYTES) }, (_, at) =>
    (joined ?? Buffer.alloc(0)).subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** A day's seal, the newest unless a revision is named; null when there is none. */
export async function findSeal(
  db: Queryable,
  day: number,
  revision: number | null = null,
): Promise<SealRow | null> {
  const { rows } = await db.query<SealRow>(
    `select ${COLUMNS} from seal where day = $1 and ($2::int is null or revision = $2)
     order by revision desc limit 1`,
    [day, revision],
  );
  return rows[0] ?? null;
}

/** The newest seal of each day in [fromDay, untilDay), in order. */
export async function listNewestSeals(
  db: Queryable,
  { fromDay, untilDay }: { readonly fromDay: number; readonly untilDay: number },
): Promise<SealRow[]> {
  const { rows } = await db.query<SealRow>(
    `select distinct on (day) ${COLUMNS} from seal where day >= $1 and day < $2
     order by day, revision desc`,
    [fromDay, untilDay],
  );
  return rows;
}

/** All seals of the days in [fromDay, untilDay), by day and revision. */
export async function listSeals(
  db: Queryable,
  { fromDay, untilDay }: { readonly fromDay: number; readonly untilDay: number },
): Promise<SealRow[]> {
  const { rows } = await db.query<SealRow>(
    `select ${COLUMNS} from seal where day >= $1 and day < $2 order by day, revision`,
    [fromDay, untilDay],
  );
  return rows;
}

/** All seals of all days, in the order in which they were made. */
export async function listSealLinks(db: Queryable): Promise<SealLink[]> {
  const { rows } = await db.query<SealLink>(`select ${LINK_COLUMNS} from seal order by seq`);
  return rows;
}

/** Days in [fromDay, untilDay) that have a seal or should: by a receipt or a mark; in order. */
export async function listSealedDays(
  db: Queryable,
  { fromDay, untilDay }: { readonly fromDay: number; readonly untilDay: number },
): Promise<number[]> {
  const { rows } = await db.query<{ day: number }>(
    `select day from seal where day >= $1 and day < $2
     union select day from anchor where day >= $1 and day < $2
     union select day from chain_day where sealed and day >= $1 and day < $2
     order by day`,
    [fromDay, untilDay],
  );
  return rows.map(({ day }) => day);
}

/** The oldest seal that the anchor of this name has not got. */
export async function findUnanchored(db: Queryable, name: string): Promise<SealRow | null> {
  const { rows } = await db.query<SealRow>(
    `select ${COLUMNS} from seal s
     where not exists (
       select from anchor a where a.day = s.day and a.revision = s.revision and a.name = $1)
     order by seq limit 1`,
    [name],
  );
  return rows[0] ?? null;
}

/** Appends a seal to those of all days; the lock must be held. */
export async function appendSeal(
  tx: Queryable,
  seal: Pick<SealRow, "day" | "revision" | "sealedAtMs" | "rounds" | "chains" | "root">,
): Promise<SealRow> {
  const { rows } = await tx.query<{ seq: number; hash: Buffer }>(
    `select seq, hash from seal order by seq desc limit 1`,
  );
  const { seq, hash: previousHash } = rows[0] ?? { seq: 0, hash: Buffer.alloc(0) };
  const row = { ...seal, seq: seq + 1, previousHash, isWhole: true };
  const hash = hashSeal(previousHash, factsOf(row));
  await tx.query(
    `insert into seal
       (day, revision, seq, sealed_at, rounds, chains, root, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      row.day,
      row.revision,
      row.seq,
      iso(row.sealedAtMs),
      row.rounds,
      row.chains,
      row.root,
      previousHash,
      hash,
    ],
  );
  return { ...row, hash };
}

/**
 * Marks the chains of a day as sealed that still have as many rounds as the seal saw. Waits for
 * nobody: a chain that somebody writes to just now stays unmarked and is looked at again, and a
 * recorder that comes later takes the mark away. An import may hold its chains for long.
 */
export async function markSealed(
  tx: Queryable,
  day: number,
  chains: readonly { readonly chainId: number; readonly counted: number }[],
): Promise<void> {
  await tx.query(
    `with unchanged as materialized (
       select d.chain_id
       from chain_day d
       join unnest($2::int[], $3::int[]) as seen (chain_id, rounds) using (chain_id)
       where d.day = $1 and d.rounds = seen.rounds
       for update of d skip locked
     )
     update chain_day d set sealed = true from unchanged u
     where d.day = $1 and d.chain_id = u.chain_id`,
    [day, chains.map(({ chainId }) => chainId), chains.map(({ counted }) => counted)],
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
