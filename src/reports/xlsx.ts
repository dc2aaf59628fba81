import { writeXlsx } from "hucre/xlsx";
import type { MonthDocument } from "../core/month-document.ts";
import type { Lang } from "../core/views.ts";
import { monthText } from "./report-words-facts.ts";
import { methodSheet, proofSheet, trendSheet, vantageSheet } from "./xlsx-back.ts";
import { bookOf } from "./xlsx-book.ts";
import { creditRows, creditSheet } from "./xlsx-credits.ts";
import { summarySheet } from "./xlsx-front.ts";
import { exclusionSheet, outageSheet } from "./xlsx-lists.ts";
import { badSlotSheet } from "./xlsx-slots.ts";
import { subjectSheet } from "./xlsx-subjects.ts";

/**
 * The report as a workbook whose formulas compute its figures again from its bad slots. Where a
 * float could not give the report's own digits, the report's value stands instead of a formula.
 * `maxBadRows`: of the sheet of bad slots. The same document gives the same bytes.
 */
export async function renderXlsx(
  document: MonthDocument,
  lang: Lang,
  maxBadRows?: number,
): Promise<Uint8Array> {
  const book = bookOf(document, lang, maxBadRows);
  const { report, words } = book;
  const credits = creditRows(book);
  const writtenAt = new Date(Date.parse(report.closing?.at ?? report.settledUntil));
  return writeXlsx({
    sheets: [
      summarySheet(book, credits),
      subjectSheet(book),
      outageSheet(book),
      badSlotSheet(book),
      exclusionSheet(book),
      creditSheet(book, credits),
      trendSheet(book),
      ...(document.vantages === null ? [] : [vantageSheet(book, document.vantages)]),
      methodSheet(book),
      proofSheet(book),
    ],
    properties: {
      title: `${words.title} ${monthText(report.month, words)}`,
      creator: "nines",
      created: writtenAt,
      modified: writtenAt,
    },
    defaultFont: { name: "Arial", size: 10 },
  });
}
