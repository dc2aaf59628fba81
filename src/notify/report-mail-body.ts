import type { ReportMailText } from "../core/report-mail.ts";
import { lineOf } from "./chat-text.ts";
import { BARS, escapeHtml, FONTS } from "./mail-body.ts";
import { cut } from "./wording.ts";

const TONES = { good: BARS.resolved, missed: BARS.critical, quiet: BARS.warning } as const;

/** The subject and both parts of a mail that brings a month's report. */
export function reportMailParts(mail: ReportMailText): {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
} {
  return { subject: cut(lineOf(mail.subject), 160), text: textOf(mail), html: htmlOf(mail) };
}

const COLONS = { en: ":", zh: "：" } as const satisfies Record<ReportMailText["lang"], string>;

function textOf({ lang, paragraphs, lists, page, foot }: ReportMailText): string {
  return [
    ...paragraphs,
    ...lists.map(({ title, items }) =>
      [title + COLONS[lang], ...items.map((one) => `- ${one}`)].join("\n"),
    ),
    ...(page === null ? [] : [`${page.says}\n${page.url}`]),
    `-- \n${foot}`,
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join("\n");
}

/** As other mails: nothing from elsewhere, and the reader's own colours of text and ground. */
function htmlOf({ lang, tone, subject, paragraphs, lists, page, foot }: ReportMailText): string {
  const title = escapeHtml(subject);
  const shownLists = lists.map(
    (list) =>
      `<p>${escapeHtml(list.title)}${COLONS[lang]}</p>\n<ul>${list.items.map((item) => `<li>${escapeHtml(item)}</li>`).join("\n")}</ul>`,
  );
  return [
    "<!doctype html>",
    `<html lang="${lang === "zh" ? "zh-CN" : "en"}">`,
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<meta name="color-scheme" content="light dark"><title>${title}</title></head>`,
    `<body style="margin:0;padding:16px;font-family:${FONTS};font-size:15px;line-height:1.5">`,
    `<div style="max-width:640px;padding-left:16px;border-left:4px solid ${TONES[tone]}">`,
    `<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3">${title}</h1>`,
    ...paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    ...shownLists,
    ...(page === null
      ? []
      : [
          `<p>${escapeHtml(page.says)}<br>`,
          `<a href="${escapeHtml(page.url)}">${escapeHtml(page.url)}</a></p>`,
        ]),
    `<p style="font-size:12px">${escapeHtml(foot)}</p>`,
    "</div></body></html>",
  ].join("\n");
}
