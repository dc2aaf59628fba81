import type { Agreement } from "../core/agreement.ts";
import { commonWords } from "../core/common-words.ts";
import type { DaySlot } from "../core/slots-view.ts";
import type { ShownResults } from "../core/results-view.ts";
import type { Lang } from "../core/views.ts";

/** The texts of a target's day and of its single results. */
export type SlotsText = {
  readonly days: string;
  readonly previousDay: (day: string) => string;
  readonly nextDay: (day: string) => string;
  readonly openDay: (day: string, lost: string | null) => string;
  readonly votes: string;
  readonly votesNote: string;
  /** What makes a slot bad; `threshold` is a share such as "10 %". */
  readonly rule: (terms: Pick<Agreement, "method" | "quorum">, threshold: string) => string;
  readonly votesLabel: (vantage: string, down: string) => string;
  readonly counted: string;
  readonly countedLabel: (lost: string) => string;
  readonly countedNone: string;
  readonly voteNames: Readonly<Record<"up" | "mixed" | "down" | "none", string>>;
  readonly states: Readonly<Record<DaySlot["state"], string>>;
  readonly happened: string;
  readonly happenedNone: string;
  readonly moreRuns: (n: number) => string;
  readonly hours: string;
  readonly hoursNote: string;
  readonly slotsOf: (from: string, until: string) => string;
  readonly slot: string;
  readonly from: string;
  readonly until: string;
  readonly length: string;
  readonly state: string;
  readonly bad: string;
  readonly okOf: (ok: number, valid: number) => string;
  readonly noVote: string;
  readonly results: string;
  readonly groupNote: (n: number, id: string) => string;
  readonly agreement: string;
  readonly noAgreement: string;
  readonly exclusion: (id: number) => string;
  readonly malfunction: string;

  readonly resultsTitle: string;
  readonly resultsSpan: (from: string, until: string) => string;
  readonly show: Readonly<Record<ShownResults, string>>;
  readonly none: string;
  readonly next: string;
  readonly planned: string;
  readonly startedNote: string;
  readonly address: string;
  readonly proof: string;
  readonly proofLink: string;
  readonly notSealed: string;
  readonly proofNote: string;
  readonly countsOf: (shown: number) => string;
  readonly download: string;
  readonly propose: string;
  readonly proposeNote: string;
  readonly evidence: string;
  readonly malfunctionColumn: string;
  readonly phaseNames: Readonly<
    Record<"resolve" | "connect" | "tls" | "processing" | "transfer", string>
  >;
  readonly phaseMedians: string;
  readonly phaseNote: string;
  readonly zoom: {
    readonly title: string;
    readonly hint: string;
    readonly total: string;
    readonly ranges: readonly (readonly [hours: number, label: string])[];
    readonly failed: string;
    readonly loading: string;
    readonly empty: string;
  };
};

const en: SlotsText = {
  days: "The days of the month",
  previousDay: (day) => `The day before: ${day}`,
  nextDay: (day) => `The day after: ${day}`,
  openDay: (day, lost) => (lost === null ? day : `${day}: ${lost} lost`),
  votes: "The day by vantage",
  votesNote:
    "What each vantage, a place that we measure from, saw minute by minute, and what the agreement counts.",
  rule: ({ method, quorum }, threshold) => {
    if (method === "error-rate") {
      return "A slot, the smallest time that is counted, is bad by the share of its requests that failed, from all vantages together.";
    }
    if (method === "threshold") {
      return `A slot, the smallest time that is counted, is bad when more than ${threshold} of its requests failed, from all vantages together.`;
    }
    const who = {
      all: "every vantage with a valid result",
      majority: "more than half of the vantages with a valid result",
      any: "any vantage with a valid result",
    };
    return `A slot, the smallest time that is counted, is bad when ${who[quorum]} in it saw all requests fail.`;
  },
  votesLabel: (vantage, down) => `${vantage}: ${down}`,
  counted: "Counted",
  countedLabel: (lost) => `As counted: ${lost} lost`,
  countedNone: "No data on this day",
  voteNames: { up: "all ok", mixed: "some failed", down: "all failed", none: "no valid result" },
  states: {
    ...commonWords.en.slotStates,
    outside: "Not measured",
    "to-come": "To come",
  },
  happened: "What was not good",
  happenedNone: "Every slot so far was good from every vantage.",
  moreRuns: (n) => `${n} more stretches are in the hours below.`,
  hours: "Hours",
  hoursNote: "Choose an hour to see its slots.",
  slotsOf: (from, until) => `Slots from ${from} to ${until}`,
  slot: "Slot",
  from: "From",
  until: "Until",
  length: "Length",
  state: "Counted as",
  bad: "Share lost",
  okOf: (ok, valid) => `${ok} of ${valid} ok`,
  noVote: "no valid result",
  results: "Results",
  groupNote: (n, id) =>
    `What the vantages saw is of this target alone; the agreement counts ${n} targets together: ${id}`,
  agreement: "Agreement",
  noAgreement: "No agreement gives this target a figure in this month.",
  exclusion: (id) => `Exclusion ${id}`,
  malfunction: "Malfunction",

  resultsTitle: "Single results",
  resultsSpan: (from, until) => `Planned from ${from} to ${until}`,
  show: { all: "All results", "not-ok": "Only what was not ok" },
  none: "No result was planned here, or none was stored.",
  next: "Later results",
  planned: "Planned",
  startedNote: "when it began, after the planned instant",
  address: "address",
  proof: "Round",
  proofLink: "proof",
  notSealed: "not sealed yet",
  proofNote:
    "Each result is part of a round, and each round of a chain that is sealed when its UTC day is over. A proof leads from the round to the seal; it can be checked without this service.",
  countsOf: (shown) => `${shown} on this page`,
  download: "All of these, NDJSON",
  propose: "Propose an exclusion",
  proposeNote: "Propose an exclusion for this outage",
  evidence: "Evidence",
  malfunctionColumn: "Malfunction",
  phaseNames: {
    resolve: "name",
    connect: "connection",
    tls: "TLS",
    processing: "answer",
    transfer: "transfer",
  },
  phaseMedians: "Where the time goes",
  phaseNote: "Medians of the last 24 hours, from one round in five minutes.",
  zoom: {
    title: "Latency by vantage",
    hint: "Drag across the chart to look closer.",
    total: "Total by vantage",
    ranges: [
      [1, "1 h"],
      [6, "6 h"],
      [24, "24 h"],
      [168, "7 d"],
    ],
    failed: "The measurements could not be loaded.",
    loading: "Loading",
    empty: "No successful result in this time.",
  },
};

const zh: SlotsText = {
  days: "本月各日",
  previousDay: (day) => `前一天：${day}`,
  nextDay: (day) => `后一天：${day}`,
  openDay: (day, lost) => (lost === null ? day : `${day}：损失 ${lost}`),
  votes: "各探测点的一天",
  votesNote: "每个探测点（发起监测的地点）逐分钟看到的情况，以及协议的统计结果。",
  rule: ({ method, quorum }, threshold) => {
    if (method === "error-rate")
      return "时间片（最小计量单位）的损失比例为所有探测点合计的失败请求比例。";
    if (method === "threshold") return `所有探测点合计失败请求超过 ${threshold} 的时间片计为中断。`;
    const who = {
      all: "所有有有效结果的探测点",
      majority: "超过半数有有效结果的探测点",
      any: "任一有有效结果的探测点",
    };
    return `${who[quorum]}在某个时间片（最小计量单位）内的请求全部失败，则该时间片计为中断。`;
  },
  votesLabel: (vantage, down) => `${vantage}：${down}`,
  counted: "计入统计",
  countedLabel: (lost) => `计入统计：损失 ${lost}`,
  countedNone: "当日无数据",
  voteNames: { up: "全部成功", mixed: "部分失败", down: "全部失败", none: "无有效结果" },
  states: {
    ...commonWords.zh.slotStates,
    outside: "未监测",
    "to-come": "尚未到来",
  },
  happened: "非正常时段",
  happenedNone: "到目前为止，每个时间片在所有探测点均正常。",
  moreRuns: (n) => `另有 ${n} 段，请在下方按小时查看。`,
  hours: "按小时",
  hoursNote: "选择一个小时以查看其中的时间片。",
  slotsOf: (from, until) => `${from} 至 ${until} 的时间片`,
  slot: "时间片",
  from: "开始",
  until: "结束",
  length: "时长",
  state: "统计为",
  bad: "损失比例",
  okOf: (ok, valid) => `${valid} 次中 ${ok} 次成功`,
  noVote: "无有效结果",
  results: "结果",
  groupNote: (n, id) => `各探测点所见仅针对本目标；协议将 ${n} 个目标合并统计：${id}`,
  agreement: "协议",
  noAgreement: "本月没有协议统计此目标。",
  exclusion: (id) => `除外时段 ${id}`,
  malfunction: "故障",

  resultsTitle: "单次结果",
  resultsSpan: (from, until) => `计划时刻自 ${from} 至 ${until}`,
  show: { all: "全部结果", "not-ok": "仅看未成功" },
  none: "此时段没有计划的结果，或没有存下结果。",
  next: "之后的结果",
  planned: "计划时刻",
  startedNote: "实际开始时刻，相对计划时刻",
  address: "地址",
  proof: "轮次",
  proofLink: "证明",
  notSealed: "尚未封存",
  proofNote:
    "每个结果属于一个轮次，每个轮次属于一条链，并在其 UTC 日结束后封存。证明可从轮次一直追溯到封存，无需本服务即可核验。",
  countsOf: (shown) => `本页 ${shown} 条`,
  download: "下载全部（NDJSON）",
  propose: "提议除外",
  proposeNote: "为此次中断提议除外时段",
  evidence: "证据",
  malfunctionColumn: "故障",
  phaseNames: {
    resolve: "域名解析",
    connect: "建立连接",
    tls: "TLS",
    processing: "等待应答",
    transfer: "传输",
  },
  phaseMedians: "各阶段耗时",
  phaseNote: "最近 24 小时的中位数，每 5 分钟取一轮探测。",
  zoom: {
    title: "各探测点延迟",
    hint: "在图上拖动可放大。",
    total: "各探测点总延迟",
    ranges: [
      [1, "1 小时"],
      [6, "6 小时"],
      [24, "24 小时"],
      [168, "7 天"],
    ],
    failed: "无法载入测量数据。",
    loading: "正在载入",
    empty: "此时段没有成功的结果。",
  },
};

export const slotsText: Readonly<Record<Lang, SlotsText>> = { en, zh };
