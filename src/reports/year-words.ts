import { commonYearWords } from "../core/common-year-words.ts";
import type { MonthCounts } from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";
import { grouped } from "../core/grouped.ts";

const be = (n: number) => (n === 1 ? "was" : "were");
const objectives = (n: number) => `${grouped(n)} monthly objective${n === 1 ? "" : "s"}`;

/** What only the forms of a year say; the rest is in the words of the monthly report. */
const en = {
  ...commonYearWords.en,
  title: "Service level summary",
  asOf: (time: string) => `Figures as of ${time}`,
  informative: "For information: the agreements promise availability month by month.",
  informativeLong:
    "The agreements promise availability month by month. The sums of the year are for information: they have no objective, and no credit follows from them.",
  yearOf: (title: string, year: string) => `${title} ${year}`,
  empty: "There is no report of any month of this year.",
  noneClosed: "No month of this year is closed yet.",
  judged: ({ kept, missed, undecided }: MonthCounts): string => {
    const all = kept + missed + undecided;
    const rest =
      undecided === 0
        ? ""
        : ` For ${grouped(undecided)} of ${grouped(all)} there was too little data to tell.`;
    if (missed > 0) {
      const of = `${grouped(missed)} of ${objectives(all)}`;
      return all === 1
        ? "The only monthly objective was missed."
        : `${of} ${be(missed)} missed.${rest}`;
    }
    if (kept === 0) return "For every month there was too little data to tell.";
    if (undecided > 0) return `No monthly objective was missed.${rest}`;
    return all === 1 ? "The only monthly objective was kept." : `All ${objectives(all)} were kept.`;
  },
  owed: (amounts: string) => `Credits of ${amounts} are owed.`,
  owedUnknown: "Credits are owed; their amount is not known, as the fees are not.",
  notClosed: (months: string) => `Not final: ${months} may still change.`,
  gaps: (months: string) => `There is no report of ${months}: nothing is counted for it.`,
  between: " ",
  elsewhere: "Everything is in the JSON, XLSX and CSV forms.",

  months: "Month by month",
  monthTable: "The months",
  monthsNote: "How many objectives were kept, missed or left without a verdict.",
  grid: "Each target or group, month by month",
  gridNote:
    "Availability in percent, as the monthly reports have it. Behind it the year: the sums of all its counted time.",
  subjects: "The year of each target or group",
  subjectsNote:
    "Bad time ÷ counted time of all its months, never a mean of percentages. Slots of different length are added as time.",
  places: "Products and regions",
  placesNote:
    "All targets and groups of a product and region that are counted in slots of one length.",
  accounts: "Accounts",
  credits: "Credits by month",
  creditsNote: "Each currency for itself. Claimed: what was submitted to the provider.",
  creditTotal: "The year",
  outages: "Longest outages",
  outagesNote: "Across the ends of months, as far as they lie in the year.",
  method: "How the year is added up",

  columns: {
    kept: "Kept",
    missed: "Missed",
    undecided: "Too little data",
    notClosed: "Not closed",
    without: "No figure",
    objectives: "Objective",
    availability: "The year",
    badTime: "Bad time",
    countedTime: "Counted time",
    excludedTime: "Excluded",
    noDataTime: "No data",
    lowestCoverage: "Lowest coverage",
    owed: "Owed",
    claimed: "Claimed",
    credited: "Credited",
    credits: "Credits",
    noAmount: "Fee not known",
    claim: "Claim",
    slots: "Slots",
    report: "Report",
  },
  tiles: {
    kept: "Objectives kept",
    missed: "Objectives missed",
    undecided: "Too little data",
    badTime: "Bad time",
    excluded: "Exclusions",
    owed: "Credits owed",
    claimed: "Claimed",
    coverage: "Coverage",
  },
  exclusions: (count: number, time: string) => (count === 0 ? "–" : `${grouped(count)} · ${time}`),
  upTo: (time: string) => `up to ${time}`,
  kinds: {
    ...commonYearWords.en.kinds,
    absent: "not in the month's report",
    gap: "no report of the month",
  },
  noCredits: "No credit is owed for any month of the year.",
  noOutages: "No outage in this year.",
  noSubjects: "There is no report of any month of this year.",
  partly: (n: number) => `${grouped(n)} without a known fee`,
  how: [
    "The year is made of the monthly reports: of each closed month the newest revision, of the others what they come to as they stand. A month without a report is a gap and never counts as good.",
    "Each month is judged by its own objective and terms, as its report says; an agreement that changed in the year changes nothing about the months before.",
    "Bad and counted slots are added as time, as exact fractions. Availability of the year = 1 − bad time ÷ counted time, cut to three decimals.",
    "By product and region only slots of one length are added, as in the monthly reports.",
    "Coverage of the year = the part of its slots' time that has data or is excluded; beside it stands the lowest of the months.",
    "Amounts of different currencies are never added.",
    "The monthly reports are signed. This summary is not: whoever wants to check it adds them up again.",
  ],
  sheets: {
    summary: "Summary",
    subjects: "Targets and groups",
    places: "Products and regions",
    credits: "Credits",
    outages: "Outages",
  },
  inMinutes: (head: string) => `${head}, minutes`,
  formulas: "Sums are formulas over the sheets of months and credits.",
  pdfAttached: "The JSON of this summary is attached to this document.",
};
export type YearWords = Readonly<typeof en>;

const zh: YearWords = {
  ...commonYearWords.zh,
  title: "服务等级年度汇总",
  asOf: (time) => `数据截至 ${time}`,
  informative: "仅供参考：协议按月承诺。",
  informativeLong: "协议按月承诺。全年合计仅供参考：年度没有承诺值，也不据此赔偿。",
  yearOf: (title, year) => `${year}年${title}`,
  empty: "该年没有任何月份的报告。",
  noneClosed: "该年尚无已定稿的月份。",
  judged: ({ kept, missed, undecided }) => {
    const all = kept + missed + undecided;
    const rest = undecided === 0 ? "" : `另有 ${grouped(undecided)} 项数据不足，无法判定。`;
    if (missed > 0) return `${grouped(all)} 项月度承诺中有 ${grouped(missed)} 项未达标。${rest}`;
    if (kept === 0) return "各月数据均不足，无法判定。";
    if (undecided > 0) return `没有未达标的月度承诺。${rest}`;
    return `${grouped(all)} 项月度承诺全部达标。`;
  },
  owed: (amounts) => `应得赔偿 ${amounts}。`,
  owedUnknown: "应得赔偿，因费用未知，金额待定。",
  notClosed: (months) => `非最终数据：${months}仍可能变化。`,
  gaps: (months) => `${months}没有报告，不计入任何数据。`,
  between: "",
  elsewhere: "完整数据见 JSON、XLSX 与 CSV 版本。",

  months: "逐月情况",
  monthTable: "各月",
  monthsNote: "各月达标、未达标与数据不足的项数。",
  grid: "各统计对象逐月可用性",
  gridNote: "可用性（百分比），与各月报告一致；其后为全年：按全部计入时间合计。",
  subjects: "各统计对象全年数据",
  subjectsNote:
    "各月不可用时间之和 ÷ 计入时间之和，不取百分比的平均值。不同长度的时间片按时间相加。",
  places: "产品与地域",
  placesNote: "同一产品与地域内、时间片长度相同的全部统计对象。",
  accounts: "账号",
  credits: "各月赔偿",
  creditsNote: "各币种分别统计。已申请：已提交给服务商的金额。",
  creditTotal: "全年",
  outages: "最长的中断",
  outagesNote: "跨月的中断合并计算，以该年之内的部分为限。",
  method: "全年数据的计算方法",

  columns: {
    kept: "达标",
    missed: "未达标",
    undecided: "数据不足",
    notClosed: "未定稿",
    without: "无数据",
    objectives: "承诺值",
    availability: "全年",
    badTime: "不可用时间",
    countedTime: "计入时间",
    excludedTime: "除外时间",
    noDataTime: "无数据时间",
    lowestCoverage: "最低覆盖率",
    owed: "应得",
    claimed: "已申请",
    credited: "已赔付",
    credits: "赔偿笔数",
    noAmount: "费用未知",
    claim: "索赔",
    slots: "时间片",
    report: "报告",
  },
  tiles: {
    kept: "达标项数",
    missed: "未达标项数",
    undecided: "数据不足",
    badTime: "不可用时间",
    excluded: "除外时段",
    owed: "应得赔偿",
    claimed: "已申请",
    coverage: "覆盖率",
  },
  exclusions: (count, time) => (count === 0 ? "–" : `${grouped(count)} 项 · ${time}`),
  upTo: (time) => `截至 ${time}`,
  kinds: {
    ...commonYearWords.zh.kinds,
    absent: "不在该月报告中",
    gap: "该月没有报告",
  },
  noCredits: "全年没有应得的赔偿。",
  noOutages: "全年没有中断。",
  noSubjects: "该年没有任何月份的报告。",
  partly: (n) => `${grouped(n)} 笔费用未知`,
  how: [
    "全年数据由各月报告汇总而成：已定稿的月份取最新版本，其余月份取当前数据。没有报告的月份视为空缺，绝不算作达标。",
    "各月按其自身的承诺值与条款判定，以该月报告为准；协议在年内变更，不影响此前的月份。",
    "不可用与计入的时间片换算为时间后以精确分数相加。全年可用性 = 1 − 不可用时间 ÷ 计入时间，截断至三位小数。",
    "按产品与地域汇总时，只相加长度相同的时间片，与月度报告一致。",
    "全年覆盖率 = 有数据或已除外的时间片所占时间比例；另列各月中的最低值。",
    "不同币种的金额从不相加。",
    "各月报告均经签名，本汇总未签名：将各月报告重新相加即可核对。",
  ],
  sheets: {
    summary: "概况",
    subjects: "统计对象",
    places: "产品与地域",
    credits: "赔偿",
    outages: "中断记录",
  },
  inMinutes: (head) => `${head}（分钟）`,
  formulas: "合计均为引用逐月数据与赔偿工作表的公式。",
  pdfAttached: "本汇总的 JSON 已作为附件附于本文档。",
};

/** The texts of a year's forms; what is said with them is in year-facts.ts. */
export const yearWords: Readonly<Record<Lang, YearWords>> = { en, zh };
