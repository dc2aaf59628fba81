import type { Lang } from "../core/views.ts";

/** The pages by which people come in and go out. */
const en = {
  title: "Log in",
  name: "Name",
  password: "Password",
  enter: "Log in",
  or: "or",
  provider: (label: string) => `Log in with ${label}`,
  ended: "Your login was over. What you sent last was not saved; log in to go on where you were.",
  wrong: "Name or password is wrong.",
  failed: (minutes: number) =>
    `Too many failed logins. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
  busy: "Too many people log in at this moment. Try again in a few seconds.",
  firstHere: "Nobody has access yet.",
  firstLink: "Set up the first admin",
  firstElsewhere:
    "Nobody has access yet, and over the network nobody can give it. On the machine that runs the service, add the first admin:",
  forgotten: "Forgotten? An admin can give you a new password.",

  outTitle: "You are logged out",
  outNote: (label: string) => `You are now logged out at ${label} too.`,
  outLink: (label: string) => `Go on to ${label}`,

  refusedTitle: "You could not be logged in",
  refusals: {
    "no-grant": (label: string) =>
      `${label} knows you, but nothing that it says of you gives access here. Ask whoever runs this service to add your group to its configuration.`,
    "no-name": (label: string) =>
      `${label} gives no name for you that can be used here: up to 63 letters, digits and . _ @ + -, a letter or digit first.`,
    "name-taken": () =>
      "Another login here has the name that you were given. Ask an admin which of the two is yours.",
    disabled: () => "Your login was disabled here by an admin.",
    denied: (label: string) => `${label} did not let you in, or you went back.`,
    away: (label: string) => `${label} does not answer at the moment. Try again in a minute.`,
    wrong: (label: string) =>
      `What came back from ${label} could not be trusted, so nobody was logged in. Try again; if it happens again, tell whoever runs this service.`,
    stale: () =>
      "This login was begun too long ago, in another browser, or at another address of this service. Begin again.",
  },
  again: "Begin again",

  setUpTitle: "Set up the first admin",
  setUpNote:
    "Until somebody has access, everything can be read on this machine without a login. Adding the first admin ends that: from then on everybody logs in.",
  setUpElsewhere:
    "The first admin is set up on the machine that runs the service: by this page, when the service listens on loopback and is asked for as localhost, or by its command line:",
  setUpDone: "Add the admin and log in",
  passwordHint: "At least 12 characters. A sentence that you can remember is good.",
  repeat: "Password again",
  nameHint: "Up to 63 letters, digits and . _ @ + -",
  badName: "Up to 63 letters, digits and . _ @ + -, a letter or digit first.",
  badLength: "Give 12 to 512 characters, and nothing that guessers try first: take a sentence.",
  badAgain: "The two passwords are not the same.",

  mineTitle: "Your login",
  who: "Who you are",
  role: "Role",
  accounts: "Accounts",
  allAccounts: "all",
  provenBy: "Logs in by",
  ownPassword: "a password here",
  sessions: "Where you are logged in",
  begun: "Since",
  until: "Ends, if not used",
  origin: "Address",
  agent: "Browser or program",
  thisOne: "this one",
  end: "End",
  act: "Change",
  endLabel: (origin: string) => `End the login from ${origin}`,
  endAll: "Log out everywhere",
  endAllNote: "Ends every login of yours, this one too. Tokens that you made stay in force.",
  changeTitle: "Another password",
  changeNote: "Every other login of yours ends.",
  changeElsewhere: (issuer: string) => `Your password is kept by ${issuer}: change it there.`,
  present: "Present password",
  fresh: "New password",
  change: "Change the password",
  changed: "Your password was changed, and every other login of yours has ended.",
  badPresent: "That is not your present password.",
};
export type LoginText = Readonly<typeof en>;

const zh: LoginText = {
  title: "登录",
  name: "用户名",
  password: "密码",
  enter: "登录",
  or: "或",
  provider: (label) => `通过 ${label} 登录`,
  ended: "您的登录已过期，刚才提交的内容没有保存。请登录后从原处继续。",
  wrong: "用户名或密码不正确。",
  failed: (minutes) => `登录失败次数过多，请在 ${minutes} 分钟后再试。`,
  busy: "当前登录的人过多，请过几秒再试。",
  firstHere: "目前还没有任何人拥有访问权限。",
  firstLink: "设置首位管理员",
  firstElsewhere:
    "目前还没有任何人拥有访问权限，也不能通过网络授予。请在运行本服务的机器上添加首位管理员：",
  forgotten: "忘记密码？管理员可以为您设置新密码。",

  outTitle: "您已退出登录",
  outNote: (label) => `现在同时退出 ${label}。`,
  outLink: (label) => `继续前往 ${label}`,

  refusedTitle: "无法登录",
  refusals: {
    "no-grant": (label) =>
      `${label} 认识您，但它提供的信息在这里没有对应的权限。请联系本服务的运维人员，把您所在的组加入配置。`,
    "no-name": (label) =>
      `${label} 没有给出可在这里使用的用户名：最多 63 个字母、数字和 . _ @ + -，以字母或数字开头。`,
    "name-taken": () => "您的用户名在这里已属于另一个登录。请向管理员确认哪一个是您的。",
    disabled: () => "您的登录已被这里的管理员停用。",
    denied: (label) => `${label} 没有允许登录，或者您已返回。`,
    away: (label) => `${label} 目前没有响应，请一分钟后再试。`,
    wrong: (label) =>
      `${label} 返回的内容无法信任，因此没有登录。请再试一次；如果再次出现，请告知本服务的运维人员。`,
    stale: () => "这次登录开始得太久，或者是在另一个浏览器、另一个地址开始的。请重新开始。",
  },
  again: "重新开始",

  setUpTitle: "设置首位管理员",
  setUpNote: "在有人获得访问权限之前，本机无需登录即可查看。设置首位管理员之后，所有人都必须登录。",
  setUpElsewhere:
    "首位管理员须在运行本服务的机器上设置：当服务监听回环地址并以 localhost 访问时，可使用本页面；否则请使用命令行：",
  setUpDone: "添加管理员并登录",
  passwordHint: "至少 12 个字符。用一句便于记忆的话就很好。",
  repeat: "再次输入密码",
  nameHint: "最多 63 个字母、数字和 . _ @ + -",
  badName: "最多 63 个字母、数字和 . _ @ + -，以字母或数字开头。",
  badLength: "请输入 12 到 512 个字符，且不要太容易被猜到：请用一句话。",
  badAgain: "两次输入的密码不一致。",

  mineTitle: "我的登录",
  who: "您的身份",
  role: "角色",
  accounts: "账号",
  allAccounts: "全部",
  provenBy: "认证方式",
  ownPassword: "本服务的密码",
  sessions: "已登录的位置",
  begun: "开始",
  until: "闲置到期",
  origin: "地址",
  agent: "浏览器或程序",
  thisOne: "当前",
  end: "结束",
  act: "操作",
  endLabel: (origin) => `结束来自 ${origin} 的登录`,
  endAll: "全部退出",
  endAllNote: "结束您的所有登录，包括当前登录。您创建的令牌仍然有效。",
  changeTitle: "修改密码",
  changeNote: "您的其他登录都会结束。",
  changeElsewhere: (issuer) => `您的密码由 ${issuer} 保管，请到那里修改。`,
  present: "当前密码",
  fresh: "新密码",
  change: "修改密码",
  changed: "密码已修改，您的其他登录均已结束。",
  badPresent: "当前密码不正确。",
};

export const loginText: Readonly<Record<Lang, LoginText>> = { en, zh };

/** The roles as people call them. */
export const roleNames = {
  en: {
    viewer: "viewer: reads everything",
    "account-manager": "account manager: reads the accounts named, handles their claims",
    sre: "SRE: also proposes exclusions, handles malfunctions",
    approver: "approver: also approves exclusions, closes months",
    admin: "admin: also users and tokens",
  },
  zh: {
    viewer: "查看者：查看全部内容",
    "account-manager": "客户经理：查看指定账号并处理其索赔",
    sre: "SRE：另可提出除外时段、处理故障事件",
    approver: "审批人：另可审批除外时段、为月份定稿",
    admin: "管理员：另可管理用户和令牌",
  },
} as const;

const SHORT_NAMES: Readonly<Record<Lang, Readonly<Record<string, string>>>> = {
  en: { "account-manager": "account manager", sre: "SRE" },
  zh: {
    viewer: "查看者",
    "account-manager": "客户经理",
    sre: "SRE",
    approver: "审批人",
    admin: "管理员",
  },
};

/** A role in a word: "account manager". */
export function roleWord(role: string, lang: Lang): string {
  return SHORT_NAMES[lang][role] ?? role;
}
