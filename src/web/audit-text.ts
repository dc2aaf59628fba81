import type { Lang } from "../core/views.ts";

/** The page of the audit log. */
const en = {
  title: "Audit log",
  lead: "Who did what, when, and from where. Each entry holds the hash of the one before it, so that none can be changed or left out unseen.",
  none: "No entry fits.",
  no: "No.",
  time: "Time",
  who: "Who",
  action: "What",
  item: "About",
  changes: "Before and after",
  noChange: "nothing changed",
  before: "before",
  after: "after",
  more: (n: number) => `${n} more fields`,
  actor: "Who, such as user:li",
  actionFilter: "What, such as token.create",
  itemFilter: "About, such as exclusion:7",
  from: "From",
  until: "Until",
  older: "Older entries",
  newest: "Newest entries",
  filter: "Filter",
  show: "Show",
  clear: "Show all",
  badTime: "From and until are times such as 2026-10-01T08:00, until after from.",
};
export type AuditText = Readonly<typeof en>;

const zh: AuditText = {
  title: "审计日志",
  lead: "谁在何时、从何处做了什么。每条记录都包含前一条的哈希，因此任何一条都无法在不被发现的情况下更改或删除。",
  none: "没有符合条件的记录。",
  no: "序号",
  time: "时间",
  who: "操作者",
  action: "操作",
  item: "对象",
  changes: "变更前后",
  noChange: "没有变更",
  before: "变更前",
  after: "变更后",
  more: (n) => `另有 ${n} 个字段`,
  actor: "操作者，例如 user:li",
  actionFilter: "操作，例如 token.create",
  itemFilter: "对象，例如 exclusion:7",
  from: "从",
  until: "到",
  older: "更早的记录",
  newest: "最新的记录",
  filter: "筛选",
  show: "显示",
  clear: "显示全部",
  badTime: "起止时间应如 2026-10-01T08:00，且结束晚于开始。",
};

export const auditText: Readonly<Record<Lang, AuditText>> = { en, zh };
