import type { MonthDocument } from "../core/month-document.ts";
import type { Report } from "../core/report.ts";
import type { Making } from "./html-parts.tsx";
import { percentText } from "./html-parts.tsx";
import { lowestBy, ownerText } from "./pdf-cover.ts";
import { LIMITS } from "./pdf-limits.ts";
import {
  badSecondsOf,
  countVerdicts,
  durationText,
  instantText,
  isMissed,
  monthText,
  owedTile,
  verdictText,
  zoneText,
} from "./report-words-facts.ts";

/** Title, the verdict in a sentence, and the key figures. */
export function Cover(making: Making) {
  const { document, words, own } = making;
  const { report, timeZone, publicUrl } = document;
  const { subjects, closing } = report;
  const at = (instant: string) => instantText(instant, timeZone);
  const isLarge = subjects.length > LIMITS.allSubjects;
  return (
    <header>
      <h1>{`${words.title} · ${monthText(report.month, words)}`}</h1>
      <p class="quiet">{ownerText(document, words)}</p>
      <p class="quiet small">
        {words.cycle(at(report.from), at(report.until), zoneText(timeZone, report.from))}
      </p>
      <div class={`verdict ${lookOf(report)}`}>
        <p>{verdictText(document, words)}</p>
        {closing === null ? (
          <p class="not-final">{words.notFinal(at(report.settledUntil))}</p>
        ) : (
          <p class="quiet">{words.closedAt(report.revision, at(closing.at))}</p>
        )}
      </div>
      <dl class="tiles">
        {tilesOf(making).map(({ name, value, isBad }) => (
          <div>
            <dt>{name}</dt>
            <dd class={isBad ? "missed" : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
      {isLarge ? (
        <p class="note">{words.notes.whole(subjects.length) + own.between + own.elsewhere}</p>
      ) : null}
      {publicUrl === null ? null : (
        <p class="small screen">
          <a href={pageAddress(publicUrl, document)}>{own.openPages}</a>
        </p>
      )}
    </header>
  );
}

/** Of the overview; an address that is none of the web leads nowhere. */
function pageAddress(publicUrl: string, { report }: MonthDocument): string {
  const base = /^https?:\/\//u.test(publicUrl) ? publicUrl.replace(/\/+$/u, "") : "";
  return `${base}/?${new URLSearchParams({ month: report.month })}`;
}

function lookOf({ status, subjects }: Report): string {
  const counts = countVerdicts(subjects);
  if (counts.missed + counts["already-missed"] > 0) return "missed";
  if (status === "running" && counts["at-risk"] > 0) return "risk";
  return counts["insufficient-data"] > 0 || counts.all === 0 ? "" : "met";
}

type Tile = { readonly name: string; readonly value: string; readonly isBad: boolean };

function tile(name: string, value: string, isBad = false): Tile {
  return { name, value, isBad };
}

function tilesOf({ document, words }: Making): Tile[] {
  const { report, accountNames } = document;
  const { subjects } = report;
  const names = words.keyFigures;
  const counts = countVerdicts(subjects);
  const missed = counts.missed + counts["already-missed"];
  const good = counts.met + counts["on-track"] + counts["at-risk"];
  const badSeconds = subjects.reduce((sum, subject) => sum + badSecondsOf(subject), 0);
  const outages = subjects.reduce((sum, subject) => sum + subject.outages.length, 0);
  const lowest = lowestBy(subjects, ({ availabilityPercent }) => availabilityPercent);
  const covered = lowestBy(subjects, ({ coveragePercent }) => coveragePercent);
  return [
    ...(report.account === null
      ? [tile(names.accounts, String(Object.keys(accountNames).length))]
      : []),
    tile(
      report.status === "running" ? names.within : names.met,
      `${good} / ${counts.all}`,
      missed > 0,
    ),
    tile(
      names.lowest,
      percentText(lowest?.availabilityPercent ?? null, words),
      lowest !== null && isMissed(lowest),
    ),
    tile(names.badTime, durationText(badSeconds, words)),
    tile(names.outages, String(outages)),
    ...(report.status === "running" ? [] : [tile(names.owed, owedTile(report, words))]),
    tile(names.coverage, percentText(covered?.coveragePercent ?? null, words)),
  ];
}
