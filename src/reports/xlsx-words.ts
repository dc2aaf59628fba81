import type { Lang } from "../core/views.ts";

/** The sheets, in order; their names are part of formulas. */
export const SHEETS = [
  "summary",
  "subjects",
  "outages",
  "badSlots",
  "exclusions",
  "credits",
  "trend",
  "vantages",
  "method",
  "proof",
] as const;
export type SheetName = (typeof SHEETS)[number];

/** What only the workbook says; the rest is in the words of the report. */
export type XlsxWords = {
  readonly sheets: Readonly<Record<SheetName, string>>;
  /** Behind the head of a column of percentages. */
  readonly percent: (head: string) => string;
  readonly inZone: (head: string, zone: string) => string;
  readonly slotSeconds: string;
  readonly badMinutes: string;
  readonly badExact: string;
  readonly common: string;
  readonly units: string;
  readonly noDataBad: string;
  readonly measuredBad: string;
  readonly minCoverage: string;
  readonly basis: string;
  readonly fromSlots: string;
  readonly fromReport: string;
  readonly num: string;
  readonly den: string;
  readonly badness: string;
  readonly lengthMinutes: string;
  readonly subjectCount: string;
  readonly pooled: string;
  readonly notClosed: (month: string) => string;
  readonly notes: Readonly<Record<Exclude<SheetName, "summary" | "method" | "proof">, string>>;
  readonly noSlots: string;
  readonly joined: (rows: string) => string;
  readonly left: (subjects: number, rows: string) => string;
  readonly formulas: string;
};

const en: XlsxWords = {
  sheets: {
    summary: "Summary",
    subjects: "Targets and groups",
    outages: "Outages",
    badSlots: "Bad slots",
    exclusions: "Exclusions",
    credits: "Credits",
    trend: "Trend",
    vantages: "Vantages",
    method: "Method",
    proof: "Proof",
  },
  percent: (head) => `${head}, %`,
  inZone: (head, zone) => `${head} (${zone})`,
  slotSeconds: "Slot, seconds",
  badMinutes: "Bad minutes",
  badExact: "Bad slots, exact",
  common: "Parts in a slot",
  units: "Bad parts",
  noDataBad: "Slots without data that count as bad",
  measuredBad: "Measured bad slots",
  minCoverage: "Least coverage for a verdict",
  basis: "Bad slots come from",
  fromSlots: "the sheet of bad slots",
  fromReport: "the report",
  num: "Badness: numerator",
  den: "Badness: denominator",
  badness: "Badness",
  lengthMinutes: "Length, minutes",
  subjectCount: "Number of targets and groups",
  pooled: "Pooled figures: 1 − sum of bad ÷ sum of counted slots",
  notClosed: (month) => `${month} (not closed)`,
  notes: {
    subjects:
      "Availability = 1 − bad ÷ counted, cut to three decimals. Badness is summed in parts of a slot, so that whole numbers are added and nothing is rounded.",
    outages: "Runs of bad slots.",
    badSlots: "Every slot that is bad, with its badness as an exact fraction.",
    exclusions: "Approved exclusions that touch the month.",
    credits: "Amount = credit % of the fee, a half of the smallest unit rounded up.",
    trend: "Availability in percent; red: the objective was missed.",
    vantages: "Hours of single targets; coverage = measured ÷ to measure, cut to three decimals.",
  },
  noSlots: "This is an earlier revision, of which single slots are not kept.",
  joined: (rows) => `There are more than ${rows} bad slots: equal neighbours share a row.`,
  left: (subjects, rows) =>
    `Limit of ${rows} rows: the bad slots of ${subjects} of the targets and groups are not listed; their sums come from the report.`,
  formulas:
    "Figures, verdicts and amounts are formulas over the other sheets: change a slot, and see what it would mean.",
};

const zh: XlsxWords = {
  sheets: {
    summary: "概况",
    subjects: "全部数据",
    outages: "中断记录",
    badSlots: "不可用时间片",
    exclusions: "除外时段",
    credits: "应得赔偿",
    trend: "近十二个月",
    vantages: "各探测点",
    method: "计算方法",
    proof: "证明",
  },
  percent: (head) => `${head}（%）`,
  inZone: (head, zone) => `${head}（${zone}）`,
  slotSeconds: "时间片（秒）",
  badMinutes: "不可用分钟",
  badExact: "不可用时间片（精确值）",
  common: "每个时间片的份数",
  units: "不可用份数",
  noDataBad: "算作不可用的无数据时间片",
  measuredBad: "测得的不可用时间片",
  minCoverage: "作出结论的最低覆盖率",
  basis: "不可用时间片取自",
  fromSlots: "不可用时间片工作表",
  fromReport: "报告",
  num: "不可用程度：分子",
  den: "不可用程度：分母",
  badness: "不可用程度",
  lengthMinutes: "时长（分钟）",
  subjectCount: "统计对象数",
  pooled: "合并数据：1 − 不可用之和 ÷ 计入时间片之和",
  notClosed: (month) => `${month}（未定稿）`,
  notes: {
    subjects:
      "服务可用性 = 1 − 不可用 ÷ 计入，截断至三位小数。不可用程度按时间片的份数求和，只作整数相加，不产生舍入。",
    outages: "连续的不可用时间片。",
    badSlots: "每个不可用的时间片及其不可用程度（精确分数）。",
    exclusions: "涉及本月的已批准除外时段。",
    credits: "金额 = 费用 × 赔偿比例，最小单位的一半向上取整。",
    trend: "服务可用性（百分比）；红色：未达标。",
    vantages: "按单个目标累计的小时数；覆盖率 = 实测 ÷ 应测，截断至三位小数。",
  },
  noSlots: "这是较早的版本，未保留各时间片。",
  joined: (rows) => `不可用时间片超过 ${rows} 个：相邻且相同的合为一行。`,
  left: (subjects, rows) =>
    `行数上限 ${rows}：未列出 ${subjects} 个统计对象的不可用时间片，其合计取自报告。`,
  formulas: "服务可用性、结论与金额均为引用其他工作表的公式：修改某个时间片即可看到影响。",
};

export const xlsxWords: Readonly<Record<Lang, XlsxWords>> = { en, zh };
