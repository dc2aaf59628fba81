import type { Lang } from "../core/views.ts";
import { reportWordsEn } from "./report-words-en.ts";
import type { ReportWords } from "./report-words-type.ts";
import { reportWordsZh } from "./report-words-zh.ts";

/** The texts of the monthly report; what is said with them is in report-words-facts.ts. */
export const reportWords: Readonly<Record<Lang, ReportWords>> = {
  en: reportWordsEn,
  zh: reportWordsZh,
};
