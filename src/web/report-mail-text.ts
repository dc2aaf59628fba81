import type { Lang } from "../core/views.ts";

/** What became of the mail of a report's revision. */
const en = {
  sent: (to: string, at: string) => `Mailed to ${to} at ${at}.`,
  refused: (to: string) => ` The mail server refused ${to}.`,
  waiting: "About to be mailed to the account's contacts.",
  tried: (detail: string) => `Not mailed yet, and tried again: ${detail}`,
  failed: (detail: string) => `Could not be mailed: ${detail}`,
};
type ReportMailTexts = Readonly<typeof en>;

const zh: ReportMailTexts = {
  sent: (to, at) => `已于 ${at} 发送邮件至 ${to}。`,
  refused: (to) => `邮件服务器拒收：${to}。`,
  waiting: "即将发送邮件给该账号的联系人。",
  tried: (detail) => `尚未发出邮件，将再次尝试：${detail}`,
  failed: (detail) => `邮件未能发出：${detail}`,
};

export const reportMailTexts: Readonly<Record<Lang, ReportMailTexts>> = { en, zh };
