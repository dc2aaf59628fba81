import { canonicalJson } from "../core/canonical-json.ts";
import type { Message } from "../core/message.ts";
import { readMessage } from "../core/read-message.ts";
import type { Queryable } from "./connect.ts";

/** A message of a channel of the kind inbox. */
export type Letter = {
  readonly id: number;
  readonly channel: string;
  readonly atMs: number;
  readonly message: Message;
  /** When the reader read it; null while it is new to them. */
  readonly readAtMs: number | null;
};

/** Puts a letter into the inbox; a second one of the same message changes nothing. */
export async function saveLetter(
  db: Queryable,
  letter: {
    readonly channel: string;
    readonly message: Message;
    /** Null for a test, which is no message of a thread. */
    readonly messageId: number | null;
    /** Those that it tells of: who reads it must see all of them; null for who sees all. */
    readonly accounts: readonly string[] | null;
    readonly atMs: number;
  },
): Promise<void> {
  const { channel, message, messageId, accounts, atMs } = letter;
  await db.query(
    `insert into letter (message, channel, at, accounts, body) values ($1, $2, $3, $4, $5)
     on conflict (message) do nothing`,
    [messageId, channel, instant(atMs), accounts, canonicalJson(message)],
  );
}

/** Who reads, and the accounts they see: null for all. */
type Reader = { readonly name: string; readonly accounts: readonly string[] | null };

/** A letter of all accounts is for who sees all; another one for who sees each of its accounts. */
const IS_SEEN = `($2::text[] is null or l.accounts <@ $2 and cardinality(l.accounts) > 0)`;

type Row = Omit<Letter, "message"> & { readonly body: string };

const COLUMNS = `l.id, l.channel, l.at as "atMs", l.body, r.at as "readAtMs"`;
const FROM = `from letter l left join letter_read r on r.letter = l.id and r.reader = $1`;

/** The reader's letters in the order in which they came: those after an id, or else the newest. */
export async function listLetters(
  db: Queryable,
  { name, accounts }: Reader,
  query: {
    readonly unread: boolean;
    readonly after: number | undefined;
    readonly limit: number;
  },
): Promise<Letter[]> {
  const { unread, after, limit } = query;
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} ${FROM}
     where ${IS_SEEN} and l.id > $3 and (not $4 or r.letter is null)
     order by l.id ${after === undefined ? "desc" : "asc"} limit $5`,
    [name, accounts, after ?? 0, unread, limit],
  );
  const letters = rows.map(letterOf);
  return after === undefined ? letters.toReversed() : letters;
}

export async function countUnread(db: Queryable, { name, accounts }: Reader): Promise<number> {
  const { rows } = await db.query<{ unread: number }>(
    `select count(*) as unread ${FROM} where ${IS_SEEN} and r.letter is null`,
    [name, accounts],
  );
  return rows[0]?.unread ?? 0;
}

/** The letter as read, since the first time; null for one that the reader does not see. */
export async function markRead(
  db: Queryable,
  { name, accounts }: Reader,
  { id, atMs }: { readonly id: number; readonly atMs: number },
): Promise<Letter | null> {
  await db.query(
    `insert into letter_read (letter, reader, at)
     select l.id, $1, $4 from letter l where ${IS_SEEN} and l.id = $3
     on conflict (letter, reader) do nothing`,
    [name, accounts, id, instant(atMs)],
  );
  const { rows } = await db.query<Row>(`select ${COLUMNS} ${FROM} where ${IS_SEEN} and l.id = $3`, [
    name,
    accounts,
    id,
  ]);
  return rows.map(letterOf)[0] ?? null;
}

/** Notes that the reader has read every letter up to one: what came since stays new. */
export async function markAllRead(
  db: Queryable,
  { name, accounts }: Reader,
  { last, atMs }: { readonly last: number; readonly atMs: number },
): Promise<void> {
  await db.query(
    `insert into letter_read (letter, reader, at)
     select l.id, $1, $4 from letter l where ${IS_SEEN} and l.id <= $3
     on conflict (letter, reader) do nothing`,
    [name, accounts, last, instant(atMs)],
  );
}

function letterOf({ body, ...letter }: Row): Letter {
  return { ...letter, message: readMessage(body) };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
