import type { Lang } from "../core/views.ts";
import { reportWordsEn } from "./report-words-en.ts";
import type { ReportWords } from "./report-words-type.ts";
import { reportWordsZh } from "./report-words-zh.ts";

/** The texts of the monthly report; what is said with them is in report-words-facts.ts. */
export const reportWords: Readonly<Record<Lang, ReportWords>> = {
  en: reportWordsEn,
  zh: reportWordsZh,
};

/** The kind of an exclusion; one that is not known stands as it is. */
export function kindText(kind: string, { exclusionKinds }: ReportWords): string {
  const kinds: Readonly<Record<string, string>> = exclusionKinds;
  return kinds[kind] ?? kind;
}
