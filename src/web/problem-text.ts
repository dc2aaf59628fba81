import { claimStates } from "../core/claim-words.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import type { Lang } from "../core/views.ts";
import { exclusionsText } from "./exclusions-text.ts";
import { roleWord } from "./login-text.ts";
import { ACCESS_RULES } from "./problem-text-access.ts";

type Rule = readonly [RegExp, (...parts: readonly string[]) => string];

type Words = Readonly<Record<string, string>>;
const stateIn = (words: Words, state = "") => words[state] ?? state;
const exclusionState = (state?: string) => stateIn(exclusionsText.zh.states, state);
const claimState = (state?: string) => stateIn(claimStates.zh, state);
const malfunctionState = (state?: string) => stateIn(malfunctionWords.zh.states, state);
const meant = (hint = "") => {
  const [, name] = /did you mean "(.+?)"/u.exec(hint) ?? [];
  return name === undefined ? "" : `，是否为“${name}”？`;
};

const KINDS: Readonly<Record<string, string>> = {
  exclusion: "除外时段 ",
  malfunction: "故障事件 ",
  claim: "索赔 ",
};
/** `"ecs"|"slb"` */
const listed = (list = "", comma: string) => list.replaceAll('"', "").split("|").join(comma);

/** What the service says of an input, in Chinese. */
const RULES: readonly Rule[] = [
  [/^nothing at [A-Z]+ (.*)$/u, (path) => `这里没有 ${path}`],
  [/^there is no such page$/u, () => "没有这样的页面"],
  [/^no target "(.*)" in the configuration$/u, (id) => `配置中没有监测目标“${id}”`],
  [/^no (\S+) (\d+)$/u, (kind = "", id) => `没有${KINDS[kind] ?? ` ${kind} `}${id}`],
  [/^must be a month such as (\S+)$/u, (month) => `请填写月份，例如 ${month}`],
  [/^Invalid option: expected one of (.+)$/u, (list) => `只能是 ${listed(list, "、")} 之一`],
  [/^this is no login: /u, () => "这里使用的是令牌，不是登录：令牌在吊销之前一直有效"],
  [/^the role (\S+) may not /u, (role = "") => `角色“${roleWord(role, "zh")}”没有这项权限`],
  ...ACCESS_RULES,
  [/^say why, in up to (\d+) characters$/u, (n) => `请说明原因，最多 ${n} 个字符`],
  [
    /^say what is wrong, in up to (\d+) characters$/u,
    (n) => `请说明出了什么问题，最多 ${n} 个字符`,
  ],
  [/^say why it is rejected$/u, () => "请说明驳回的原因"],
  [/^say why an approved exclusion is withdrawn$/u, () => "撤回已批准的除外时段时，请说明原因"],
  [
    /^give a link \(https:\/\/\.\.\.\) or the number of a ticket, in up to (\d+) characters$/u,
    (n) => `请填写链接（https://…）或工单编号，最多 ${n} 个字符`,
  ],
  [/^is no link that can be followed/u, () => "不是有效的链接：请填写 https:// 链接或工单编号"],
  [/^holds a name or a password/u, () => "链接中含有用户名或密码，请去掉"],
  [/^must be an RFC 3339 instant/u, () => "请填写日期和时间，例如 2026-10-01 02:00"],
  [/^must be after from$/u, () => "结束时间必须晚于开始时间"],
  [/^must be at most a year after from$/u, () => "结束时间最多比开始时间晚一年"],
  [/^is in the future$/u, () => "时间在将来，请填写已发生的时间"],
  [/^must be one of /u, () => "请选择列表中的一项"],
  [/^must be a list of 1 to (\d+) ids$/u, (n) => `请至少选择或填写一个，最多 ${n} 个`],
  [/^must be exactly one of \{/u, () => "请选择一种范围"],
  [/^must be the id of an account$/u, () => "请选择一个账号"],
  [/^names "(.*)" twice$/u, (name) => `“${name}”重复出现`],
  [
    /^"(.*)" is not in the configuration(.*)$/u,
    (name, hint) => `配置中没有“${name}”${meant(hint)}`,
  ],
  [/^"(.*)" is none of /u, (name) => `“${name}”不是可选的产品`],
  [/^no target is of product "(.*)"$/u, (name) => `没有产品为“${name}”的监测目标`],
  [/^no target is of such a product in such a region$/u, () => "所选地域中没有所选产品的监测目标"],
  [
    /^the rule does not give its first occurrence, (\S+) in (\S+): /u,
    (time = "", zone) =>
      `规则不包含首次时间 ${time.replace("T", " ")}（${zone}）：请从规则内的时间开始`,
  ],
  [/^UNTIL lies before the first occurrence/u, () => "重复的截止日期早于首次时间，请改晚一些"],
  [/^FREQ must be one of ([A-Z, ]+);/u, (list) => `FREQ 只能是 ${list}；重复间隔不能短于一小时`],
  [
    /^"(.*)" is no part of a rule/u,
    (part) => `“${part}”不是规则的一部分，请写成 FREQ=WEEKLY;BYDAY=SU`,
  ],
  [/^UNTIL must be an instant/u, () => "UNTIL 应为日期，或如 20261231T160000Z 的时间"],
  [
    /^gives (\d+) lines in a month's report/u,
    (n) => `会在月报中产生 ${n} 行：请减少次数或缩小范围`,
  ],
  [
    /^exclusion (\d+) is (\w+) already$/u,
    (id, state) => `除外时段 ${id} 的状态已经是“${exclusionState(state)}”`,
  ],
  [/^exclusion (\d+) was decided by another just now$/u, (id) => `除外时段 ${id} 刚刚已由他人处理`],
  [/^exclusion (\d+) was proposed by another$/u, (id) => `除外时段 ${id} 由他人提出`],
  [
    /^(\S+) proposed exclusion (\d+): another approves it$/u,
    (who, id) => `除外时段 ${id} 由 ${who} 提出，须由另一人批准`,
  ],
  [
    /^claim (\d+) is (\w+); to \w+ it must be (.+)$/u,
    (id, state, needed = "") =>
      `索赔 ${id} 的状态是“${claimState(state)}”，此操作要求状态为“${needed.split(" or ").map(claimState).join("”或“")}”`,
  ],
  [/^no reports are mailed: /u, () => "配置中没有 reportMail，不发送报告邮件"],
  [/^the account (\S+) has no contacts /u, (account) => `配置中账号 ${account} 没有联系人`],
  [/^(\S+) is not closed$/u, (month) => `${month} 尚未定稿`],
  [/^is empty; write what the provider gave$/u, () => "请填写服务商给出的内容"],
  [
    /^"(.*)" is no amount in (\w+).* one such as (\S+)$/u,
    (text, currency, example) => `“${text}”不是有效的 ${currency} 金额，请写成 ${example}`,
  ],
  [/^"(.*)" is no day of the calendar/u, (text) => `“${text}”不是有效日期，请写成 2026-11-09`],
  [/^(\S+) is in the future; /u, (day) => `${day} 在将来，请填写提交索赔的日期`],
  [
    /^(\S+) is before the claim's window, which opens on (\S+); /u,
    (day, opens) => `${day} 早于索赔期，索赔期从 ${opens} 开始`,
  ],
  [/^(\S+) is after the claim's window; /u, (day) => `${day} 晚于索赔期`],
  [/^must be a text of 1 to (\d+) characters$/u, (n) => `请填写 1 到 ${n} 个字符`],
  [/^must be a text of up to (\d+) characters$/u, (n) => `最多 ${n} 个字符`],
  [/^must be 1 to (\d+) characters, or left out$/u, (n) => `请填写 1 到 ${n} 个字符，或留空`],
  [/^has characters that cannot be stored$/u, () => "含有无法保存的字符"],
  [
    /^malfunction (\d+) was acknowledged by (\S+) already$/u,
    (id, who) => `故障事件 ${id} 已由 ${who} 响应`,
  ],
  [
    /^malfunction (\d+) is restored when its outages are over$/u,
    (id) => `故障事件 ${id} 在其中断全部结束后自动恢复`,
  ],
  [/^malfunction (\d+) has outages that still last$/u, (id) => `故障事件 ${id} 还有未结束的中断`],
  [
    /^malfunction (\d+) lacks (.+): write the review first$/u,
    (id, parts = "") =>
      `故障事件 ${id} 的复盘缺少：${parts.split(", ").map(reviewPart).join("、")}`,
  ],
  [
    /^malfunction (\d+) is (\w+); reopen it to /u,
    (id) => `故障事件 ${id} 已关闭，请先重新打开复盘`,
  ],
  [
    /^malfunction (\d+) is (\w+); to \w+ it must be (\w+)$/u,
    (id, state, needed) =>
      `故障事件 ${id} 的状态是“${malfunctionState(state)}”，此操作要求状态为“${malfunctionState(needed)}”`,
  ],
];

function reviewPart(part: string): string {
  const names: Readonly<Record<string, string>> = {
    cause: "故障原因",
    impact: "影响范围",
    resolution: "处理结果",
  };
  return names[part] ?? part;
}

/** What is said for programs, as a person who fills in a form needs it. */
const ENGLISH_RULES: readonly Rule[] = [
  [/^nothing at [A-Z]+ (.*)$/u, (path) => `There is nothing at ${path}`],
  [/^Invalid option: expected one of (.+)$/u, (list) => `Must be one of ${listed(list, ", ")}`],
  [
    /^must be an RFC 3339 instant such as/u,
    () => "Give a date and a time, such as 2026-10-01 02:00",
  ],
  [/^must be one of maintenance, /u, () => "Choose one of the list"],
  [/^must be a list of 1 to (\d+) ids$/u, (n) => `Name at least one, and at most ${n}`],
  [/^must be exactly one of \{/u, () => "Choose one of these"],
  [/^must be the id of an account$/u, () => "Choose an account"],
];

/** A sentence in the page's language where there is one; else as it was said, in English. */
export function problemText(
  message: string,
  lang: Lang,
): { readonly text: string; readonly lang: Lang } {
  // A part of an address: its place is named as the address has it.
  const [, place, rest] = /^(?:querystring|params)\.([\w.]+): (.*)$/su.exec(message) ?? [];
  if (place !== undefined && rest !== undefined) {
    const said = problemText(rest, lang);
    const text =
      said.lang === "zh" ? said.text : said.text.slice(0, 1).toLowerCase() + said.text.slice(1);
    return { text: `${place}${said.lang === "zh" ? "：" : ": "}${text}`, lang: said.lang };
  }
  for (const [pattern, say] of lang === "zh" ? RULES : ENGLISH_RULES) {
    const found = pattern.exec(message);
    if (found !== null) return { text: say(...found.slice(1)), lang };
  }
  return { text: message.slice(0, 1).toUpperCase() + message.slice(1), lang: "en" };
}
