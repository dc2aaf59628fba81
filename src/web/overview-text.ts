import type { Lang } from "../core/views.ts";

/** The texts of filters and of what is wrong now. */
const en = {
  filters: "Narrow down",
  account: "Account",
  product: "Product",
  region: "Region",
  all: "All",
  apply: "Show",
  reset: "Show everything",
  nothingFits: "Nothing fits these filters in this month.",
  wrongNow: "Wrong now",
  nothingWrong: "Nothing is wrong now: every target answers, and no malfunction is open.",
  malfunction: "Malfunction",
  targetDown: "Down",
  vantageBlind: "Vantage blind",
  channelDead: "Channel dead",
  blindNote:
    "we measure from there, but nothing valid comes from it; its results are missing, not bad",
  channelNote: "messages do not arrive by it",
  since: "since",
  notAcknowledged: "not acknowledged",
  handledBy: (owner: string) => `with ${owner}`,
  moreDown: (n: number) => `and ${n} more targets`,
  missedTitle: "Missed in this month",
  missedNone: "No objective was missed.",
  restOf: (n: number) => `Show the other ${n}`,
  liveMark: "live",
  liveNote: "This page refreshes by itself.",
};
export type OverviewText = Readonly<typeof en>;

const zh: OverviewText = {
  filters: "筛选",
  account: "账号",
  product: "产品",
  region: "地域",
  all: "全部",
  apply: "查看",
  reset: "查看全部",
  nothingFits: "本月没有符合筛选条件的内容。",
  wrongNow: "当前问题",
  nothingWrong: "当前一切正常：所有目标均有应答，没有未恢复的故障事件。",
  malfunction: "故障事件",
  targetDown: "不可用",
  vantageBlind: "探测点失明",
  channelDead: "通知渠道失效",
  blindNote: "没有传来有效结果；相关结果记为缺失，而非不可用",
  channelNote: "消息无法经此送达",
  since: "自",
  notAcknowledged: "尚未响应",
  handledBy: (owner) => `处理人 ${owner}`,
  moreDown: (n) => `另有 ${n} 个目标`,
  missedTitle: "本月未达标",
  missedNone: "没有未达标的承诺。",
  restOf: (n) => `显示其余 ${n} 项`,
  liveMark: "实时",
  liveNote: "本页会自动刷新。",
};

export const overviewText: Readonly<Record<Lang, OverviewText>> = { en, zh };
