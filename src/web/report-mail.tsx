import type { MailLine } from "../core/report-views.ts";
import type { Lang } from "../core/views.ts";
import { instant } from "./format.ts";
import { reportMailTexts } from "./report-mail-text.ts";

/** Whether the account's contacts have a revision, in a line of its own. */
export function MailNote(props: {
  readonly mail: MailLine | null;
  readonly timeZone: string;
  readonly lang: Lang;
}) {
  const { mail, timeZone, lang } = props;
  if (mail === null) return null;
  return <span class="members quiet">{noteOf(mail, { timeZone, lang })}</span>;
}

function noteOf(
  mail: MailLine,
  { timeZone, lang }: { readonly timeZone: string; readonly lang: Lang },
): string {
  const words = reportMailTexts[lang];
  if (mail.state === "sent") {
    const sent = words.sent(mail.to.join(", "), instant(mail.atMs, timeZone));
    return mail.refused.length === 0 ? sent : sent + words.refused(mail.refused.join(", "));
  }
  if (mail.state === "failed") return words.failed(mail.detail);
  return mail.detail === "" ? words.waiting : words.tried(mail.detail);
}
