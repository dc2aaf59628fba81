import { readDocument } from "./month-document.ts";
import type { RenderOrder } from "./render-apart.ts";
import { makeRendition, type MakeDeps } from "./renditions.ts";
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
export async function readReportFile(
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
