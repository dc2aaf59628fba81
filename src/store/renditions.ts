import type { Queryable } from "./connect.ts";
import type { StoredReport } from "./reports.ts";

/** A revision of a report in one form and language. */
type Key = Pick<StoredReport, "month" | "account" | "revision"> & {
  readonly format: string;
  readonly lang: string;
};

type Made = {
  readonly madeAtMs: number;
  /** "sha256:" and the SHA-256 of the bytes. */
  readonly digest: string;
};

type Stored = Made & { readonly bytes: Uint8Array };

/** Its bytes; null when it was not made yet. */
export async function findStoredRendition(db: Queryable, key: Key): Promise<Stored | null> {
  const { rows } = await db.query<Stored>(
    `select made_at as "madeAtMs", digest, bytes from rendition
     where month = $1 and account = $2 and revision = $3 and format = $4 and lang = $5`,
    [key.month, key.account, key.revision, key.format, key.lang],
  );
  return rows[0] ?? null;
}

/** Stores it unless it is there already: the first one stays. Says whether it was the first. */
export async function insertRendition(tx: Queryable, rendition: Key & Stored): Promise<boolean> {
  const { month, account, revision, format, lang, madeAtMs, digest, bytes } = rendition;
  const { rowCount } = await tx.query(
    `insert into rendition (month, account, revision, format, lang, made_at, digest, bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (month, account, revision, format, lang) do nothing`,
    [month, account, revision, format, lang, new Date(madeAtMs).toISOString(), digest, bytes],
  );
  return rowCount === 1;
}

/** How the audit log speaks of it. */
export const renditionItem = ({ month, account, revision, format, lang }: Key) =>
  `rendition:${month}/${account}/${revision}/${format}/${lang}`;
export const renditionJson = ({ madeAtMs, digest }: Made) => ({
  madeAt: new Date(madeAtMs).toISOString(),
  digest,
});

/** All of them; where the bytes are not those of the digest, what they have is said beside it. */
export async function listRenditionFacts(db: Queryable): Promise<(Key & Made)[]> {
  const { rows } = await db.query<Key & Made & { readonly actual: string }>(
    `select month, account, revision, format, lang, made_at as "madeAtMs", digest,
       'sha256:' || encode(sha256(bytes), 'hex') as actual
     from rendition`,
  );
  return rows.map(({ actual, ...made }) =>
    actual === made.digest ? made : { ...made, digest: `${made.digest}, of the bytes ${actual}` },
  );
}

/** What there is of a revision, without the bytes; by form and language. */
export async function listRenditions(
  db: Queryable,
  { month, account, revision }: Pick<Key, "month" | "account" | "revision">,
): Promise<(Made & Pick<Key, "format" | "lang">)[]> {
  const { rows } = await db.query<Made & Pick<Key, "format" | "lang">>(
    `select format, lang, made_at as "madeAtMs", digest from rendition
     where month = $1 and account = $2 and revision = $3
     order by format collate "C", lang collate "C"`,
    [month, account, revision],
  );
  return rows;
}
