import { may } from "../core/access.ts";
import type { MailLine } from "../core/report-views.ts";
import type { Lang } from "../core/views.ts";
import { PostForm } from "./form-parts.tsx";
import { instant } from "./format.ts";
import { reportMailTexts } from "./report-mail-text.ts";
import type { ReportParts } from "./reports-parts.tsx";

/** Who of the account's contacts has a revision, in a line of its own. */
export function MailNote(props: {
  readonly mail: MailLine | null;
  readonly timeZone: string;
  readonly lang: Lang;
}) {
  const { mail, timeZone, lang } = props;
  if (mail === null) return null;
  const sentences = sentencesOf(mail, { timeZone, lang });
  if (sentences.length === 0) return null;
  return <span class="members quiet">{reportMailTexts[lang].join(sentences)}</span>;
}

function sentencesOf(
  { state, atMs, to, refused, detail }: MailLine,
  { timeZone, lang }: { readonly timeZone: string; readonly lang: Lang },
): string[] {
  const words = reportMailTexts[lang];
  const at = atMs === null ? null : instant(atMs, timeZone);
  const sentences: string[] = [];
  if (at !== null) {
    sentences.push(to.length === 0 ? words.sentBefore(at) : words.sent(to.join(", "), at));
  }
  if (state === "failed") sentences.push(words.failed(detail));
  if (state === "sent" && refused.length > 0) sentences.push(words.refused(refused.join(", ")));
  if (state === "waiting") {
    if (detail === "") sentences.push(words.waiting);
    else if (to.length === 0) sentences.push(words.tried(detail));
    else sentences.push(words.lacking(refused.join(", "), detail));
  }
  return sentences;
}

/** Sends the newest revision to the account's contacts, for whoever may. */
export function MailForm({ model, speech, reader }: ReportParts) {
  const { lang } = speech;
  const { mailTo, revisions, report } = model;
  const words = reportMailTexts[lang];
  if (report.account === null || mailTo.length === 0) return null;
  if (!may({ ...reader, origin: "" }, "mail-report")) return null;
  return (
    <details class="act">
      <summary>{(revisions[0]?.mail ?? null) === null ? words.first : words.again}</summary>
      <PostForm
        path={`/reports/${report.month}/mail`}
        query={{ account: report.account }}
        lang={lang}
        reader={reader}
        anchor="revisions"
      >
        <p>{words.says(mailTo.join(", "))}</p>
        <p class="actions">
          <button type="submit" class="button primary">
            {words.send}
          </button>
        </p>
      </PostForm>
    </details>
  );
}
