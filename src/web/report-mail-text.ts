import type { Lang } from "../core/views.ts";

/** What became of the mail of a report's revision, and sending it again. */
const en = {
  sent: (to: string, at: string) => `Mailed to ${to} at ${at}.`,
  sentBefore: (at: string) => `Last mailed at ${at}.`,
  refused: (to: string) => `The mail server refused ${to}.`,
  waiting: "About to be mailed to the account's contacts.",
  tried: (detail: string) => `Not mailed yet, and tried again: ${detail}`,
  lacking: (to: string, detail: string) => `Not taken for ${to} yet, and tried again: ${detail}`,
  failed: (detail: string) => `Could not be mailed: ${detail}`,
  join: (sentences: readonly string[]) => sentences.join(" "),

  first: "Send by mail",
  again: "Send again by mail",
  says: (to: string) => `It goes to ${to} within a minute.`,
  send: "Send",
};
type ReportMailTexts = Readonly<typeof en>;

const zh: ReportMailTexts = {
  sent: (to, at) => `已于 ${at} 发送邮件至 ${to}。`,
  sentBefore: (at) => `上次发送邮件的时间：${at}。`,
  refused: (to) => `邮件服务器拒收：${to}。`,
  waiting: "即将发送邮件给该账号的联系人。",
  tried: (detail) => `尚未发出邮件，将再次尝试：${detail}`,
  lacking: (to, detail) => `尚未送达 ${to}，将再次尝试：${detail}`,
  failed: (detail) => `邮件未能发出：${detail}`,
  join: (sentences) => sentences.join(""),

  first: "发送邮件",
  again: "再次发送邮件",
  says: (to) => `将在一分钟内发送至 ${to}。`,
  send: "发送",
};

export const reportMailTexts: Readonly<Record<Lang, ReportMailTexts>> = { en, zh };
