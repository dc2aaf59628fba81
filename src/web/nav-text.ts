import type { Lang } from "../core/views.ts";

const en = {
  overview: "Overview",
  malfunctions: "Malfunctions",
  exclusions: "Exclusions",
  reports: "Reports",
  agreements: "Agreements",
  inbox: "Inbox",
  monitor: "Monitor",
  access: "Access",
  audit: "Audit log",
  api: "API",
  search: "Search targets",
  menu: "Menu",
  setUp: "Set up access",
  logIn: "Log in",
  logOut: "Log out",
  account: "Your login",
};
export type NavText = Readonly<typeof en>;

const zh: NavText = {
  overview: "总览",
  malfunctions: "故障事件",
  exclusions: "除外时段",
  reports: "报告",
  agreements: "服务等级协议",
  inbox: "站内信",
  monitor: "监测自身",
  access: "访问权限",
  audit: "审计日志",
  api: "API",
  search: "搜索监测目标",
  menu: "菜单",
  setUp: "设置访问权限",
  logIn: "登录",
  logOut: "退出登录",
  account: "我的登录",
};

export const navText: Readonly<Record<Lang, NavText>> = { en, zh };
