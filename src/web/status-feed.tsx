import type { StatusModel } from "../core/status-view.ts";
import type { Lang } from "../core/views.ts";
import { instant, zoneLabel } from "./format.ts";
import { statusHref } from "./links.ts";
import { statusText } from "./status-text.ts";
import { maintenanceTitle, malfunctionTitle } from "./status.tsx";

type Entry = {
  readonly id: string;
  readonly title: string;
  readonly updatedMs: number;
  readonly content: string;
};

/** The public page's feed, RFC 4287: an entry for each malfunction and each planned maintenance. */
export function renderFeed(
  model: StatusModel,
  { lang, baseUrl }: { readonly lang: Lang; readonly baseUrl: string },
): string {
  const { account } = model;
  const page = baseUrl + statusHref("page", { account, lang });
  const self = baseUrl + statusHref("atom", { account, lang });
  const entries = entriesOf(model, lang);
  const updatedMs = entries.reduce((most, one) => Math.max(most, one.updatedMs), 0) || model.atMs;
  // Ids stay when titles change, and when the page moves to another host.
  const scope = account ?? "all";
  return [
    `<?xml version="1.0" encoding="utf-8"?>`,
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${lang === "zh" ? "zh-CN" : "en"}">`,
    `<id>tag:nines,2026:status/${xml(scope)}</id>`,
    `<title>${xml(model.title)}</title>`,
    `<updated>${rfc3339(updatedMs)}</updated>`,
    `<author><name>nines</name></author>`,
    `<link rel="self" type="application/atom+xml" href="${xml(self)}"/>`,
    `<link rel="alternate" type="text/html" href="${xml(page)}"/>`,
    ...entries.map(({ id, title, content, ...entry }) =>
      [
        `<entry>`,
        `<id>tag:nines,2026:status/${xml(scope)}/${id}</id>`,
        `<title>${xml(title)}</title>`,
        `<updated>${rfc3339(entry.updatedMs)}</updated>`,
        `<link rel="alternate" type="text/html" href="${xml(page)}"/>`,
        `<content type="text">${xml(content)}</content>`,
        `</entry>`,
      ].join("\n"),
    ),
    `</feed>`,
    "",
  ].join("\n");
}

function entriesOf(model: StatusModel, lang: Lang): Entry[] {
  const t = statusText[lang];
  const { timeZone } = model;
  const at = (ms: number) => instant(ms, timeZone);
  const malfunctions = model.malfunctions.map((one) => {
    const until = one.untilMs === null ? "" : ` – ${at(one.untilMs)}`;
    return {
      id: `malfunction/${one.id}`,
      title: `${malfunctionTitle(one, lang)}${one.untilMs === null ? "" : ` (${t.over})`}`,
      updatedMs: one.untilMs ?? one.fromMs,
      content: `${t.since} ${at(one.fromMs)}${until} · ${zoneLabel(timeZone, one.fromMs)}`,
    };
  });
  const maintenance = model.maintenance.map((one) => ({
    id: `maintenance/${one.id}/${one.fromMs}`,
    title: maintenanceTitle(one, lang),
    updatedMs: one.decidedAtMs,
    content: `${at(one.fromMs)} – ${at(one.untilMs)} · ${zoneLabel(timeZone, one.fromMs)}\n${one.reason}`,
  }));
  return [...malfunctions, ...maintenance];
}

const rfc3339 = (ms: number) => new Date(ms).toISOString();

const ESCAPES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);
/** Of what XML 1.0 allows at all; other control characters have no form there. */
// oxlint-disable-next-line no-control-regex -- the very characters that must go
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function xml(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"]/g, (one) => ESCAPES.get(one) ?? one);
}
