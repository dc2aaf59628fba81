import type { Lang } from "../core/views.ts";

/** What the forms of all pages say. */
const en = {
  mend: "This could not be done yet",
  mendFields: "Nothing was changed. Mend what is marked below and send the form again.",
  youTyped: "What you typed:",
  optional: "optional",
  filter: "Filter",
  show: "Show",
  any: "All",
  clear: "Show all",
  account: "Account",
  product: "Product",
  region: "Region",
  month: "Month",
  state: "State",
  more: (n: number) => `and ${n} more`,
};
export type FormText = Readonly<typeof en>;

const zh: FormText = {
  mend: "暂时无法完成",
  mendFields: "没有做任何更改。请修正下方标出的内容后重新提交。",
  youTyped: "您填写的内容：",
  optional: "选填",
  filter: "筛选",
  show: "显示",
  any: "全部",
  clear: "显示全部",
  account: "账号",
  product: "产品",
  region: "地域",
  month: "月份",
  state: "状态",
  more: (n) => `另有 ${n} 个`,
};

export const formText: Readonly<Record<Lang, FormText>> = { en, zh };
