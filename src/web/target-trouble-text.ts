import type { DownCount, Lang } from "../core/views.ts";

/** What is told of a target that is down now, or that not every vantage can reach. */
const en = {
  downTitle: "Down now: from where, and what else",
  partTitle: "Not seen from everywhere",
  seenFrom: "Seen from",
  noneAnswered: (names: string) => `no answer to ${names}`,
  othersAnswered: (names: string) => `an answer to ${names}`,
  silent: (names: string) => `nothing known from ${names}`,
  beside: "What else is down",
  besideCount: (place: string, { down, all }: DownCount) =>
    all === 0 ? `nothing else is measured in ${place}` : `${place}: ${down} of ${all} others`,
  elsewhereCount: ({ down, all }: DownCount) => `everywhere else: ${down} of ${all}`,
  so: "So rather",
  meanings: {
    way: "the way from there than the target: some vantages get an answer.",
    alone: "this target itself: nothing else in its region is down.",
    region: "the provider's service in this region: all of it that is measured is down.",
    part: "something that these share, such as a zone, a network or a change of ours.",
    everywhere: "our own measuring or network: most of what is measured is down at once.",
    "one-vantage": "this target, or the way from the only vantage that sees it.",
  },
  results: "Results since then",
  place: (place: string) => `All of ${place}`,
  monitor: "The monitor's own health",
};
export type TroubleText = Readonly<typeof en>;
export type Meaning = keyof TroubleText["meanings"];

const zh: TroubleText = {
  downTitle: "当前中断：从何处观测到，影响多大",
  partTitle: "部分探测点无法访问",
  seenFrom: "各探测点",
  noneAnswered: (names) => `${names} 无响应`,
  othersAnswered: (names) => `${names} 有响应`,
  silent: (names) => `${names} 情况不明`,
  beside: "同时中断的目标",
  besideCount: (place, { down, all }) =>
    all === 0 ? `${place} 没有其他目标` : `${place} 其他 ${all} 个目标中 ${down} 个`,
  elsewhereCount: ({ down, all }) => `其余 ${all} 个目标中 ${down} 个`,
  so: "初步判断",
  meanings: {
    way: "更可能是部分探测点到目标的网络问题：其他探测点仍有响应。",
    alone: "更可能是该目标自身的问题：同地域没有其他目标中断。",
    region: "更可能是服务商在该地域的服务故障：所监测的目标全部中断。",
    part: "更可能是这些目标的共同因素，例如同一可用区、网络或我方变更。",
    everywhere: "更可能是我方监测或网络的问题：大部分目标同时中断。",
    "one-vantage": "可能是该目标自身的问题，也可能是唯一探测点到目标的网络问题。",
  },
  results: "此后的探测结果",
  place: (place) => `${place} 全部目标`,
  monitor: "监测系统自身状态",
};

export const troubleText: Readonly<Record<Lang, TroubleText>> = { en, zh };
