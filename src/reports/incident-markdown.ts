import { DateTime } from "luxon";
import { incidentTitle, responseText, type Incident } from "../core/incident.ts";
import { lengthText, malfunctionWords, type MalfunctionWords } from "../core/malfunction-text.ts";
import { malfunctionScope } from "../core/malfunction-view.ts";
import { reasonText } from "../core/reason-text.ts";
import type { Lang } from "../core/views.ts";

/**
 * The incident report in Markdown. What people wrote stands in it as quotations: there a fence or
 * a comment that they did not close ends with their text, and their headings are not the report's.
 */
export function incidentMarkdown(incident: Incident, lang: Lang): string {
  const words = malfunctionWords[lang];
  const { malfunction, writtenAtMs, timeZone } = incident;
  const page = { incident, lang, words };
  const written = words.writtenAt(local(incident, writtenAtMs), timeZone);
  const parts = [
    `# ${md(`${words.incidentReport} ${malfunction.id}: ${incidentTitle(incident, lang)}`)}`,
    factTable(page),
    `## ${words.cause}`,
    quote(malfunction.cause, words),
    `## ${words.impact}`,
    quote(malfunction.impact, words),
    `## ${words.resolution}`,
    quote(malfunction.resolution, words),
    `## ${words.followUps}`,
    quote(malfunction.followUps, words),
    `## ${words.outages}`,
    outageTable(page),
    `## ${words.timeline}`,
    timelineList(page),
    md(written),
  ];
  return `${parts.join("\n\n")}\n`;
}

type Page = {
  readonly incident: Incident;
  readonly lang: Lang;
  readonly words: MalfunctionWords;
};

function factTable({ incident, words }: Page): string {
  const { malfunction, writtenAtMs } = incident;
  const { beganAtMs, restoredAtMs, reference } = malfunction;
  const { accounts, products, regions, targets } = malfunctionScope(incident);
  const until = restoredAtMs === null ? words.lasts : local(incident, restoredAtMs);
  const length = lengthText((restoredAtMs ?? writtenAtMs) - beganAtMs, words);
  const rows: [string, string][] = [
    [words.level, words.levels[malfunction.level]],
    [words.state, words.states[malfunction.state]],
    [words.origin, words.origins[malfunction.origin]],
    ...(reference === null ? [] : [[words.reference, md(reference)] satisfies [string, string]]),
    [words.from, local(incident, beganAtMs)],
    [words.until, until],
    [words.length, length],
    [words.respondBy, local(incident, malfunction.respondByMs)],
    [words.acknowledged, responseText(incident, words)],
    [words.accounts, names(accounts)],
    [words.products, names(products)],
    [words.regions, names(regions)],
    [words.targets, names(targets)],
  ];
  return table(["", ""], rows);
}

function outageTable({ incident, lang, words }: Page): string {
  if (incident.outages.length === 0) return words.noOutage;
  return table(
    [words.accounts, words.subject, words.from, words.until, words.length, words.reason],
    incident.outages.map(({ account, subject, fromMs, untilMs, reason }) => [
      md(account),
      md(subject),
      local(incident, fromMs),
      untilMs === null ? words.lasts : local(incident, untilMs),
      lengthText((untilMs ?? incident.writtenAtMs) - fromMs, words),
      md(reasonText(reason, lang)),
    ]),
  );
}

function timelineList({ incident, words }: Page): string {
  const items = incident.timeline.map(({ atMs, kind, by, text }) => {
    const isNote = kind === "note";
    const said = [
      `**${words.kinds[kind]}**`,
      isNote || text === null ? "" : md(text),
      md(by ?? ""),
    ];
    const line = `- ${local(incident, atMs)} ${said.filter((part) => part !== "").join(" ")}`;
    if (!isNote) return line;
    return `${line}\n\n${quote(text, words).replaceAll(/^/gmu, "  ")}`;
  });
  return items.join("\n");
}

function quote(text: string | null, words: MalfunctionWords): string {
  if (text === null) return words.notWritten;
  return text
    .split(/\r\n|[\r\n]/u)
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

function names(list: readonly string[]): string {
  return list.length === 0 ? "–" : list.map(md).join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Wall time; the zone stands once, at the end. */
function local({ timeZone }: Pick<Incident, "timeZone">, ms: number): string {
  return DateTime.fromMillis(ms, { zone: timeZone }).toFormat("yyyy-MM-dd HH:mm:ss");
}

/** Text of others in Markdown: one line, and no mark-up of its own. */
function md(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .replaceAll(/[\\`*_[\]<>|~&!#]/gu, (sign) => `\\${sign}`);
}
