import type { EvidenceRow, ResultsModel } from "../core/results-view.ts";
import { SHOWN_RESULTS } from "../core/results-view.ts";
import { OUTCOMES } from "../core/outcome.ts";
import { reasonText } from "../core/reason-text.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { dayAndHour, instant, latency, zoneLabel } from "./format.ts";
import { dayHref, evidenceHref, proofHref, resultsHref, targetHref } from "./links.ts";
import { slotsText } from "./slots-text.ts";
import { OutcomeBadge } from "./target-now.tsx";
import { messages } from "./text.ts";

type Props = { readonly model: ResultsModel; readonly speech: Speech };

/** The single results of a target in an interval: what every figure rests on, and its proof. */
export function renderResults(
  model: ResultsModel,
  lang: Lang,
  reader: Reader | null = null,
): string {
  const t = messages[lang];
  const speech: Speech = { lang, t };
  const words = slotsText[lang];
  const { id, fromMs, untilMs, timeZone, show } = model;
  const span = [instant(fromMs, timeZone, true), instant(untilMs, timeZone, true)] as const;
  const { day, hour } = dayAndHour(fromMs, timeZone);
  return renderDocument({
    reader,
    path: "/",
    speech,
    title: `${words.resultsTitle} · ${id}`,
    otherHref: evidenceHref(lang === "en" ? "zh" : "en", { id, fromMs, untilMs, show }),
    month: model.month,
    timeZoneNote: t.zoneNote(zoneLabel(timeZone, fromMs)),
    children: (
      <>
        <div class="crumbs">
          <a href={targetHref(lang, id, model.month)}>{id}</a>
          <span aria-hidden="true">/</span>
          <a href={dayHref(lang, { id, day }, { hour })}>{day}</a>
          <span aria-hidden="true">/</span>
          <span>{words.resultsTitle}</span>
        </div>
        <div class="page-head">
          <div>
            <h1>
              {words.resultsTitle} <span class="h1-note">{id}</span>
            </h1>
            <p class="state-line">
              <span>{words.resultsSpan(...span)}</span>{" "}
              <span>{t.timesIn(zoneLabel(timeZone, fromMs))}</span>
            </p>
          </div>
          <div class="page-tools">
            <Choice model={model} speech={speech} />
            <a class="button" href={resultsHref(id, fromMs, untilMs)}>
              {words.download}
            </a>
          </div>
        </div>
        <Rows model={model} speech={speech} />
        <p class="quiet small proof-note">{words.proofNote}</p>
      </>
    ),
  });
}

function Choice({ model, speech }: Props) {
  const { lang } = speech;
  const words = slotsText[lang];
  return (
    <nav class="switch" aria-label={words.resultsTitle}>
      {SHOWN_RESULTS.map((show) => (
        <a
          href={evidenceHref(lang, { ...model, show })}
          aria-current={show === model.show ? "true" : undefined}
        >
          {words.show[show]}
        </a>
      ))}
    </nav>
  );
}

function Rows({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const { rows, counts, nextMs, show } = model;
  if (rows.length === 0) return <p class="card empty section-gap">{words.none}</p>;
  const said = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
    (outcome) => `${counts[outcome]} ${t.outcomes[outcome]}`,
  );
  const heads = [words.planned, t.vantage, t.outcome, t.latency, t.reason, words.proof];
  return (
    <section aria-label={words.resultsTitle}>
      <p class="quiet section-gap">{`${words.countsOf(rows.length)}: ${said.join(", ")}`}</p>
      <div class="card">
        <table class="list tight evidence" role="table" aria-label={words.resultsTitle}>
          <thead role="rowgroup">
            <tr role="row">
              {heads.map((text) => (
                <th
                  scope="col"
                  role="columnheader"
                  class={text === t.latency ? "number" : undefined}
                >
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((row) => (
              <Row {...{ row, model, speech }} />
            ))}
          </tbody>
        </table>
      </div>
      {nextMs === null ? null : (
        <p class="section-gap">
          <a class="button" href={evidenceHref(lang, { ...model, fromMs: nextMs, show })}>
            {words.next}
          </a>
        </p>
      )}
    </section>
  );
}

function Row({ row, model, speech }: Props & { readonly row: EvidenceRow }) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const isSealed = model.sealedDays.includes(new Date(row.plannedAtMs).toISOString().slice(0, 10));
  return (
    <tr role="row">
      <td role="cell">
        <Time ms={row.plannedAtMs} zone={model.timeZone} seconds />
        {row.offsetMs === 0 ? null : (
          <span class="quiet small" title={words.startedNote}>
            {" "}
            {`+${row.offsetMs}\u202fms`}
          </span>
        )}
      </td>
      <td role="cell">{row.vantage}</td>
      <td role="cell" class="badges">
        <OutcomeBadge outcome={row.outcome} t={t} />
      </td>
      <td role="cell" class="number">
        {latency(row.outcome === "unknown" ? null : row.latencyMs)}
      </td>
      <td role="cell" class="wrap">
        <Reason row={row} speech={speech} />
      </td>
      <td role="cell">
        {isSealed ? (
          <a href={proofHref(row)}>
            {words.proofLink}
            <span class="hidden">
              {" "}
              {`${row.vantage} ${instant(row.plannedAtMs, model.timeZone, true)}`}
            </span>
          </a>
        ) : (
          <span class="quiet">{words.notSealed}</span>
        )}
      </td>
    </tr>
  );
}

function Reason({ row, speech }: { readonly row: EvidenceRow; readonly speech: Speech }) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const { reason, detail, requestId, address } = row;
  const facts = [
    detail,
    requestId === "" ? "" : `${t.requestId} ${requestId}`,
    address === "" ? "" : `${words.address} ${address}`,
  ].filter((text) => text !== "");
  return (
    <>
      {reason === "" ? "" : reasonText(reason, lang)}
      {facts.length === 0 ? null : <span class="quiet"> {facts.join(", ")}</span>}
    </>
  );
}
