import { commonYearWords } from "../core/common-year-words.ts";
import type { Lang } from "../core/views.ts";
import type { MonthCounts } from "../core/year-report.ts";

const be = (n: number) => (n === 1 ? "was" : "were");
const objectives = (n: number) => (n === 1 ? "1 monthly objective" : `${n} monthly objectives`);

/** The texts of the page of a year. */
const en = {
  ...commonYearWords.en,
  title: (year: string, who: string) => `The year ${year}: ${who}`,
  theYear: (year: string) => `The year ${year}`,
  everyone: "All accounts",
  allReports: "All reports",
  years: "Years",
  previous: (year: string) => `Previous year: ${year}`,
  next: (year: string) => `Next year: ${year}`,
  account: "Account",
  download: "Download",
  formatNames: { json: "JSON", csv: "CSV", html: "HTML", pdf: "PDF", xlsx: "Excel" },
  verdict: "Verdict",
  empty: (who: string, year: string) => `${who}: there is no report of any month of ${year}.`,
  noneClosed: (who: string, year: string) => `${who}: no month of ${year} is closed yet.`,
  says: (who: string, { kept, missed, undecided }: MonthCounts): string => {
    const all = kept + missed + undecided;
    if (missed > 0)
      return `${who}: ${missed} of ${objectives(all)} ${be(missed)} missed, ${kept} kept.`;
    if (kept === 0) return `${who}: for every month there was too little data to judge.`;
    return undecided > 0
      ? `${who}: no monthly objective was missed, ${kept} kept.`
      : `${who}: every one of ${objectives(all)} was kept.`;
  },
  undecided: (n: number) =>
    n === 1
      ? "For one there was too little data to judge."
      : `For ${n} there was too little data to judge.`,
  owed: (amounts: string) => `Credits of ${amounts} are owed.`,
  claimedToo: (amounts: string) => `Submitted to the provider: ${amounts}.`,
  owedUnknown: "Credits are owed whose fees are not in the configuration.",
  notClosed: (months: string) => `${months} may still change.`,
  gaps: (months: string) => `There is no report of ${months}: nothing is counted for it.`,
  listOf: (parts: readonly string[]) =>
    parts.length < 2
      ? (parts[0] ?? "")
      : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`,
  both: (a: string, b: string) => `${a}, ${b}`,
  informative:
    "Informative: the agreements promise months. The year has no objective, and no credit follows from it.",
  facts: {
    kept: "Monthly objectives kept",
    badTime: "Bad time",
    excluded: "Excluded",
    coverage: "Coverage",
    owed: "Credits owed",
    claimed: "Claimed",
  },
  exclusions: (n: number, time: string) =>
    n === 0 ? "–" : `${time} by ${n === 1 ? "1 exclusion" : `${n} exclusions`}`,
  grid: "Month by month",
  gridNote: "Each cell leads to the report of its month.",
  subject: "Target or group",
  year: "The year",
  badTime: "Bad time",
  coverage: "Coverage",
  changedSlots: (text: string) => `slots ${text}`,
  moreSubjects: (n: number) => `${n} more, all without loss: they are in the downloads.`,
  restOfSubjects: (n: number) => `${n} more, none of them worse`,
  kinds: {
    ...commonYearWords.en.kinds,
    absent: "not in the report",
    gap: "no report",
  },
  months: "The months",
  month: "Month",
  report: "Report",
  subjects: "Targets and groups",
  kept: "Kept",
  missed: "Missed",
  undecidedHead: "Too little data",
  notClosedHead: "Not closed",
  credits: "Credits",
  creditsNone: "No credit is owed for any month of the year.",
  credit: "Credit",
  owedHead: "Owed",
  claimedHead: "Claimed",
  creditedHead: "Credited",
  claim: "Claim",
  sum: (currency: string) => `The year, ${currency}`,
  noFee: "fee not known",
  partly: (n: number) => `${n} with a fee that is not known`,
  moreCredits: (n: number) => `${n} more in the downloads; they are in the sums.`,
  places: "Products and regions",
  placesNote: "Slots of one length together, as in the monthly reports.",
  morePlaces: (n: number) => `${n} more, none of them worse`,
  place: "Product and region",
  slots: "Slots",
  countedTime: "Counted",
  worst: (id: string) => `lowest: ${id}`,
  accounts: "Accounts",
  outages: "The longest outages",
  outagesNone: "No outage in this year.",
  moreOutages: (n: number) => `${n} more, none of them longer`,
  length: "Length",
  reason: "Reason",
  how: "How the year is added up",
  howLines: [
    "The year is made of the monthly reports: of each closed month the newest revision, of the others what they come to as they stand. A month without a report is a gap and never counts as good.",
    "Each month is judged by its own objective and terms, as its report says.",
    "Bad and counted slots are added as time, exactly. Availability of the year = 1 − bad time ÷ counted time, never a mean of percentages.",
    "Coverage = the part of the slots' time that has data or is excluded. Amounts of different currencies are never added.",
    "The monthly reports are signed; this summary is not.",
  ],
};
export type YearText = Readonly<typeof en>;

const zh: YearText = {
  ...commonYearWords.zh,
  title: (year, who) => `${year}年：${who}`,
  theYear: (year) => `${year}年全年`,
  everyone: "全部账号",
  allReports: "全部报告",
  years: "年份",
  previous: (year) => `上一年：${year}年`,
  next: (year) => `下一年：${year}年`,
  account: "账号",
  download: "下载",
  formatNames: { json: "JSON", csv: "CSV", html: "HTML", pdf: "PDF", xlsx: "Excel" },
  verdict: "结论",
  empty: (who, year) => `${who}：${year}年没有任何月份的报告。`,
  noneClosed: (who, year) => `${who}：${year}年尚无已定稿的月份。`,
  says: (who, { kept, missed, undecided }) => {
    const all = kept + missed + undecided;
    if (missed > 0) return `${who}：${all} 项月度承诺中 ${missed} 项未达标，${kept} 项达标。`;
    if (kept === 0) return `${who}：各月数据均不足，无法判定。`;
    return undecided > 0
      ? `${who}：没有未达标的月度承诺，${kept} 项达标。`
      : `${who}：${all} 项月度承诺全部达标。`;
  },
  undecided: (n) => `另有 ${n} 项数据不足，无法判定。`,
  owed: (amounts) => `应得赔偿 ${amounts}。`,
  claimedToo: (amounts) => `已提交服务商：${amounts}。`,
  owedUnknown: "有应得赔偿，但配置中没有费用。",
  notClosed: (months) => `${months}仍可能变化。`,
  gaps: (months) => `${months}没有报告，不计入任何数据。`,
  listOf: (parts) => parts.join("、"),
  both: (a, b) => `${a}，${b}`,
  informative: "仅供参考：协议按月承诺。年度没有承诺值，也不据此赔偿。",
  facts: {
    kept: "月度承诺达标",
    badTime: "不可用时间",
    excluded: "除外时间",
    coverage: "覆盖率",
    owed: "应得赔偿",
    claimed: "已申请",
  },
  exclusions: (n, time) => (n === 0 ? "–" : `${time}（${n} 项）`),
  grid: "逐月可用性",
  gridNote: "点击单元格查看当月报告。",
  subject: "统计对象",
  year: "全年",
  badTime: "不可用时间",
  coverage: "覆盖率",
  changedSlots: (text) => `时间片 ${text}`,
  moreSubjects: (n) => `另有 ${n} 个均无损失，见下载文件。`,
  restOfSubjects: (n) => `其余 ${n} 个，均不差于以上各项`,
  kinds: {
    ...commonYearWords.zh.kinds,
    absent: "不在该月报告中",
    gap: "没有报告",
  },
  months: "各月",
  month: "月份",
  report: "报告",
  subjects: "统计对象",
  kept: "达标",
  missed: "未达标",
  undecidedHead: "数据不足",
  notClosedHead: "未定稿",
  credits: "赔偿",
  creditsNone: "全年没有应得的赔偿。",
  credit: "赔偿比例",
  owedHead: "应得",
  claimedHead: "已申请",
  creditedHead: "已赔付",
  claim: "索赔",
  sum: (currency) => `全年，${currency}`,
  noFee: "费用未知",
  partly: (n) => `${n} 笔费用未知`,
  moreCredits: (n) => `另有 ${n} 笔见下载文件，已计入合计。`,
  places: "产品与地域",
  placesNote: "时间片长度相同的合并统计，与月度报告一致。",
  morePlaces: (n) => `其余 ${n} 项，均不差于以上各项`,
  place: "产品与地域",
  slots: "时间片",
  countedTime: "计入时间",
  worst: (id) => `最低：${id}`,
  accounts: "账号",
  outages: "最长的中断",
  outagesNone: "全年没有中断。",
  moreOutages: (n) => `其余 ${n} 次，均不长于以上各次`,
  length: "时长",
  reason: "原因",
  how: "全年数据的计算方法",
  howLines: [
    "全年数据由各月报告汇总而成：已定稿的月份取最新版本，其余月份取当前数据。没有报告的月份视为空缺，绝不算作达标。",
    "各月按其自身的承诺值与条款判定，以该月报告为准。",
    "不可用与计入的时间片换算为时间后精确相加。全年可用性 = 1 − 不可用时间 ÷ 计入时间，不取百分比的平均值。",
    "覆盖率 = 有数据或已除外的时间片所占时间比例。不同币种的金额从不相加。",
    "各月报告均经签名，本汇总未签名。",
  ],
};

export const yearText: Readonly<Record<Lang, YearText>> = { en, zh };
