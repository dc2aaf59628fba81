import type { Message } from "../core/message.ts";
import type { Lang } from "../core/views.ts";

/** The texts of the inbox. */
const en = {
  inbox: "Inbox",
  lead: "What nines had to tell you: outages, missed objectives, credits, and its own troubles.",
  unreadCount: (n: number) =>
    n === 0 ? "Nothing new." : n === 1 ? "1 letter is new to you." : `${n} letters are new to you.`,
  none: "No letter here.",
  noneAtAll:
    "No letter yet. Letters arrive once the configuration has a channel of kind inbox and a route that leads to it.",
  markRead: "Mark as read",
  markAll: "Mark all as read",
  onlyNew: "New only",
  all: "All",
  isNew: "New",
  topic: "Topic",
  details: "Details",
  members: "Concerns",
  more: (n: number) => `and ${n} more`,
  cut: "Older letters are in the API.",
  since: "Since",
  until: "Until",
  topics: {
    outage: "Outage",
    burn: "Budget burns",
    breach: "Objective missed",
    "month-closed": "Month closed",
    "credit-owed": "Credit owed",
    maintenance: "Maintenance",
    blind: "Vantage without results",
    channel: "Channel fails",
    test: "Test",
  } satisfies Readonly<Record<Message["topic"], string>>,
  statuses: {
    opened: "begun",
    update: "update",
    resolved: "over",
    notice: "notice",
    digest: "digest",
    test: "test",
  } satisfies Readonly<Record<Message["status"], string>>,
};
export type InboxText = Readonly<typeof en>;

const zh: InboxText = {
  inbox: "站内信",
  lead: "通过站内信渠道发给您的通知。",
  unreadCount: (n) => (n === 0 ? "没有新消息。" : `${n} 封未读。`),
  none: "这里没有站内信。",
  noneAtAll: "还没有站内信。在配置中添加 inbox 类型的渠道及其路由后，通知会出现在这里。",
  markRead: "标为已读",
  markAll: "全部标为已读",
  onlyNew: "仅未读",
  all: "全部",
  isNew: "未读",
  topic: "主题",
  details: "详情",
  members: "涉及",
  more: (n) => `另有 ${n} 个`,
  cut: "更早的站内信可通过 API 查看。",
  since: "开始",
  until: "结束",
  topics: {
    outage: "中断",
    burn: "预算消耗过快",
    breach: "未达标",
    "month-closed": "月度定稿",
    "credit-owed": "应得赔偿",
    maintenance: "维护",
    blind: "探测点无结果",
    channel: "渠道故障",
    test: "测试",
  },
  statuses: {
    opened: "开始",
    update: "更新",
    resolved: "结束",
    notice: "通知",
    digest: "汇总",
    test: "测试",
  },
};

export const inboxText: Readonly<Record<Lang, InboxText>> = { en, zh };
