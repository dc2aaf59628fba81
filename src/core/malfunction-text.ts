import type { Level, MalfunctionOrigin, MalfunctionState } from "./malfunction.ts";
import type { TimelineKind } from "./malfunction-view.ts";
import type { Lang } from "./views.ts";

/** The words of the pages about malfunctions and of the incident report. */
export type MalfunctionWords = {
  readonly malfunctions: string;
  readonly none: string;
  readonly incidentReport: string;
  readonly name: (id: number) => string;
  readonly no: string;
  readonly what: string;
  readonly level: string;
  readonly state: string;
  readonly origin: string;
  readonly reference: string;
  readonly from: string;
  readonly until: string;
  readonly length: string;
  readonly respondBy: string;
  readonly acknowledged: string;
  readonly inTime: (length: string) => string;
  readonly late: (length: string) => string;
  readonly notAcknowledged: string;
  readonly overdue: string;
  readonly notNeeded: string;
  readonly owner: string;
  readonly nobody: string;
  readonly accounts: string;
  readonly products: string;
  readonly regions: string;
  readonly targets: string;
  readonly outages: string;
  readonly noOutage: string;
  readonly subject: string;
  readonly reason: string;
  readonly scope: string;
  readonly review: string;
  readonly cause: string;
  readonly impact: string;
  readonly resolution: string;
  readonly followUps: string;
  readonly notWritten: string;
  readonly timeline: string;
  readonly related: string;
  readonly lasts: string;
  readonly download: string;
  readonly all: string;
  readonly writtenAt: (time: string, zone: string) => string;
  readonly more: (n: number) => string;
  readonly comma: string;
  readonly levelSetBy: (level: Level, who: string) => string;
  readonly levels: Readonly<Record<Level, string>>;
  readonly states: Readonly<Record<MalfunctionState, string>>;
  readonly origins: Readonly<Record<MalfunctionOrigin, string>>;
  readonly kinds: Readonly<Record<TimelineKind, string>>;
  readonly lengthOf: (parts: LengthParts) => string;
};

type LengthParts = {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
};

const en: MalfunctionWords = {
  malfunctions: "Malfunctions",
  none: "No malfunction.",
  incidentReport: "Incident report",
  name: (id) => `Malfunction ${id}`,
  no: "No.",
  what: "What",
  level: "Level",
  state: "State",
  origin: "Opened by",
  reference: "Ticket",
  from: "Began",
  until: "Ended",
  length: "Length",
  respondBy: "Answer due",
  acknowledged: "Acknowledged",
  inTime: (length) => `in time, after ${length}`,
  late: (length) => `too late, after ${length}`,
  notAcknowledged: "not yet",
  overdue: "overdue: nobody has acknowledged it in time",
  notNeeded: "no: it was over before an answer was due",
  owner: "Owner",
  nobody: "nobody",
  accounts: "Accounts",
  products: "Products",
  regions: "Regions",
  targets: "Targets",
  outages: "Outages",
  noOutage: "No measured outage belongs to it.",
  subject: "Counted for",
  reason: "Reason",
  scope: "At a glance",
  review: "Review",
  cause: "Cause",
  impact: "Scope of impact",
  resolution: "Resolution",
  followUps: "Follow-ups",
  notWritten: "Not written yet.",
  timeline: "Timeline",
  related: "Others of the same time",
  lasts: "still on",
  download: "Incident report as",
  all: "All malfunctions",
  writtenAt: (time, zone) => `As of ${time}. All times are in ${zone}.`,
  more: (n) => `and ${n} more`,
  comma: ", ",
  levelSetBy: (level, who) => `${level}, set by ${who}`,
  levels: { P1: "P1", P2: "P2", P3: "P3", P4: "P4" },
  states: { open: "open", restored: "over, review to come", closed: "reviewed" },
  origins: { outage: "the measurement", hand: "a person", ticket: "a ticket system" },
  kinds: {
    open: "Opened",
    join: "Another outage joined",
    level: "Level",
    acknowledge: "Acknowledged",
    overdue: "Answer overdue",
    assign: "Owner",
    note: "Note",
    restore: "Over",
    again: "Again",
    review: "Review written",
    close: "Closed",
    reopen: "Review opened again",
  },
  lengthOf: ({ days, hours, minutes, seconds }) => {
    if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
    if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
    if (minutes > 0) return seconds > 0 ? `${minutes} min ${seconds} s` : `${minutes} min`;
    return `${seconds} s`;
  },
};

const zh: MalfunctionWords = {
  malfunctions: "故障事件",
  none: "没有故障事件。",
  incidentReport: "故障报告",
  name: (id) => `故障事件 ${id}`,
  no: "编号",
  what: "内容",
  level: "级别",
  state: "状态",
  origin: "来源",
  reference: "工单",
  from: "开始",
  until: "恢复",
  length: "时长",
  respondBy: "响应期限",
  acknowledged: "响应",
  inTime: (length) => `按时，用时 ${length}`,
  late: (length) => `超时，用时 ${length}`,
  notAcknowledged: "尚未响应",
  overdue: "已超时：期限内无人响应",
  notNeeded: "无：在响应期限前已恢复",
  owner: "负责人",
  nobody: "无",
  accounts: "账号",
  products: "产品",
  regions: "地域",
  targets: "监测目标",
  outages: "中断记录",
  noOutage: "没有关联的实测中断。",
  subject: "对象",
  reason: "原因",
  scope: "涉及范围",
  review: "复盘",
  cause: "故障原因",
  impact: "影响范围",
  resolution: "处理结果",
  followUps: "后续措施",
  notWritten: "尚未填写。",
  timeline: "处理过程",
  related: "同时段的其他故障事件",
  lasts: "仍在持续",
  download: "下载故障报告",
  all: "全部故障事件",
  writtenAt: (time, zone) => `截至 ${time}。所有时间均为 ${zone} 时区。`,
  more: (n) => `另有 ${n} 个`,
  comma: "、",
  levelSetBy: (level, who) => `${level}，由 ${who} 设定`,
  levels: { P1: "P1", P2: "P2", P3: "P3", P4: "P4" },
  states: { open: "处理中", restored: "已恢复，待复盘", closed: "已复盘" },
  origins: { outage: "监测发现", hand: "人工登记", ticket: "工单系统" },
  kinds: {
    open: "登记",
    join: "并入新的中断",
    level: "级别",
    acknowledge: "响应",
    overdue: "响应超时",
    assign: "负责人",
    note: "备注",
    restore: "恢复",
    again: "再次发生",
    review: "填写复盘",
    close: "关闭",
    reopen: "重新复盘",
  },
  lengthOf: ({ days, hours, minutes, seconds }) => {
    if (days > 0) return hours > 0 ? `${days} 天 ${hours} 小时` : `${days} 天`;
    if (hours > 0) return minutes > 0 ? `${hours} 小时 ${minutes} 分钟` : `${hours} 小时`;
    if (minutes > 0) return seconds > 0 ? `${minutes} 分 ${seconds} 秒` : `${minutes} 分钟`;
    return `${seconds} 秒`;
  },
};

export const malfunctionWords: Readonly<Record<Lang, MalfunctionWords>> = { en, zh };

/** A length of time, cut to its two greatest units. */
export function lengthText(ms: number, { lengthOf }: MalfunctionWords): string {
  const all = Math.floor(ms / 1000);
  return lengthOf({
    days: Math.floor(all / 86_400),
    hours: Math.floor(all / 3600) % 24,
    minutes: Math.floor(all / 60) % 60,
    seconds: all % 60,
  });
}
