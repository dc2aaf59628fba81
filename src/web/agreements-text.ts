import type { AgreementVersion } from "../core/agreement-views.ts";
import type { Lang } from "../core/views.ts";

/** The texts of the page about agreements. */
const en = {
  agreements: "Agreements",
  lead: "The terms that months are counted by. A month is counted by the version in force at its start.",
  none: "No agreement holds for a target that you see.",
  inUse: "In use",
  notInUse: "Not used by any target",
  usedBy: (n: number) => (n === 1 ? "1 target" : `${n} targets`),
  more: (n: number) => `and ${n} more`,
  standings: {
    past: "in the past",
    present: "in force",
    "to-come": "to come",
  } satisfies Readonly<Record<AgreementVersion["standing"], string>>,
  from: (day: string) => `from ${day}`,
  always: "always",
  fromUntil: (from: string, until: string) => `from ${from} until ${until}`,
  earlier: (n: number) => (n === 1 ? "1 earlier version" : `${n} earlier versions`),
  objective: (percent: string) => `Objective ${percent} %`,
  inherited: "Objective of what it stands before",
  inherits: (products: string) =>
    `Takes the terms of the target that a target inherits: one of ${products}.`,
  source: "Source",
  vantages: "Vantages that must have a valid result",
  half: "half of those configured, rounded up",
  partMonth: "Part of a month",
  partMonths: { "as-used": "counted as used", "whole-month": "counted as a whole month" },
  timeZone: "Time zone of its months",
  closes: "Months close after",
};
export type AgreementsText = Readonly<typeof en>;

const zh: AgreementsText = {
  agreements: "服务等级协议",
  lead: "各月统计所依据的条款。每个月按其开始时生效的版本统计。",
  none: "您可见的目标没有适用的服务等级协议。",
  inUse: "使用中",
  notInUse: "没有目标使用",
  usedBy: (n) => `${n} 个监测目标`,
  more: (n) => `另有 ${n} 个`,
  standings: { past: "已失效", present: "生效中", "to-come": "尚未生效" },
  from: (day) => `自 ${day} 起`,
  always: "一直有效",
  fromUntil: (from, until) => `${from} 至 ${until}`,
  earlier: (n) => `${n} 个早期版本`,
  objective: (percent) => `承诺 ${percent} %`,
  inherited: "沿用其后端产品的承诺",
  inherits: (products) => `采用目标所继承的目标的条款，须为以下产品之一：${products}。`,
  source: "来源",
  vantages: "判定所需的有效探测点数",
  half: "已配置探测点的一半，向上取整",
  partMonth: "不足整月",
  partMonths: { "as-used": "按实际使用时间计", "whole-month": "按整月计" },
  timeZone: "月份所用时区",
  closes: "月末后定稿时间",
};

export const agreementsText: Readonly<Record<Lang, AgreementsText>> = { en, zh };
