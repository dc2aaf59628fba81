import type { Lang } from "../core/views.ts";

/** What only the page says; the rest is in the words of the report. */
export type HtmlWords = {
  readonly contents: string;
  readonly elsewhere: string;
  readonly openPages: string;
  readonly value: string;
  readonly dataOf: (title: string) => string;
  readonly between: string;
};

const en: HtmlWords = {
  contents: "Contents",
  elsewhere: "Everything is in the report's JSON, XLSX and CSV (ZIP) forms.",
  openPages: "Open this month in nines",
  value: "Value",
  dataOf: (title) => `${title}: as a table`,
  between: " ",
};

const zh: HtmlWords = {
  contents: "目录",
  elsewhere: "完整数据见本报告的 JSON、XLSX 与 CSV（ZIP）版本。",
  openPages: "在 nines 中打开本月",
  value: "值",
  dataOf: (title) => `${title}：数据表`,
  between: "",
};

export const htmlWords: Readonly<Record<Lang, HtmlWords>> = { en, zh };
