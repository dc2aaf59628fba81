import type { Lang } from "../core/views.ts";

/** The texts of the search over targets. */
const en = {
  title: "Search targets",
  titleOf: (query: string) => `Targets for “${query}”`,
  label: "Part of an id, product, region, zone, account or label",
  button: "Search",
  hint: "Several words narrow it down: every one of them must occur, as in “rds hong kong”.",
  none: (query: string) => `No target fits “${query}”.`,
  noneHint: "Try fewer words, or part of one.",
  found: (n: number) => (n === 1 ? "1 target" : `${n} targets`),
  firstOf: (shown: number, all: number) =>
    `The first ${shown} of ${all}. One more word narrows it down.`,
  places: "By product",
  now: "Now",
  labels: "Labels",
  noTargets: "There are no targets yet.",
};
export type SearchText = Readonly<typeof en>;

const zh: SearchText = {
  title: "搜索监测目标",
  titleOf: (query) => `“${query}” 的搜索结果`,
  label: "标识、产品、地域、可用区、账号或标签的一部分",
  button: "搜索",
  hint: "可输入多个词缩小范围，所有词都须出现，例如 “rds 香港”。",
  none: (query) => `没有目标符合 “${query}”。`,
  noneHint: "请减少词数，或只输入词的一部分。",
  found: (n) => `${n} 个目标`,
  firstOf: (shown, all) => `显示 ${all} 个中的前 ${shown} 个，再加一个词可缩小范围。`,
  places: "按产品",
  now: "当前",
  labels: "标签",
  noTargets: "还没有监测目标。",
};

export const searchText: Readonly<Record<Lang, SearchText>> = { en, zh };
