import { durationText } from "../core/duration-text.ts";
import type { DayModel } from "../core/slots-view.ts";
import { regionName } from "../core/region-name.ts";
import type { Lang, Reader } from "../core/views.ts";
import { SlotSwatch } from "./charts/timeline.tsx";
import { SlotStrip, VoteStrip, VoteSwatch } from "./charts/votes.tsx";
import { Notices, renderDocument, type Speech } from "./document.tsx";
import { clockTime, percent, zoneLabel } from "./format.ts";
import {
  dayHref,
  evidenceHref,
  malfunctionHref,
  pageHref,
  productHref,
  targetHref,
} from "./links.ts";
import { HourTable, RunTable } from "./slot-tables.tsx";
import { slotsText } from "./slots-text.ts";
import { messages } from "./text.ts";

export type Shown = NonNullable<DayModel["shown"]>;
type Props = { readonly model: DayModel; readonly shown: Shown; readonly speech: Speech };

/** A target's day: each vantage's votes, what was counted, and the way to the single results. */
export function renderDay(model: DayModel, lang: Lang, reader: Reader | null = null): string {
  const t = messages[lang];
  const speech: Speech = { lang, t };
  const words = slotsText[lang];
  const { id, day, frame, shown } = model;
  const query = shown === null ? {} : { agreement: shown.terms.id, hour: String(shown.hour) };
  return renderDocument({
    reader,
    path: "/",
    speech,
    title: `${id} · ${day}`,
    otherHref: dayHref(lang === "en" ? "zh" : "en", { id, day }, query),
    month: frame.month,
    timeZoneNote: t.zoneNote(zoneLabel(frame.timeZone, model.fromMs)),
    children: (
      <>
        <Notices frame={frame} speech={speech} />
        <Crumbs model={model} speech={speech} />
        <div class="page-head">
          <div>
            <h1>
              {id} <span class="h1-note">{`${day} ${weekday(model, speech)}`}</span>
            </h1>
            <Facts model={model} speech={speech} />
          </div>
          <div class="page-tools">
            <Neighbours model={model} speech={speech} />
            <a
              class="button"
              href={evidenceHref(lang, { id, fromMs: model.fromMs, untilMs: model.untilMs })}
            >
              {words.resultsTitle}
            </a>
          </div>
        </div>
        {shown === null ? (
          <p class="card empty">{words.noAgreement}</p>
        ) : (
          <>
            <Votes {...{ model, shown, speech }} />
            <RunTable {...{ model, shown, speech }} />
            <Hours {...{ model, shown, speech }} />
            <HourTable {...{ model, shown, speech }} />
          </>
        )}
      </>
    ),
  });
}

function thresholdOf({ threshold }: Shown["terms"]): string {
  return threshold === null ? "" : percent((Number(threshold.num) / Number(threshold.den)) * 100);
}

function weekday(model: DayModel, { t }: Speech): string {
  return t.weekdays[(model.shown?.line.weekday ?? 0) - 1] ?? "";
}

function Crumbs({ model, speech }: { readonly model: DayModel; readonly speech: Speech }) {
  const { lang, t } = speech;
  const { id, product, region, frame } = model;
  const { month } = frame;
  return (
    <div class="crumbs">
      <a href={productHref(lang, product, { month })}>{t.productNames[product][0]}</a>
      <span aria-hidden="true">/</span>
      <a href={productHref(lang, product, { month, region })}>{regionName(region)[lang]}</a>
      <span aria-hidden="true">/</span>
      <a href={targetHref(lang, id, month)}>{id}</a>
      <span aria-hidden="true">/</span>
      <span>{model.day}</span>
    </div>
  );
}

function Facts({ model, speech }: { readonly model: DayModel; readonly speech: Speech }) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const { shown, frame } = model;
  if (shown === null) return null;
  const lost = shown.line.badSeconds;
  const isMeasured = shown.line.runs.some(({ state }) => state !== "no-data");
  return (
    <>
      <p class="state-line">
        <span class={lost > 0 ? "strong t-missed" : ""}>
          {isMeasured ? words.countedLabel(durationText(lost, t)) : words.countedNone}
        </span>{" "}
        <span>{t.objective(shown.terms.objectivePercent)}</span>{" "}
        <AgreementLinks model={model} shown={shown} speech={speech} />
        {shown.malfunctions.map(({ id, level }) => (
          <a href={malfunctionHref(lang, id)}>{`${words.malfunction} ${level} · ${id}`}</a>
        ))}
        {shown.exclusions.map(({ id, reason }) => (
          <a href={pageHref(`/exclusions/${id}`, lang)} title={reason}>
            {words.exclusion(id)}
          </a>
        ))}
        <span>{t.timesIn(zoneLabel(frame.timeZone, model.fromMs))}</span>
      </p>
      {shown.targets > 1 ? (
        <p class="quiet small">{words.groupNote(shown.targets, shown.subject)}</p>
      ) : null}
    </>
  );
}

function AgreementLinks({ model, shown, speech }: Props) {
  const words = slotsText[speech.lang];
  const { agreements, id, day } = model;
  return (
    <span>
      {words.agreement}{" "}
      {agreements.map((agreement, index) => (
        <>
          {index === 0 ? "" : " · "}
          {agreement === shown.terms.id ? (
            <strong>{agreement}</strong>
          ) : (
            <a href={dayHref(speech.lang, { id, day }, { agreement })}>{agreement}</a>
          )}
        </>
      ))}
    </span>
  );
}

function Neighbours({ model, speech }: { readonly model: DayModel; readonly speech: Speech }) {
  const { lang } = speech;
  const words = slotsText[lang];
  const query = model.shown === null ? {} : { agreement: model.shown.terms.id };
  const step = (day: string | null, mark: string, label: (day: string) => string) =>
    day === null ? (
      <span class="step off" aria-hidden="true">
        {mark}
      </span>
    ) : (
      <a class="step" href={dayHref(lang, { id: model.id, day }, query)} aria-label={label(day)}>
        {mark}
      </a>
    );
  return (
    <nav class="months" aria-label={words.days}>
      {step(model.previous, "‹", words.previousDay)}
      {step(model.next, "›", words.nextDay)}
    </nav>
  );
}

const LEGEND = ["up", "mixed", "down"] as const;
const QUARTERS = [0, 6, 12, 18, 24] as const;

/** One strip for each vantage, and one for what came of them. */
function Votes({ model, shown, speech }: Props) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const { line } = shown;
  return (
    <section class="card pad" aria-labelledby="votes-title">
      <h2 id="votes-title">{words.votes}</h2>
      <p class="quiet small">{`${words.votesNote}${lang === "en" ? " " : ""}${words.rule(shown.terms, thresholdOf(shown.terms))}`}</p>
      <div class="strips">
        {shown.votes.map((votes) => {
          const downMs = votes.runs
            .filter(({ vote }) => vote === "down")
            .reduce((sum, run) => sum + run.untilMs - run.fromMs, 0);
          const said = downMs > 0 ? durationText(downMs / 1000, t) : "";
          const label = words.votesLabel(
            votes.vantage,
            `${words.voteNames.down} ${durationText(downMs / 1000, t)}`,
          );
          return (
            <div class="strip-row">
              <span class="strip-name">{votes.vantage}</span>
              <VoteStrip line={votes} lengthMs={line.lengthMs} label={label} />
              <span class="strip-lost">{said}</span>
            </div>
          );
        })}
        <div class="strip-row">
          <span class="strip-name strong">{words.counted}</span>
          <SlotStrip line={line} label={words.countedLabel(durationText(line.badSeconds, t))} />
          <span class="strip-lost strong">
            {line.badSeconds > 0 ? durationText(line.badSeconds, t) : ""}
          </span>
        </div>
        <div class="strip-row" aria-hidden="true">
          <span class="strip-hours">
            {QUARTERS.map((hour) => (
              <span>{quarterTime(model, hour)}</span>
            ))}
          </span>
        </div>
      </div>
      <ul class="legend">
        {LEGEND.map((vote) => (
          <li>
            <VoteSwatch vote={vote} />
            {words.voteNames[vote]}
          </li>
        ))}
        <li>
          <SlotSwatch state="excluded" />
          {words.states.excluded}
        </li>
        <li>
          <SlotSwatch state="no-data" />
          {words.states["no-data"]}
        </li>
      </ul>
    </section>
  );
}

/** A day of 23 or 25 hours is divided as a day is. */
function quarterTime({ fromMs, untilMs, frame }: DayModel, hour: number): string {
  return hour === 24
    ? "24:00"
    : clockTime(fromMs + ((untilMs - fromMs) * hour) / 24, frame.timeZone);
}

/** Twenty-four strips of sixty minutes, each the way to its slots. */
function Hours({ model, shown, speech }: Props) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const zone = model.frame.timeZone;
  const place = { id: model.id, day: model.day };
  return (
    <section aria-labelledby="hours-title">
      <div class="section-head">
        <h2 id="hours-title">{words.hours}</h2>
        <p class="quiet">{words.hoursNote}</p>
      </div>
      <ol class="hours">
        {shown.hours.map(({ index, fromMs, line }) => {
          const lost = line.badSeconds > 0 ? durationText(line.badSeconds, t) : null;
          const query = { agreement: shown.terms.id, hour: String(index) };
          return (
            <li>
              <a
                href={`${dayHref(lang, place, query)}#slots`}
                aria-current={index === shown.hour ? "true" : undefined}
              >
                <span class="hour-head">
                  <span>{clockTime(fromMs, zone)}</span>
                  {lost === null ? null : (
                    <span class="t-missed strong">
                      {lost}
                      <span class="hidden"> {t.lost}</span>
                    </span>
                  )}
                </span>
                <SlotStrip line={line} label="" />
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
