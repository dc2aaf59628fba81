import type { Message } from "../core/message.ts";
import { memberLines, shortened, toneOf } from "./chat-text.ts";
import { statusWord } from "./wording.ts";

/** Some readers cut off what is longer, in the midst of it. */
const MAX_BYTES = 90_000;

const CONCERNED = { en: "Concerned", zh: "涉及" } as const satisfies Record<
  Message["lang"],
  string
>;

/** Both parts of a mail. What is too long is cut as for other channels, and says so. */
export function mailParts(message: Message): { readonly text: string; readonly html: string } {
  const shown = shortened(message, (shorter) => Buffer.byteLength(htmlOf(shorter)) <= MAX_BYTES);
  return { text: textOf(shown), html: htmlOf(shown) };
}

/** For readers without HTML. */
function textOf(message: Message): string {
  const { title, summary, facts, lang, url, id } = message;
  const members = memberLines(message, (member) => member).map((line) => `- ${line}`);
  return [
    `${statusWord(message)}: ${title}`,
    summary,
    facts.map(({ label, value }) => `${label}: ${value}`).join("\n"),
    members.length === 0 ? "" : [`${CONCERNED[lang]}:`, ...members].join("\n"),
    url ?? "",
    `-- \n${id}`,
  ]
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `${paragraph}\n`)
    .join("\n");
}

export const BARS = {
  critical: "#d32f2f",
  warning: "#c77700",
  info: "#1976d2",
  resolved: "#2e7d32",
} as const satisfies Record<ReturnType<typeof toneOf>, string>;

export const FONTS =
  "system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif";
const CELL =
  "padding:4px 16px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid #888888";

/**
 * The HTML part: nothing from elsewhere, no script, no image. It names no colour of text or
 * ground, so that the reader's own dark or light ones hold.
 */
function htmlOf(message: Message): string {
  const { lang, summary, facts, url } = message;
  const title = escapeHtml(message.title);
  const rows = facts.map(
    ({ label, value }) =>
      `<tr><th scope="row" style="${CELL}">${escapeHtml(label)}</th><td style="${CELL}">${escapeHtml(value)}</td></tr>`,
  );
  const members = memberLines(message, escapeHtml).map((line) => `<li>${line}</li>`);
  return [
    "<!doctype html>",
    `<html lang="${lang === "zh" ? "zh-CN" : "en"}">`,
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<meta name="color-scheme" content="light dark"><title>${title}</title></head>`,
    `<body style="margin:0;padding:16px;font-family:${FONTS};font-size:15px;line-height:1.5">`,
    `<div style="max-width:640px;padding-left:16px;border-left:4px solid ${BARS[toneOf(message)]}">`,
    `<p style="margin:0">${statusWord(message)}</p>`,
    `<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3">${title}</h1>`,
    summary === "" ? "" : `<p>${escapeHtml(summary).replaceAll("\n", "<br>\n")}</p>`,
    rows.length === 0 ? "" : `<table style="border-collapse:collapse">${rows.join("\n")}</table>`,
    members.length === 0 ? "" : `<p>${CONCERNED[lang]}:</p>\n<ul>${members.join("\n")}</ul>`,
    url === null ? "" : `<p><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>`,
    `<p style="font-size:12px">${escapeHtml(message.id)}</p>`,
    "</div></body></html>",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For texts and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
