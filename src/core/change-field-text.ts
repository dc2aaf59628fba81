import type { Lang } from "./views.ts";

const en = {
  verdict: "verdict",
  availabilityPercent: "availability",
  objectivePercent: "objective",
  bad: "bad slots",
  counted: "counted slots",
  excluded: "excluded slots",
  noData: "slots without data",
  coveragePercent: "coverage",
  reachabilityPercent: "reachability",
  creditPercent: "credit, percent",
  creditAmount: "credit",
  outages: "outages",
  exclusions: "exclusions",
  targets: "targets",
  level: "level",
  title: "title",
  state: "state",
  from: "begin",
  until: "end",
  cause: "cause",
  resolution: "resolution",
} satisfies Readonly<Record<string, string>>;

const zh: Readonly<Record<keyof typeof en, string>> = {
  verdict: "结论",
  availabilityPercent: "可用性",
  objectivePercent: "承诺",
  bad: "不可用时间片数",
  counted: "计入时间片数",
  excluded: "除外时间片数",
  noData: "无数据时间片数",
  coveragePercent: "覆盖率",
  reachabilityPercent: "可达率",
  creditPercent: "赔偿比例",
  creditAmount: "赔偿金额",
  outages: "中断次数",
  exclusions: "除外时段",
  targets: "监测目标",
  level: "级别",
  title: "标题",
  state: "状态",
  from: "开始",
  until: "结束",
  cause: "原因",
  resolution: "处理结果",
};

/** What changed from one revision of a report to the next, by the names of `diffReports`. */
export const changeFieldText: Readonly<Record<Lang, Readonly<Record<string, string>>>> = { en, zh };
