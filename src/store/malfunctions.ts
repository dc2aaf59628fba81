import type { Json } from "../core/canonical-json.ts";
import {
  LEVELS,
  MALFUNCTION_ORIGINS,
  MALFUNCTION_STATES,
  type Malfunction,
  type MalfunctionNote,
  type MalfunctionOutage,
  type MalfunctionState,
} from "../core/malfunction.ts";
import type { MalfunctionFilter, MalfunctionStep } from "../core/malfunction-view.ts";
import type { Interval } from "../core/month.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";
import { nameColumns, OUTAGE_COLUMNS, type OutageName } from "./malfunction-outages.ts";

type Row = Omit<Malfunction, "origin" | "level" | "state"> & {
  readonly origin: string;
  readonly level: string;
  readonly state: string;
};

const COLUMNS = `id, origin, reference, title, account, product, region, level,
  level_by as "levelBy", state, began_at as "beganAtMs", opened_at as "openedAtMs",
  opened_by as "openedBy", respond_by as "respondByMs", acknowledged_at as "acknowledgedAtMs",
  acknowledged_by as "acknowledgedBy", owner, restored_at as "restoredAtMs",
  closed_at as "closedAtMs", closed_by as "closedBy", cause, impact, resolution,
  follow_ups as "followUps"`;

/** Stores a new one; its audit entry and its event are the caller's, in the same transaction. */
export async function insertMalfunction(
  tx: Queryable,
  malfunction: Omit<Malfunction, "id">,
): Promise<Malfunction> {
  const { rows } = await tx.query<Row>(
    `insert into malfunction (origin, reference, title, account, product, region, level, level_by,
       state, began_at, opened_at, opened_by, respond_by, acknowledged_at, acknowledged_by, owner,
       restored_at, closed_at, closed_by, cause, impact, resolution, follow_ups)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
       $20, $21, $22, $23) returning ${COLUMNS}`,
    valuesOf(malfunction),
  );
  const [row] = rows;
  if (row === undefined) throw new Error("a malfunction that was stored did not come back");
  return malfunctionOf(row);
}

/** Writes the whole row. Lock it first with `findMalfunction(tx, id, { lock: true })`. */
export async function saveMalfunction(tx: Queryable, malfunction: Malfunction): Promise<void> {
  await tx.query(
    `update malfunction set origin = $1, reference = $2, title = $3, account = $4, product = $5,
       region = $6, level = $7, level_by = $8, state = $9, began_at = $10, opened_at = $11,
       opened_by = $12, respond_by = $13, acknowledged_at = $14, acknowledged_by = $15, owner = $16,
       restored_at = $17, closed_at = $18, closed_by = $19, cause = $20, impact = $21,
       resolution = $22, follow_ups = $23
     where id = $24`,
    [...valuesOf(malfunction), malfunction.id],
  );
}

export async function findMalfunction(
  db: Queryable,
  id: number,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<Malfunction | null> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from malfunction where id = $1 ${lock ? "for update" : ""}`,
    [id],
  );
  return rows.map(malfunctionOf)[0] ?? null;
}

/** The one that a ticket system opened by its number. */
export async function findMalfunctionByReference(
  db: Queryable,
  reference: string,
): Promise<Malfunction | null> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from malfunction where reference = $1`, [
    reference,
  ]);
  return rows.map(malfunctionOf)[0] ?? null;
}

type MalfunctionQuery = {
  readonly ids?: readonly number[] | undefined;
  readonly states?: readonly MalfunctionState[] | undefined;
  /** Those that overlap it. */
  readonly interval?: Interval | undefined;
  /** Those that struck one of these accounts. */
  readonly accounts?: readonly string[] | undefined;
  /** By one outage, or by what was said of it. */
  readonly struck?: MalfunctionFilter | undefined;
  /** Only those with a lower id. */
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
};

/** Newest first. */
export async function listMalfunctions(
  db: Queryable,
  query: MalfunctionQuery,
): Promise<Malfunction[]> {
  const { interval, struck = {} } = query;
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from malfunction m
     where ($1::integer[] is null or id = any($1)) and ($2::text[] is null or state = any($2))
       and ($3::timestamptz is null
            or began_at < $4 and (restored_at is null or restored_at > $3))
       and ($9::integer is null or id < $9)
       and (coalesce($6, $7, $8) is null and $5::text[] is null or exists (
         select from (
           select m.account, m.product, m.region
           union all
           select account, product, region from malfunction_outage where malfunction = m.id
         ) as place
         where ($5 is null or place.account = any($5))
           and ($6::text is null or place.account = $6)
           and ($7::text is null or place.product = $7)
           and ($8::text is null or place.region = $8)))
     order by id desc limit $10`,
    [
      query.ids ?? null,
      query.states ?? null,
      interval === undefined ? null : instant(interval.fromMs),
      interval === undefined ? null : instant(interval.untilMs),
      query.accounts ?? null,
      struck.account ?? null,
      struck.product ?? null,
      struck.region ?? null,
      query.before ?? null,
      query.limit ?? null,
    ],
  );
  return rows.map(malfunctionOf);
}

/** The outages of some malfunctions, the earliest first. */
export async function listMalfunctionOutages(
  db: Queryable,
  malfunctions: readonly number[],
): Promise<MalfunctionOutage[]> {
  const { rows } = await db.query<MalfunctionOutage>(
    `select ${OUTAGE_COLUMNS} from malfunction_outage where malfunction = any($1)
     order by from_at, agreement, subject`,
    [malfunctions],
  );
  return rows;
}

/** Writes outages whole; one that is there takes its new malfunction, end, targets and reason. */
export async function saveMalfunctionOutages(
  tx: Queryable,
  outages: readonly MalfunctionOutage[],
): Promise<void> {
  // Lists of targets differ in length, which no array of arrays of PostgreSQL may.
  await tx.query(
    `insert into malfunction_outage (malfunction, agreement, subject, account, product, region,
       targets, from_at, until_at, reason)
     select malfunction, agreement, subject, account, product, region, targets, from_at, until_at,
       reason
     from json_to_recordset($1::json) as t(malfunction integer, agreement text, subject text,
       account text, product text, region text, targets text[], from_at timestamptz,
       until_at timestamptz, reason text)
     on conflict (agreement, subject, from_at) do update
       set malfunction = excluded.malfunction, until_at = excluded.until_at,
         targets = excluded.targets, reason = excluded.reason`,
    [
      JSON.stringify(
        outages.map(({ fromMs, untilMs, ...outage }) => ({
          ...outage,
          from_at: instant(fromMs),
          until_at: instant(untilMs),
        })),
      ),
    ],
  );
}

const NOTE_COLUMNS = `id, malfunction, at as "atMs", author as "by", text`;

export async function insertMalfunctionNote(
  tx: Queryable,
  note: Omit<MalfunctionNote, "id">,
): Promise<MalfunctionNote> {
  const { rows } = await tx.query<MalfunctionNote>(
    `insert into malfunction_note (malfunction, at, author, text) values ($1, $2, $3, $4)
     returning ${NOTE_COLUMNS}`,
    [note.malfunction, instant(note.atMs), note.by, note.text],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("a note that was stored did not come back");
  return row;
}

/** The notes of a malfunction, or of all; the earliest first. */
export async function listMalfunctionNotes(
  db: Queryable,
  malfunction: number | null,
): Promise<MalfunctionNote[]> {
  const { rows } = await db.query<MalfunctionNote>(
    `select ${NOTE_COLUMNS} from malfunction_note
     where $1::integer is null or malfunction = $1 order by id`,
    [malfunction],
  );
  return rows;
}

/** One who looks for a reference and opens at a time: until the end of the transaction. */
export async function lockOpening(tx: Queryable): Promise<void> {
  // The lock of the audit log, which an opening takes anyway: two would be taken in two orders.
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [lockClass, lockKeys.audit]);
}

/** What the audit log says of a malfunction, the earliest first. */
export async function listMalfunctionSteps(
  db: Queryable,
  malfunction: number,
): Promise<MalfunctionStep[]> {
  const { rows } = await db.query<
    Omit<MalfunctionStep, "before" | "after"> & { before: string | null; after: string | null }
  >(`select at as "atMs", actor, action, before, after from audit where item = $1 order by seq`, [
    `malfunction:${malfunction}`,
  ]);
  return rows.map((row) => ({ ...row, before: fromJson(row.before), after: fromJson(row.after) }));
}

function fromJson(text: string | null): Json {
  const value: Json = text === null ? null : JSON.parse(text);
  return value;
}

/** Every column: as the API shows it, as the audit log keeps it, and for comparing the two. */
export function malfunctionJson(malfunction: Malfunction) {
  return {
    id: malfunction.id,
    origin: malfunction.origin,
    reference: malfunction.reference,
    title: malfunction.title,
    account: malfunction.account,
    product: malfunction.product,
    region: malfunction.region,
    level: malfunction.level,
    levelBy: malfunction.levelBy,
    state: malfunction.state,
    beganAt: instant(malfunction.beganAtMs),
    openedAt: instant(malfunction.openedAtMs),
    openedBy: malfunction.openedBy,
    respondBy: instant(malfunction.respondByMs),
    acknowledgedAt: instant(malfunction.acknowledgedAtMs),
    acknowledgedBy: malfunction.acknowledgedBy,
    owner: malfunction.owner,
    restoredAt: instant(malfunction.restoredAtMs),
    closedAt: instant(malfunction.closedAtMs),
    closedBy: malfunction.closedBy,
    cause: malfunction.cause,
    impact: malfunction.impact,
    resolution: malfunction.resolution,
    followUps: malfunction.followUps,
  } satisfies Json;
}

/** Every column of a note, as the audit log keeps it. */
export function malfunctionNoteJson({ id, malfunction, atMs, by, text }: MalfunctionNote) {
  return { id, malfunction, at: instant(atMs), by, text } satisfies Json;
}

function valuesOf(malfunction: Omit<Malfunction, "id">): (string | null)[] {
  return [
    malfunction.origin,
    malfunction.reference,
    malfunction.title,
    malfunction.account,
    malfunction.product,
    malfunction.region,
    malfunction.level,
    malfunction.levelBy,
    malfunction.state,
    instant(malfunction.beganAtMs),
    instant(malfunction.openedAtMs),
    malfunction.openedBy,
    instant(malfunction.respondByMs),
    instant(malfunction.acknowledgedAtMs),
    malfunction.acknowledgedBy,
    malfunction.owner,
    instant(malfunction.restoredAtMs),
    instant(malfunction.closedAtMs),
    malfunction.closedBy,
    malfunction.cause,
    malfunction.impact,
    malfunction.resolution,
    malfunction.followUps,
  ];
}

/** Throws RangeError for a row that somebody changed by hand into what is none. */
function malfunctionOf(row: Row): Malfunction {
  const broken = (what: string) =>
    new RangeError(`malfunction ${row.id} has a ${what} that there is not`);
  const origin = MALFUNCTION_ORIGINS.find((one) => one === row.origin);
  const level = LEVELS.find((one) => one === row.level);
  const state = MALFUNCTION_STATES.find((one) => one === row.state);
  if (origin === undefined) throw broken("origin");
  if (level === undefined) throw broken("level");
  if (state === undefined) throw broken("state");
  return { ...row, origin, level, state };
}

function instant(ms: number): string;
function instant(ms: number | null): string | null;
function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/**
 * Those that outages may belong to, the oldest first, until the end of the transaction locked: the
 * open ones, the restored ones whose end is not before the instant, and whatever has one of the
 * outages already.
 */
export async function lockMalfunctions(
  tx: Queryable,
  query: {
    readonly restoredSinceMs: number;
    readonly outages: readonly OutageName[];
  },
): Promise<Malfunction[]> {
  const { restoredSinceMs, outages } = query;
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from malfunction
     where state = 'open' or state = 'restored' and restored_at >= $1 or id in (
       select o.malfunction
       from unnest($2::text[], $3::text[], $4::timestamptz[]) as t (agreement, subject, from_at)
       join malfunction_outage o using (agreement, subject, from_at))
     order by id for update`,
    [instant(restoredSinceMs), ...nameColumns(outages)],
  );
  return rows.map(malfunctionOf);
}
