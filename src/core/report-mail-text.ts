import { changeFieldText } from "./change-field-text.ts";
import type { MailedFormat } from "./report-mail-schema.ts";
import type { ReportChange } from "./report.ts";
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
  report: (who: string, month: string) => `Availability report ${month}, ${who}`,
  reportRevised: (who: string, month: string, revision: number) =>
    `Availability report ${month}, ${who}, revision ${revision}`,
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
  owed: (amounts: string, from: string, until: string) =>
    `Credits of ${amounts} are owed; they can be claimed from ${from} until ${until}.`,
  owedAtLeast: (amounts: string, from: string, until: string) =>
    `Credits of at least ${amounts} are owed, as some fees are not known; they can be claimed from ${from} until ${until}.`,
  owedWithoutFee: (percents: string, from: string, until: string) =>
    `A credit of ${percents} of the fee is owed; it can be claimed from ${from} until ${until}.`,
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
  added: "new in the report",
  removed: "no longer in the report",
  change: (what: string, before: string, after: string) => `${what}: ${before}, now ${after}`,
  field: (subject: string, what: string) => `${subject}, ${what}`,
  changeOf: (subject: string, what: string) => `${subject}: ${what}`,
  malfunction: (id: string) => `malfunction ${id}`,
  none: "none",
  fields: changeFieldText.en,
  verdicts: {
    met: "met",
    missed: "missed",
    "insufficient-data": "too little data",
  } satisfies Readonly<Record<string, string>>,

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
  report: (who, month) => `${month}可用性报告，${who}`,
  reportRevised: (who, month, revision) => `${month}可用性报告（第 ${revision} 版），${who}`,
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
  owed: (amounts, from, until) => `应得赔偿 ${amounts}，可于 ${from} 至 ${until} 提出索赔。`,
  owedAtLeast: (amounts, from, until) =>
    `应得赔偿至少 ${amounts}（部分费用未知），可于 ${from} 至 ${until} 提出索赔。`,
  owedWithoutFee: (percents, from, until) =>
    `应得赔偿为费用的 ${percents}，可于 ${from} 至 ${until} 提出索赔。`,
  missedOnes: "未达标",
  instead: (subject, figure, objective) => `${subject}：${figure}，承诺 ${objective}`,
  noFigure: "无数值",
  more: (n) => `另有 ${n} 项`,

  revised: (revision, before) =>
    `这是该报告的第 ${revision} 版，取代此前发送给您的第 ${before} 版。`,
  reason: (reasons) => `修订原因：${reasons.join("；")}。`,
  noChange: "数值没有变化。",
  changes: "变化",
  added: "新增",
  removed: "已移除",
  change: (what, before, after) => `${what}：原为 ${before}，现为 ${after}`,
  field: (subject, what) => `${subject}，${what}`,
  changeOf: (subject, what) => `${subject}：${what}`,
  malfunction: (id) => `故障事件 ${id}`,
  none: "无",
  fields: changeFieldText.zh,
  verdicts: { met: "达标", missed: "未达标", "insufficient-data": "数据不足" },

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
export function changeLine(change: ReportChange, words: ReportMailWords): string {
  const [, malfunction] = /^malfunction:(.+)$/u.exec(change.subject) ?? [];
  const subject = malfunction === undefined ? change.subject : words.malfunction(malfunction);
  const { field, before, after } = change;
  if (field === null) return words.changeOf(subject, before === null ? words.added : words.removed);
  const shown = (value: string | null) => {
    if (value === null || value === "") return words.none;
    const verdicts: Readonly<Record<string, string>> = words.verdicts;
    if (field === "verdict") return verdicts[value] ?? value;
    return field.endsWith("Percent") ? `${value} %` : shortened(value);
  };
  const what = words.field(subject, words.fields[field] ?? field);
  return words.change(what, shown(before), shown(after));
}

const LONGEST = 120;

/** The text of a review, as a line. */
function shortened(text: string): string {
  const characters = Array.from(text.replaceAll(/\s+/gu, " "));
  return characters.length <= LONGEST
    ? characters.join("")
    : `${characters.slice(0, LONGEST - 1).join("")}…`;
}
