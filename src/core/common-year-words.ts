import { claimStates } from "./claim-words.ts";
import type { ClaimState } from "./claim.ts";
import type { Lang } from "./views.ts";
import type { CellKind } from "./year-cells.ts";
import type { YearMonthState } from "./year-report.ts";

/** What the page and the files of a year say in the same words. */
type CommonYearWords = {
  readonly monthShort: (month: number) => string;
  readonly monthRange: (from: string, to: string) => string;
  readonly revision: (n: number) => string;
  /** What is missing is told at greater length in the files. */
  readonly kinds: Readonly<Record<Exclude<CellKind, "absent" | "gap">, string>>;
  readonly states: Readonly<Record<YearMonthState, string>>;
  readonly marks: { readonly open: string; readonly running: string };
  readonly claims: Readonly<Record<ClaimState, string>>;
};

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const en: CommonYearWords = {
  monthShort: (month) => MONTHS[month - 1] ?? String(month),
  monthRange: (from, to) => `${from} to ${to}`,
  revision: (n) => `revision ${n}`,
  kinds: {
    kept: "kept",
    missed: "missed",
    undecided: "too little data",
    "so-far-good": "not closed, on track",
    "so-far-risk": "not closed, at risk",
    "so-far-missed": "not closed, missed",
    "so-far-unclear": "not closed, too little data",
    ahead: "to come",
  },
  states: {
    closed: "closed",
    open: "over, not closed",
    running: "running",
    none: "no report",
    ahead: "to come",
  },
  marks: { open: "open", running: "so far" },
  claims: claimStates.en,
};

const zh: CommonYearWords = {
  monthShort: (month) => `${month}月`,
  monthRange: (from, to) => `${from}至${to}`,
  revision: (n) => `第 ${n} 版`,
  kinds: {
    kept: "达标",
    missed: "未达标",
    undecided: "数据不足",
    "so-far-good": "未定稿，目前正常",
    "so-far-risk": "未定稿，有风险",
    "so-far-missed": "未定稿，已无法达标",
    "so-far-unclear": "未定稿，数据不足",
    ahead: "未到",
  },
  states: {
    closed: "已定稿",
    open: "已结束，尚未定稿",
    running: "进行中",
    none: "无报告",
    ahead: "未到",
  },
  marks: { open: "未定稿", running: "进行中" },
  claims: claimStates.zh,
};

export const commonYearWords: Readonly<Record<Lang, CommonYearWords>> = { en, zh };
