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
  unset: "This needs a login, and nobody has access yet. Set up the first admin, and log in.",
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
  monitor: "监测系统",
  access: "访问权限",
  audit: "审计日志",
  api: "API",
  search: "搜索监测目标",
  menu: "菜单",
  setUp: "设置访问权限",
  unset: "此操作需要登录，而目前还没有任何人拥有访问权限。请先设置首位管理员，然后登录。",
  logIn: "登录",
  logOut: "退出登录",
  account: "我的登录",
};

export const navText: Readonly<Record<Lang, NavText>> = { en, zh };
