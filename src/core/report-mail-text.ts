import type { ChangeText } from "./change-text.ts";
import type { MailedFormat } from "./report-mail-schema.ts";
import type { Lang } from "./views.ts";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const objectives = (n: number) => (n === 1 ? "1 objective" : `${n} objectives`);

type Counts = { readonly missed: number; readonly all: number };

/** The words of mails that bring a month's report, to those whom it is about. */
const en = {
  month: (year: number, month: number) => `${MONTHS[month - 1] ?? month} ${year}`,
  subject: (what: string, verdict: string) => `${what}: ${verdict}`,
  report: (who: string, month: string) => `Service level report ${month}, ${who}`,
  reportRevised: (who: string, month: string, revision: number) =>
    `Service level report ${month}, ${who}, revision ${revision}`,
  allMet: (n: number) => (n === 1 ? "the objective is met" : `all ${n} objectives met`),
  someMissed: (missed: number, n: number) => `${missed} of ${objectives(n)} missed`,
  someUndecided: (undecided: number, n: number) =>
    `${undecided} of ${objectives(n)} without enough data`,
  nothing: "nothing was measured",

  met: (who: string, n: number, month: string) =>
    n === 1
      ? `${who}: the objective was met in ${month}.`
      : `${who}: every one of ${n} objectives was met in ${month}.`,
  noneMissed: (who: string, month: string) => `${who}: no objective was missed in ${month}.`,
  missed: (who: string, month: string, { missed, all }: Counts) =>
    all === 1
      ? `${who}: the objective was missed in ${month}.`
      : `${who}: ${missed} of ${objectives(all)} ${missed === 1 ? "was" : "were"} missed in ${month}.`,
  unmeasured: (who: string, month: string) =>
    `${who}: nothing was measured in ${month}, so there is no figure.`,
  undecided: (n: number, all: number) =>
    `For ${n} of ${objectives(all)} there is too little data to judge.`,
  allUndecided: (who: string, month: string) =>
    `${who}: there is too little data of ${month} to tell whether an objective was met.`,
  owed: (amounts: string) => `Credits of ${amounts} are owed.`,
  owedAtLeast: (amounts: string) =>
    `Credits of at least ${amounts} are owed, as some fees are not known.`,
  owedWithoutFee: (percents: string) => `A credit of ${percents} of the fee is owed.`,
  missedOnes: "Missed",
  instead: (subject: string, figure: string, objective: string) =>
    `${subject}: ${figure} instead of ${objective}`,
  noFigure: "no figure",
  more: (n: number) => `and ${n} more`,

  revised: (revision: number, before: number) =>
    `This is revision ${revision} of the report. It takes the place of revision ${before}, which we sent you before.`,
  reason: (reasons: readonly string[]) => `Why it was made: ${reasons.join("; ")}.`,
  noChange: "No figure changed.",
  changes: "What changed",
  change: (what: string, before: string, after: string) => `${what}: ${before}, now ${after}`,
  field: (subject: string, what: string) => `${subject}, ${what}`,
  changeOf: (subject: string, what: string) => `${subject}: ${what}`,
  none: "none",

  attached: (files: string) => `Attached: ${files}.`,
  leftOut: (files: string) => `Too large for a mail, and so not attached: ${files}.`,
  askForIt: "Ask us for it.",
  page: "The report with all that it rests on, and every form to download:",
  automatic: "This mail was sent by nines by itself when the month was closed.",
  formats: {
    pdf: "PDF",
    xlsx: "XLSX workbook",
    html: "HTML page",
    csv: "CSV table",
    json: "JSON",
    zip: "ZIP of tables",
  } satisfies Readonly<Record<MailedFormat, string>>,
  file: (name: string, format: string) => `${name} (${format})`,
  list: (items: readonly string[]) => items.join(", "),
  join: (sentences: readonly string[]) => sentences.join(" "),
};
export type ReportMailWords = Readonly<typeof en>;

const zh: ReportMailWords = {
  month: (year, month) => `${year}年${month}月`,
  subject: (what, verdict) => `${what}：${verdict}`,
  report: (who, month) => `${month}服务等级报告，${who}`,
  reportRevised: (who, month, revision) => `${month}服务等级报告（第 ${revision} 版），${who}`,
  allMet: (n) => (n === 1 ? "承诺达标" : `${n} 项承诺全部达标`),
  someMissed: (missed, n) => `${n} 项承诺中 ${missed} 项未达标`,
  someUndecided: (undecided, n) => `${n} 项承诺中 ${undecided} 项数据不足`,
  nothing: "没有监测数据",

  met: (who, n, month) =>
    n === 1 ? `${who}：${month}承诺达标。` : `${who}：${month} ${n} 项承诺全部达标。`,
  noneMissed: (who, month) => `${who}：${month}没有承诺未达标。`,
  missed: (who, month, { missed, all }) =>
    all === 1
      ? `${who}：${month}承诺未达标。`
      : `${who}：${month} ${all} 项承诺中 ${missed} 项未达标。`,
  unmeasured: (who, month) => `${who}：${month}没有监测数据，因此没有可用性数值。`,
  undecided: (n, all) => `${all} 项承诺中有 ${n} 项数据不足，无法判定。`,
  allUndecided: (who, month) => `${who}：${month}数据不足，无法判定承诺是否达标。`,
  owed: (amounts) => `应得赔偿 ${amounts}。`,
  owedAtLeast: (amounts) => `应得赔偿至少 ${amounts}（部分费用未知）。`,
  owedWithoutFee: (percents) => `应得赔偿为月度服务费用的 ${percents}。`,
  missedOnes: "未达标",
  instead: (subject, figure, objective) => `${subject}：${figure}，承诺 ${objective}`,
  noFigure: "无数值",
  more: (n) => `另有 ${n} 项`,

  revised: (revision, before) =>
    `这是该报告的第 ${revision} 版，取代此前发送给您的第 ${before} 版。`,
  reason: (reasons) => `修订原因：${reasons.join("；")}。`,
  noChange: "数值没有变化。",
  changes: "变化",
  change: (what, before, after) => `${what}：原为 ${before}，现为 ${after}`,
  field: (subject, what) => `${subject}，${what}`,
  changeOf: (subject, what) => `${subject}：${what}`,
  none: "无",

  attached: (files) => `附件：${files}。`,
  leftOut: (files) => `文件过大，未随邮件附上：${files}。`,
  askForIt: "如有需要，请向我们索取。",
  page: "完整报告及各种格式的下载：",
  automatic: "本邮件由 nines 在月度定稿后自动发送。",
  formats: {
    pdf: "PDF",
    xlsx: "XLSX 工作簿",
    html: "HTML 网页",
    csv: "CSV 表格",
    json: "JSON",
    zip: "ZIP 表格",
  },
  file: (name, format) => `${name}（${format}）`,
  list: (items) => items.join("、"),
  join: (sentences) => sentences.join(""),
};

export const reportMailWords: Readonly<Record<Lang, ReportMailWords>> = { en, zh };

/** What changed, in a line. */
export function changeLine(
  { subject, what, before, after }: ChangeText,
  words: ReportMailWords,
): string {
  if (before === null && after === null) return words.changeOf(subject, what);
  return words.change(words.field(subject, what), before ?? words.none, after ?? words.none);
}
