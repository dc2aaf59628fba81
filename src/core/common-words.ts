import type { Verdict } from "./report.ts";
import type { DayState, Lang, ShownState } from "./views.ts";

/** What the pages and the files of a month say in the same words. */
export type CommonWords = {
  readonly htmlLang: string;
  readonly colon: string;
  readonly monthName: (year: number, month: number) => string;
  readonly cutNote: string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly dayStates: Readonly<Record<DayState, string>>;
  readonly slotStates: Readonly<Record<ShownState, string>>;
  readonly seconds: (n: string) => string;
  readonly minutes: (n: string) => string;
  readonly hoursMinutes: (hours: number, minutes: number) => string;
  readonly daysHours: (days: number, hours: number) => string;
};

const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );

const en: CommonWords = {
  htmlLang: "en",
  colon: ": ",
  monthName: (year, month) => `${MONTHS[month - 1] ?? month} ${year}`,
  cutNote: "Percentages are cut to three decimals, never rounded up.",
  verdicts: {
    met: "Met",
    missed: "Missed",
    "insufficient-data": "Too little data",
    "on-track": "On track",
    "at-risk": "At risk",
    "already-missed": "Missed",
  },
  dayStates: {
    good: "No loss",
    minor: "Some loss",
    missed: "More than a month's budget",
    excluded: "Excluded",
    "no-data": "No data",
  },
  slotStates: {
    good: "Good",
    partial: "Partly bad",
    bad: "Bad",
    excluded: "Excluded",
    "no-data": "No data",
  },
  seconds: (n) => `${n} s`,
  minutes: (n) => `${n} min`,
  hoursMinutes: (hours, minutes) => (minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`),
  daysHours: (days, hours) => (hours === 0 ? `${days} d` : `${days} d ${hours} h`),
};

const zh: CommonWords = {
  htmlLang: "zh-CN",
  colon: "：",
  monthName: (year, month) => `${year}年${month}月`,
  cutNote: "百分比保留三位小数，直接截断，不会进位。",
  verdicts: {
    met: "达标",
    missed: "未达标",
    "insufficient-data": "数据不足",
    "on-track": "正常",
    "at-risk": "有风险",
    "already-missed": "未达标",
  },
  dayStates: {
    good: "无损失",
    minor: "有损失",
    missed: "单日超出整月预算",
    excluded: "已排除",
    "no-data": "无数据",
  },
  slotStates: {
    good: "正常",
    partial: "部分失败",
    bad: "中断",
    excluded: "已排除",
    "no-data": "无数据",
  },
  seconds: (n) => `${n} 秒`,
  minutes: (n) => `${n} 分钟`,
  hoursMinutes: (hours, minutes) =>
    minutes === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes} 分`,
  daysHours: (days, hours) => (hours === 0 ? `${days} 天` : `${days} 天 ${hours} 小时`),
};

export const commonWords: Readonly<Record<Lang, CommonWords>> = { en, zh };
