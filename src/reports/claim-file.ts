import { DateTime } from "luxon";
import { claimDays, claimWindowText } from "../core/claim-words.ts";
import { monthBounds } from "../core/month.ts";
import { reasonText } from "../core/reason-text.ts";
import type { Report, ReportCredit, ReportOutage, ReportSubject } from "../core/report.ts";
import type { ResultLine } from "../core/results-ndjson.ts";
import type { Lang } from "../core/views.ts";
import { verifySteps } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";
import { kindText, reportWords } from "./report-words.ts";

const DAY_MS = 86_400_000;

/** An outage with the failed results that are shown of it, and how many there are. */
export type OutageEvidence = {
  readonly outage: ReportOutage;
  readonly results: readonly ResultLine[];
  readonly failed: number;
};

export type ClaimFile = {
  readonly report: Report;
  readonly subject: ReportSubject;
  readonly credit: ReportCredit;
  readonly accountName: string;
  /** Of the agreement. */
  readonly timeZone: string;
  /** Of each target whose fee is credited here; null where it is not known. */
  readonly fees: readonly { readonly target: string; readonly fee: string | null }[];
  readonly outages: readonly OutageEvidence[];
};

/**
 * A claim to hand to the provider: its text in English and in Chinese, then what it rests on
 * under headings in both. Everything in it is in the closed report or in the stored results.
 */
export function renderClaimFile(file: ClaimFile): string {
  const { report, subject } = file;
  const title = `${md(subject.agreement)} · ${md(subject.id)} · ${report.month}`;
  const parts = [
    `# SLA claim / 服务等级协议赔偿申请：${title}`,
    `## Claim\n\n${englishText(file)}`,
    `## 赔偿申请\n\n${chineseText(file)}`,
    `## Figure / 可用性数据\n\n${figureTable(file)}`,
    `## Outages / 中断记录\n\n${outageText(file)}`,
    `## Exclusions considered / 已考虑的除外时段\n\n${exclusionText(file)}`,
    `## Proof / 证明\n\n${proofText(file)}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function englishText(file: ClaimFile): string {
  const { report, subject, credit, accountName } = file;
  const amount = claimedText(file, reportWords.en);
  const { from, until } = cycleOf(file);
  return [
    `${md(accountName)} (account ${md(subject.account)}) claims a credit for ` +
      `${md(subject.id)} (product ${subject.product}, region ${md(subject.region)}) under the ` +
      `service level agreement "${md(subject.agreement)}" for ${report.month}, from ${from} to ${until}.`,
    `Its availability in that month was ${subject.availabilityPercent ?? "-"} %. The agreement ` +
      `promises ${subject.objectivePercent} %. Below ${credit.belowPercent} % the agreement gives ` +
      `a credit of ${credit.percent} %. We claim **${amount}**, in the form that the agreement provides for.`,
    windowText(file, "en"),
  ].join("\n\n");
}

function chineseText(file: ClaimFile): string {
  const { report, subject, credit, accountName } = file;
  const amount = claimedText(file, reportWords.zh);
  const { from, until } = cycleOf(file);
  return [
    `${md(accountName)}（账号 ${md(subject.account)}）依据服务等级协议“${md(subject.agreement)}”，` +
      `就 ${md(subject.id)}（产品 ${subject.product}，地域 ${md(subject.region)}）` +
      `${report.month} 服务周期（${from} 至 ${until}）申请赔偿。`,
    `该服务周期内的服务可用性为 ${subject.availabilityPercent ?? "-"} %，协议承诺 ` +
      `${subject.objectivePercent} %。服务可用性低于 ${credit.belowPercent} % 时，协议规定的赔偿比例为` +
      `月度服务费用的 ${credit.percent} %。现申请赔偿：**${amount}**，以协议约定的形式（如代金券）支付。`,
    windowText(file, "zh"),
  ].join("\n\n");
}

function windowText({ report, credit, timeZone }: ClaimFile, lang: Lang): string {
  const closedAt = report.closing?.at ?? null;
  return claimWindowText(credit, { lang, closedAt, timeZone, isZoneSaid: true });
}

/** What is claimed and no more: of a subject's targets those that are credited here. */
function claimedText({ subject, credit }: ClaimFile, { claim, listOf }: ReportWords): string {
  const { amount, currency, percent, targets, yieldsTo } = credit;
  return claim.claimed({
    amount: amount === null ? null : `${amount} ${currency}`,
    isLeast: subject.creditNote === "part-fee",
    percent,
    targets: yieldsTo.length === 0 ? "" : listOf(targets.map(md)),
  });
}

function figureTable(file: ClaimFile): string {
  const { subject, credit } = file;
  const { from, until } = cycleOf(file);
  const days = claimDays(credit, file.timeZone);
  const { bad, counted } = subject;
  const fee = credit.fee === null ? "not known / 未知" : `${credit.fee} ${credit.currency}`;
  const sum =
    credit.amount === null
      ? `${credit.percent} %`
      : `${credit.percent} % × ${fee} = ${credit.amount} ${credit.currency} (a half rounded up / 四舍五入)`;
  const rows: [string, string][] = [
    ["Agreement / 协议", md(subject.agreement)],
    ["Subject / 统计对象", `${md(subject.id)} (${subject.scope})`],
    ["Targets / 监测目标", subject.targets.map(md).join(", ")],
    ["Service cycle / 服务周期", `${from} – ${until}`],
    ["Slot / 时间片", `${subject.slotSeconds} s`],
    ["Slots of the cycle / 周期内时间片总数", String(subject.total)],
    ["Excluded / 除外", String(subject.excluded)],
    ["Without data / 无数据", String(subject.noData)],
    ["Counted / 计入", String(counted)],
    ["Bad (B) / 不可用 (B)", bad],
    [
      "Availability = 1 − B ÷ counted / 服务可用性 = 1 − B ÷ 计入",
      `1 − ${bad.includes("/") ? `(${bad})` : bad} ÷ ${counted} = ${subject.availabilityPercent ?? "-"} % (cut, not rounded / 截断，不进位)`,
    ],
    [
      "If all slots without data were bad, or good / 无数据时间片全部算作不可用或正常",
      `${subject.lowPercent ?? "-"} % – ${subject.highPercent ?? "-"} %`,
    ],
    ["Coverage / 数据覆盖率", `${subject.coveragePercent ?? "-"} %`],
    ["Objective / 承诺", `${subject.objectivePercent} %`],
    ["Tier / 赔偿档位", `< ${credit.belowPercent} %: ${credit.percent} %`],
    ["Fee of the month / 月度服务费用", fee],
    ["Credit / 赔偿金额", sum],
    ["Days to claim / 索赔期", `${days.from} – ${days.until}`],
  ];
  if (subject.targets.length > 1) {
    const each = file.fees.map((one) => `${md(one.target)} ${one.fee ?? "?"}`);
    rows.push(["Fee by target / 各目标费用", each.join(", ")]);
  }
  if (credit.yieldsTo.length > 0) {
    const others = credit.yieldsTo.map(md).join(", ");
    rows.push(["The others are credited under / 其余目标按以下协议赔偿", others]);
  }
  return table(["", ""], rows);
}

function outageText(file: ClaimFile): string {
  const list = table(
    ["No. / 编号", "From / 开始", "Until / 结束", "Bad slots / 不可用时间片", "Reason / 原因"],
    file.outages.map(({ outage }, index) => [
      String(index + 1),
      local(file, outage.from),
      local(file, outage.until),
      String(outage.slots),
      md(bothReasons(outage.reason)),
    ]),
  );
  const shown = file.outages
    .map((one, index) => ({ ...one, number: index + 1 }))
    .filter(({ failed }) => failed > 0)
    .map((one) => resultsText(file, one));
  const rest =
    shown.length === file.outages.length
      ? []
      : [
          "The single results of the other outages are no longer stored. / 其余中断的单次结果已超过保存期限。",
        ];
  return [list, ...shown, ...rest].join("\n\n");
}

function resultsText(
  file: ClaimFile,
  { number, results, failed }: OutageEvidence & { readonly number: number },
): string {
  const lines = results.map((one) => [
    local(file, new Date(one.plannedAtMs).toISOString()),
    md(one.target),
    md(one.vantage),
    md(bothReasons(one.reason)),
    String(one.latencyMs),
    md(one.requestId),
    md(one.address),
    md(one.detail),
  ]);
  const head = [
    "Planned / 计划时刻",
    "Target / 目标",
    "Vantage / 探测点",
    "Reason / 原因",
    "Latency ms / 延迟 ms",
    "Request id / 请求 ID",
    "Address / 地址",
    "Detail / 详情",
  ];
  const more = failed - results.length;
  return [
    `### Failed results of outage ${number} / 中断 ${number} 的失败结果`,
    ...(lines.length === 0 ? [] : [table(head, lines)]),
    ...(more === 0 ? [] : [`${more} more are stored. / 另有 ${more} 条已保存。`]),
  ].join("\n\n");
}

/** In both languages, as the report says it. */
function bothReasons(reason: string): string {
  return `${reasonText(reason, "en")} / ${reasonText(reason, "zh")}`;
}

function exclusionText(file: ClaimFile): string {
  const { exclusions } = file.subject;
  if (exclusions.length === 0) {
    return "No approved exclusion applies. / 没有适用的已批准除外时段。";
  }
  return table(
    [
      "No. / 编号",
      "Kind / 类别",
      "From / 开始",
      "Until / 结束",
      "Reason / 理由",
      "Evidence / 依据",
    ],
    exclusions.map(({ id, kind, from, until, reason, evidence }) => [
      String(id),
      md(`${kindText(kind, reportWords.en)} / ${kindText(kind, reportWords.zh)}`),
      local(file, from),
      local(file, until),
      md(reason),
      md(evidence),
    ]),
  );
}

function verifyText({ report, subject }: ClaimFile, words: ReportWords): string {
  const { intro, steps, end } = verifySteps({ ...report, account: subject.account }, words);
  const [stop, between] = words.htmlLang === "en" ? [".", " "] : ["。", ""];
  const texts = steps.map(({ what, command }) => `${what} \`${command}\`${stop}`);
  return [intro, ...texts, end].join(between);
}

function proofText(file: ClaimFile): string {
  const { report, subject, outages } = file;
  const { rounds, digest, inputs, signature, key, seals } = report.proof;
  const { month, revision } = report;
  const rows: [string, string][] = [
    ["Report / 报告", `${month}, ${md(subject.account)}, revision ${revision} / 第 ${revision} 版`],
    ["Closed at / 定稿时间", report.closing?.at ?? "-"],
    ["Rounds of measurement / 测量轮次", String(rounds)],
    ["Days sealed / 已封存的日期", String(seals.length)],
    ["Digest of the evidence / 证据摘要", md(digest)],
    ["Digest of the terms / 条款摘要", md(inputs ?? "-")],
    ["Signature of the report / 报告签名", md(signature ?? "-")],
    ["Key / 密钥", md(key ?? "-")],
  ];
  const sealed = seals.filter(({ day }) => outages.some(({ outage }) => touches(outage, day)));
  return [
    table(["", ""], rows),
    "Seals of the days with outages (UTC) / 发生中断之日的封存记录（UTC）：",
    table(
      ["Day / 日期", "Revision / 版本", "Merkle root / 默克尔根"],
      sealed.map(({ day, revision: number, root }) => [day, String(number), md(root)]),
    ),
    ...[reportWords.en, reportWords.zh].map((words) => verifyText(file, words)),
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function touches({ from, until }: ReportOutage, day: string): boolean {
  const startMs = Date.parse(day);
  return Date.parse(from) < startMs + DAY_MS && Date.parse(until) > startMs;
}

/** The month in the agreement's time zone, which may be another than the report's. */
function cycleOf(file: ClaimFile): { readonly from: string; readonly until: string } {
  const { fromMs, untilMs } = monthBounds(file.report.month, file.timeZone);
  return {
    from: local(file, new Date(fromMs).toISOString()),
    until: local(file, new Date(untilMs).toISOString()),
  };
}

/** Wall time with its offset; thousandths only where there are any. */
function local({ timeZone }: ClaimFile, instant: string): string {
  const at = DateTime.fromISO(instant, { zone: timeZone });
  return at.toFormat(
    at.millisecond === 0 ? "yyyy-MM-dd HH:mm:ss ZZ" : "yyyy-MM-dd HH:mm:ss.SSS ZZ",
  );
}

/** Text of others in Markdown: one line, and no mark-up of its own. */
function md(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .replaceAll(/[\\`*_[\]<>|~&]/gu, (sign) => `\\${sign}`);
}
