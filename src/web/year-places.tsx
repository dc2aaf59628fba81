import { durationText } from "../core/duration-text.ts";
import { monthAt } from "../core/month.ts";
import { placeName } from "../core/place-name.ts";
import { reasonText } from "../core/reason-text.ts";
import type { YearOutage, YearPlace } from "../core/year-report.ts";
import { badTimeText, minutesText } from "../core/year-time-text.ts";
import { Time } from "./document.tsx";
import { figure } from "./format.ts";
import { Part } from "./reports-parts.tsx";
import { reportPageHref } from "./reports.tsx";
import { owedText, type YearParts } from "./year-parts.ts";
import { ASIDE, asideIf, Cell, countHeads, Counts, List } from "./year-table.tsx";

const FIRST_PLACES = 5;
const FIRST_OUTAGES = 5;

/** Each product and region, slots of one length together. */
export function YearPlaces(parts: YearParts) {
  const { model, words } = parts;
  const { places } = model.report;
  if (places.length === 0) return null;
  const heads = [
    words.place,
    words.slots,
    words.subjects,
    ...countHeads(parts),
    words.badTime,
    words.countedTime,
    words.year,
    words.owedHead,
  ];
  const rows = places
    .toSorted((a, b) => Number(a.availabilityPercent ?? 101) - Number(b.availabilityPercent ?? 101))
    .map((place) => <PlaceLine {...parts} place={place} />);
  const rest = rows.slice(FIRST_PLACES);
  return (
    <Part id="places" title={words.places}>
      <p class="quiet small">{words.placesNote}</p>
      <List heads={heads} more={{ said: words.morePlaces(rest.length), rows: rest }}>
        {rows.slice(0, FIRST_PLACES)}
      </List>
    </Part>
  );
}

function PlaceLine({ speech, words, place }: YearParts & { readonly place: YearPlace }) {
  const { counts, credits, time, worst } = place;
  return (
    <tr role="row">
      <Cell>
        <span class="name">{placeName(place, speech.lang)}</span>
        {worst === null ? null : <span class="members quiet">{words.worst(worst.id)}</span>}
      </Cell>
      <Cell label={words.slots} look={ASIDE}>
        {durationText(place.slotSeconds, speech.t)}
      </Cell>
      <Cell label={words.subjects} look={ASIDE}>
        {place.subjects}
      </Cell>
      <Counts counts={counts} words={words} />
      <Cell label={words.badTime} look="nowrap">
        {badTimeText(time, speech.t)}
      </Cell>
      <Cell label={words.countedTime} look={ASIDE}>
        {minutesText(time.countedMinutes, speech.t)}
      </Cell>
      <Cell label={words.year} look="strong nowrap">
        {figure(place.availabilityPercent)}
      </Cell>
      <Cell label={words.owedHead} look={asideIf(credits.length === 0, "nowrap")}>
        {owedText(credits)}
      </Cell>
    </tr>
  );
}

/** Those that lasted longest. */
export function YearOutages(parts: YearParts) {
  const { model, speech, words } = parts;
  const { t } = speech;
  const rows = model.report.outages.map((outage) => <OutageLine {...parts} outage={outage} />);
  const rest = rows.slice(FIRST_OUTAGES);
  return (
    <Part id="outages" title={words.outages}>
      {rows.length === 0 ? (
        <p class="quiet">{words.outagesNone}</p>
      ) : (
        <List
          heads={[words.subject, t.from, t.until, words.length, words.reason]}
          more={{ said: words.moreOutages(rest.length), rows: rest }}
        >
          {rows.slice(0, FIRST_OUTAGES)}
        </List>
      )}
    </Part>
  );
}

/** It leads to its month's report, whose outages lead to their days and results. */
function OutageLine({ model, speech, words, outage }: YearParts & { readonly outage: YearOutage }) {
  const { timeZone, accountNames, report } = model;
  const fromMs = Date.parse(outage.from);
  const { account } = outage;
  const href = reportPageHref(speech.lang, monthAt(fromMs, timeZone), { account });
  return (
    <tr role="row">
      <Cell>
        <span class="name">{outage.id}</span>
        <span class="members quiet">
          {report.account === null
            ? `${accountNames[account] ?? account} · ${outage.agreement}`
            : outage.agreement}
          {` · ${placeName(outage, speech.lang)}`}
        </span>
      </Cell>
      <Cell>
        <a href={`${href}#outages`}>
          <Time ms={fromMs} zone={timeZone} />
        </a>
      </Cell>
      <Cell look={ASIDE}>
        <Time ms={Date.parse(outage.until)} zone={timeZone} />
      </Cell>
      <Cell label={words.length}>{minutesText(outage.minutes, speech.t)}</Cell>
      <Cell look="wrap">{reasonText(outage.reason, speech.lang)}</Cell>
    </tr>
  );
}

/** How the year is added up. */
export function YearHow({ words }: YearParts) {
  return (
    <section aria-labelledby="how-title" id="how">
      <details class="card pad fold">
        <summary>
          <h2 id="how-title">{words.how}</h2>
        </summary>
        <ul class="year-how quiet">
          {words.howLines.map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      </details>
    </section>
  );
}
