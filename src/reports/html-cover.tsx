import type { MonthDocument } from "../core/month-document.ts";
import { TONE_CLASS, type Making } from "./html-parts.tsx";
import { monthTiles, ownerText, toneOf } from "./cover-facts.ts";
import { LIMITS } from "./pdf-limits.ts";
import { claimLine, instantText, monthText, verdictText, zoneText } from "./report-words-facts.ts";

/** Title, the verdict in a sentence, and the key figures. */
export function Cover(making: Making) {
  const { document, words, own } = making;
  const { report, timeZone, publicUrl } = document;
  const { subjects, closing } = report;
  const at = (instant: string) => instantText(instant, timeZone);
  const claim = claimLine(document, words);
  const isLarge = subjects.length > LIMITS.allSubjects;
  return (
    <header>
      <h1>{`${words.title} · ${monthText(report.month, words)}`}</h1>
      <p class="quiet">{ownerText(document, words)}</p>
      <p class="quiet small">
        {words.cycle(at(report.from), at(report.until), zoneText(timeZone, report.from))}
      </p>
      <div class={`verdict ${TONE_CLASS[toneOf(report)]}`}>
        <p>{verdictText(document, words)}</p>
        {claim === "" ? null : <p class="claimable">{claim}</p>}
        {closing === null ? (
          <p class="not-final">{words.notFinal(at(report.settledUntil))}</p>
        ) : (
          <p class="quiet">{words.closedAt(report.revision, at(closing.at))}</p>
        )}
      </div>
      <dl class="tiles">
        {monthTiles(document, words).map(({ name, value, isBad }) => (
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
