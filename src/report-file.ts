import { BusyError } from "./errors.ts";
import { readDocument } from "./month-document.ts";
import type { RenderOrder } from "./render-apart.ts";
import { findRendition, makeRendition, type MakeDeps } from "./renditions.ts";
import { reportMonth, type ReportQuery } from "./report-month.ts";
import { reportFormats, type FormatName } from "./reports/index.ts";
import type { Queryable } from "./store/connect.ts";
import { findNewestRevision } from "./store/reports.ts";

/** A month's report in one form, to be sent. */
export type ReportFile = {
  readonly bytes: string | Uint8Array;
  /** "sha256:" and the SHA-256 of the bytes; null for what may be another the next time. */
  readonly digest: string | null;
};

type FileQuery = Pick<ReportQuery, "month" | "account" | "revision">;

/**
 * The revision whose rendition is kept and so is the same for everybody: that asked for, which need
 * not exist, or the newest. 0: none, since the month is not closed, or the form is the report alone.
 */
export async function findKeptRevision(
  db: Queryable,
  { month, account = "", revision }: FileQuery,
  format: FormatName,
): Promise<number> {
  if (reportFormats[format].renderReport !== undefined) return 0;
  return revision ?? (await findNewestRevision(db, { month, account }));
}

/**
 * A month's report in one form. Of a closed month it is what was rendered first; a running month is
 * rendered as it stands. Throws as `reportMonth` does, and what rendering throws.
 */
async function readReportFile(
  deps: MakeDeps,
  query: FileQuery,
  { format, lang }: RenderOrder,
): Promise<ReportFile> {
  const { renderReport } = reportFormats[format];
  if (renderReport !== undefined) {
    return { bytes: renderReport(await reportMonth(deps, query)), digest: null };
  }
  const { month, account = "" } = query;
  const revision = await findKeptRevision(deps.db, query, format);
  if (revision > 0) return makeRendition(deps, { month, account, revision, format, lang });
  const document = await readDocument(deps, query);
  return { bytes: await deps.render(document, { format, lang }), digest: null };
}

/** So many reports at a time are rendered for people who wait at their connection: each is in memory. */
const MOST_UNDERWAY = 4;

/**
 * `readReportFile` for many who ask at once: who asks for what is being rendered gets the same bytes,
 * and there are few others at a time. Throws BusyError for one more; what was made before, or is
 * not rendered, is given to everybody.
 */
export function shareReportFiles(): typeof readReportFile {
  const underway = new Map<string, Promise<ReportFile>>();
  return async (deps, query, order) => {
    const { month, account = "" } = query;
    const { format, lang } = order;
    if (reportFormats[format].renderReport !== undefined) return readReportFile(deps, query, order);
    const revision = await findKeptRevision(deps.db, query, format);
    const kept =
      revision === 0
        ? null
        : await findRendition(deps.db, { month, account, revision, format, lang });
    if (kept !== null) return kept;
    const key = [month, account, revision, format, lang].join("\n");
    const same = underway.get(key);
    if (same !== undefined) return same;
    if (underway.size >= MOST_UNDERWAY) {
      throw new BusyError("other reports are being rendered: ask again in a little while");
    }
    const exact = revision === 0 ? query : { ...query, revision };
    const making = readReportFile(deps, exact, order).finally(() => underway.delete(key));
    underway.set(key, making);
    return making;
  };
}
