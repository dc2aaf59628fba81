import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { SYSTEM } from "./core/access.ts";
import type { Lang } from "./core/views.ts";
import { NotFoundError } from "./errors.ts";
import { readDocument } from "./month-document.ts";
import type { Renderer } from "./render-apart.ts";
import type { FormatName } from "./reports/index.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import {
  findStoredRendition,
  insertRendition,
  renditionItem,
  renditionJson,
} from "./store/renditions.ts";
import { digestText, sha256 } from "./store/sha256.ts";

/** A revision of a closed month's report in one form and language. */
export type RenditionKey = {
  /** "2026-10" */
  readonly month: string;
  /** "": the report of all accounts. */
  readonly account: string;
  /** 1 or more: what is not closed is not kept. */
  readonly revision: number;
  readonly format: FormatName;
  readonly lang: Lang;
};

export type Rendition = RenditionKey & {
  readonly bytes: Uint8Array;
  /** "sha256:" and the SHA-256 of the bytes. */
  readonly digest: string;
  readonly madeAtMs: number;
};

export type MakeDeps = {
  readonly db: Db;
  readonly config: Config;
  readonly clock: Pick<Clock, "nowMs">;
  readonly render: Renderer["render"];
  /** Is told how far it is, in percent. */
  readonly onProgress?: (percent: number) => Promise<void>;
};

/** What was made before; null when nobody asked for it yet. */
export async function findRendition(db: Queryable, key: RenditionKey): Promise<Rendition | null> {
  const stored = await findStoredRendition(db, key);
  return stored === null ? null : { ...key, ...stored };
}

/**
 * What was made before, or else it is made and kept. Of two who make it at once, the first to store
 * it wins: everybody gets the same bytes, for good, also when the names in the configuration change.
 * The audit log keeps its digest. Throws NotFoundError for a revision that there is not, and what rendering throws.
 */
export async function makeRendition(deps: MakeDeps, key: RenditionKey): Promise<Rendition> {
  const { db, clock, render, onProgress = async () => undefined } = deps;
  const known = await findRendition(db, key);
  if (known !== null) return known;
  const { month, account, revision, format, lang } = key;
  if (revision < 1) throw new NotFoundError(`${month} is not closed: nothing is kept of it`);
  await onProgress(5);
  const query = { month, account: account === "" ? undefined : account, revision };
  const document = await readDocument(deps, query);
  await onProgress(40);
  const bytes = await render(document, { format, lang });
  await onProgress(90);
  const made = { bytes, digest: digestText(sha256(bytes)), madeAtMs: clock.nowMs() };
  await withTransaction(db, async (tx) => {
    if (!(await insertRendition(tx, { ...key, ...made }))) return;
    await appendAudit(tx, {
      atMs: made.madeAtMs,
      actor: SYSTEM,
      action: "report.render",
      item: renditionItem(key),
      before: null,
      after: renditionJson(made),
    });
  });
  return (await findRendition(db, key)) ?? { ...key, ...made };
}
