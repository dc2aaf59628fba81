import type { MonthDocument } from "../core/month-document.ts";
import type { Lang } from "../core/views.ts";
import type { BadSlots } from "./tables-rows.ts";
import { tableWordsEn } from "./tables-words-en.ts";
import type { TableWords } from "./tables-words-type.ts";
import { tableWordsZh } from "./tables-words-zh.ts";

export const tableWords: Readonly<Record<Lang, TableWords>> = {
  en: tableWordsEn,
  zh: tableWordsZh,
};

/** What the files are, what each column is, and what is not in them. */
export function readmeText(input: {
  readonly document: MonthDocument;
  readonly bad: BadSlots;
  readonly words: TableWords;
}): string {
  const { document, bad, words } = input;
  const { report, timeZone } = document;
  const lines = [
    words.title(report.month),
    report.closing === null ? words.notFinal : words.revision(report.revision),
    "",
    ...words.general(timeZone),
    ...(document.timelines === null ? [words.noSlots] : []),
    ...(bad.isJoined ? [words.joined] : []),
    ...(document.timelines !== null && bad.left > 0 ? [words.left(bad.left)] : []),
  ];
  for (const [name, { what, columns }] of Object.entries(words.tables)) {
    lines.push("", `${name}.csv`, `  ${what}`);
    for (const [column, text] of Object.entries(columns)) lines.push(`  ${column}: ${text}`);
  }
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}
