import type { MonitorChannel } from "../core/monitor-view.ts";
import type { Lang } from "../core/views.ts";

/** The texts of the page about the monitor's own health. */
export type MonitorText = {
  readonly title: string;
  readonly lead: string;
  readonly settled: string;
  readonly settledNote: (length: string) => string;
  readonly comma: string;
  readonly neverSettled: string;
  readonly waitingMinutes: (n: number) => string;
  readonly coverage: string;
  readonly coverageNote: string;
  readonly sandboxNote: string;
  readonly jobsWaiting: string;
  readonly jobsNote: (failed: number) => string;
  readonly queuesAway: string;
  readonly database: string;
  readonly databaseNote: (version: string) => string;
  readonly version: string;
  readonly versionNote: string;
  readonly vantages: string;
  readonly vantagesNote: (since: string) => string;
  readonly vantage: string;
  readonly state: string;
  readonly sees: string;
  readonly blind: string;
  readonly silent: string;
  readonly never: string;
  readonly blindSince: string;
  readonly lastRound: string;
  readonly targets: string;
  readonly coverageToday: string;
  readonly queues: string;
  readonly queue: string;
  readonly waiting: string;
  readonly active: string;
  readonly delayed: string;
  readonly failed: string;
  readonly noQueues: string;
  readonly queuePage: string;
  readonly channels: string;
  readonly channel: string;
  readonly kind: string;
  readonly channelStates: Readonly<Record<MonitorChannel["state"], string>>;
  readonly lastSent: string;
  readonly noChannels: string;
  readonly size: (bytes: number) => string;
};

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Cut to one decimal; by thousands. */
function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(bytes + 1) / 3)));
  const value = Math.floor((bytes / 1000 ** power) * 10) / 10;
  return `${value}\u202f${UNITS[power] ?? "B"}`;
}

const en: MonitorText = {
  title: "The monitor itself",
  lead: "What nines knows of its own health. What it could not measure lowers coverage; it never becomes downtime.",
  settled: "Settled until",
  settledNote: (length) => `${length} behind the present`,
  comma: ", ",
  neverSettled: "Nothing is settled yet",
  waitingMinutes: (n) => (n === 0 ? "no minute waits" : `${n} minutes wait`),
  coverage: "Results received today",
  coverageNote: "of the results that should be there",
  sandboxNote: "low at first: the sandbox's history holds one result a minute",
  jobsWaiting: "Jobs waiting",
  jobsNote: (failed) => (failed === 0 ? "none failed" : `${failed} failed`),
  queuesAway: "the queues do not answer",
  database: "Database",
  databaseNote: (version) => `PostgreSQL ${version}`,
  version: "Version",
  versionNote: "of nines",
  vantages: "Vantages",
  vantagesNote: (since) => `Results planned since ${since}.`,
  vantage: "Vantage",
  state: "State",
  sees: "Sees",
  blind: "Blind",
  silent: "Has no targets",
  never: "no round yet",
  blindSince: "since",
  lastRound: "Last round",
  targets: "Targets",
  coverageToday: "Received",
  queues: "Queues",
  queue: "Queue",
  waiting: "Waiting",
  active: "Running",
  delayed: "Planned",
  failed: "Failed",
  noQueues:
    "The store of the queues does not answer: nothing is measured or settled until it does.",
  queuePage: "Look into the queues",
  channels: "Channels",
  channel: "Channel",
  kind: "Kind",
  channelStates: { alive: "Works", dead: "Dead", unknown: "Not used yet" },
  lastSent: "Last delivery",
  noChannels: "No channel is configured: nobody is told of outages.",
  size: sizeText,
};

const zh: MonitorText = {
  title: "监测系统",
  lead: "nines 对自身状况的了解。未能测到的部分只会降低覆盖率，绝不会变成不可用时间。",
  settled: "已统计至",
  settledNote: (length) => `落后当前时刻 ${length}`,
  comma: "，",
  neverSettled: "尚无已统计的内容",
  waitingMinutes: (n) => (n === 0 ? "没有待统计的分钟" : `${n} 分钟待统计`),
  coverage: "今日结果到达率",
  coverageNote: "占应有结果的比例",
  sandboxNote: "起初偏低：沙箱的历史数据每分钟只有一个结果",
  jobsWaiting: "等待中的任务",
  jobsNote: (failed) => (failed === 0 ? "没有失败" : `${failed} 个失败`),
  queuesAway: "队列没有应答",
  database: "数据库",
  databaseNote: (version) => `PostgreSQL ${version}`,
  version: "版本",
  versionNote: "nines 版本",
  vantages: "探测点",
  vantagesNote: (since) => `自 ${since} 起计划的结果。`,
  vantage: "探测点",
  state: "状态",
  sees: "正常",
  blind: "失明",
  silent: "没有目标",
  never: "尚无轮次",
  blindSince: "自",
  lastRound: "最近轮次",
  targets: "目标数",
  coverageToday: "结果到达率",
  queues: "队列",
  queue: "队列",
  waiting: "等待",
  active: "运行中",
  delayed: "已计划",
  failed: "失败",
  noQueues: "队列存储没有应答：恢复之前不会测量，也不会统计。",
  queuePage: "查看队列内容",
  channels: "通知渠道",
  channel: "渠道",
  kind: "类型",
  channelStates: { alive: "正常", dead: "失效", unknown: "尚未使用" },
  lastSent: "最近送达",
  noChannels: "没有配置通知渠道：中断时不会通知任何人。",
  size: sizeText,
};

export const monitorText: Readonly<Record<Lang, MonitorText>> = { en, zh };
