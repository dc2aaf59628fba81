import { canonicalJson, type Json } from "./core/canonical-json.ts";
import { pageAudit, type LoggedEntry } from "./store/audit-log.ts";
import { hashEntry } from "./store/audit.ts";
import { anchorItem, anchorJson, listAnchors } from "./store/anchors.ts";
import { claimJson, listClaims } from "./store/claims.ts";
import type { Queryable } from "./store/connect.ts";
import { exclusionJson, listExclusions } from "./store/exclusions.ts";
import { findUnevenInstant } from "./store/instants.ts";
import { DROPPED_ITEM, droppedJson, findDroppedUntil } from "./store/partitions.ts";
import {
  listMalfunctionNotes,
  listMalfunctions,
  malfunctionJson,
  malfunctionNoteJson,
} from "./store/malfunctions.ts";
import { listRenditionFacts, renditionItem, renditionJson } from "./store/renditions.ts";
import { listTakenReportMails, reportMailItem, reportMailJson } from "./store/report-mail.ts";
import { listClosingFacts } from "./store/reports.ts";
import { keyJson, listKeys } from "./store/signing-keys.ts";
import { listTokens, tokenJson } from "./store/tokens.ts";
import { listUsers, userJson } from "./store/users.ts";

const PAGE = 1_000;

type ListRows = (db: Queryable) => Promise<(readonly [item: string, json: Json])[]>;

/** Days since the Unix epoch, as far as PostgreSQL's integers go. */
const EVER = { fromDay: -2_147_483_648, untilDay: 2_147_483_647 };

/** By kind of item: the rows that must be what their last entry says. To add a table: its line. */
const tables = {
  anchor: async (db) =>
    (await listAnchors(db, EVER)).map((row) => [anchorItem(row), anchorJson(row)] as const),
  claim: async (db) =>
    (await listClaims(db)).map((row) => [`claim:${row.id}`, claimJson(row)] as const),
  exclusion: async (db) =>
    (await listExclusions(db, {})).map(
      (row) => [`exclusion:${row.id}`, exclusionJson(row)] as const,
    ),
  key: async (db) => (await listKeys(db)).map((row) => [`key:${row.id}`, keyJson(row)] as const),
  malfunction: async (db) =>
    (await listMalfunctions(db, {})).map(
      (row) => [`malfunction:${row.id}`, malfunctionJson(row)] as const,
    ),
  "malfunction-note": async (db) =>
    (await listMalfunctionNotes(db, null)).map(
      (row) => [`malfunction-note:${row.id}`, malfunctionNoteJson(row)] as const,
    ),
  rendition: async (db) =>
    (await listRenditionFacts(db)).map((row) => [renditionItem(row), renditionJson(row)] as const),
  report: async (db) =>
    (await listClosingFacts(db)).map(({ item, ...facts }) => [item, facts] as const),
  "report-mail": async (db) =>
    (await listTakenReportMails(db)).map(
      (row) => [reportMailItem(row), reportMailJson(row)] as const,
    ),
  rounds: async (db) => {
    const droppedUntilMs = await findDroppedUntil(db);
    return droppedUntilMs === 0 ? [] : [[DROPPED_ITEM, droppedJson(droppedUntilMs)] as const];
  },
  token: async (db) =>
    (await listTokens(db)).map((row) => [`token:${row.name}`, tokenJson(row)] as const),
  user: async (db) =>
    (await listUsers(db)).map((row) => [`user:${row.name}`, userJson(row)] as const),
} satisfies Record<string, ListRows>;

/**
 * Whether the audit log is whole: entries without a gap, each hash over what it holds and over the
 * one before it; and whether users, tokens and the like are what was last said of them there.
 * Gives the first broken place, null when all holds. Everything must be read from one snapshot.
 */
export async function verifyAudit(tx: Queryable): Promise<string | null> {
  const last = new Map<string, string | null>();
  const broken = await walkChain(tx, ({ item, before, after }) => {
    // One that tells of no change, such as a failed login, says nothing of the row.
    if (before !== null || after !== null) last.set(item, after);
  });
  if (broken !== null) return broken;
  for (const [kind, listRows] of Object.entries(tables)) {
    const mismatch = await compareRows(kind, () => listRows(tx), last);
    if (mismatch !== null) return mismatch;
  }
  return findUnevenInstant(tx);
}

async function walkChain(
  tx: Queryable,
  onEntry: (entry: LoggedEntry) => void,
): Promise<string | null> {
  let seq = 0;
  let previousHash: Buffer = Buffer.alloc(0);
  // From below: an entry numbered less than 1 must not be overlooked.
  let afterSeq = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await pageAudit(tx, { afterSeq, limit: PAGE });
    for (const entry of page) {
      if (entry.seq < 1) return `audit entry ${entry.seq} was put in`;
      if (entry.seq !== seq + 1) return `audit entry ${seq + 1} is missing`;
      if (!entry.previousHash.equals(previousHash)) {
        return `audit entry ${entry.seq} does not follow the one before it`;
      }
      if (!entry.isWhole || !hashEntry(previousHash, entry).equals(entry.hash)) {
        return `audit entry ${entry.seq}: its hash does not match what it holds`;
      }
      onEntry(entry);
      seq = entry.seq;
      afterSeq = seq;
      previousHash = entry.hash;
    }
    if (page.length < PAGE) return null;
  }
}

async function compareRows(
  kind: string,
  list: () => ReturnType<ListRows>,
  last: ReadonlyMap<string, string | null>,
): Promise<string | null> {
  const there = new Map<string, string>();
  try {
    for (const [item, json] of await list()) there.set(item, canonicalJson(json));
  } catch (error) {
    // A row that cannot even be read is not what was written.
    if (error instanceof RangeError) return `a row of ${kind}: ${error.message}`;
    throw error;
  }
  for (const [item, json] of there) {
    const after = last.get(item) ?? null;
    if (after === null) return `${item} is there without an entry in the audit log`;
    if (json !== after) return `${item} is not what its last audit entry says`;
  }
  for (const [item, after] of last) {
    const isGone = item.startsWith(`${kind}:`) && after !== null && !there.has(item);
    if (isGone) return `${item} is in the audit log and not in its table`;
  }
  return null;
}
