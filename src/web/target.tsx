import { regionName } from "../core/region-name.ts";
import type { Lang, TargetModel, Reader } from "../core/views.ts";
import { MonthNav, MonthState, Notices, ReportLinks, Time, renderDocument } from "./document.tsx";
import type { Speech } from "./document.tsx";
import { monthName, zoneLabel } from "./format.ts";
import { Icon } from "./icons.tsx";
import type { IconName, Tone } from "./icons.tsx";
import { overviewHref, productHref, resultsHref, targetHref } from "./links.ts";
import { reasonText } from "../core/reason-text.ts";
import { LivePart } from "./live-part.tsx";
import { chartStyle, latencyScript, liveScript } from "./scripts.ts";
import { MonthSection } from "./target-month.tsx";
import { LatencySection, ProbeSection, ResultsSection, VantageSection } from "./target-now.tsx";
import { TroubleSection } from "./target-trouble.tsx";
import { messages } from "./text.ts";

/** The page of one target: a complete document. */
export function renderTarget(model: TargetModel, lang: Lang, reader: Reader | null = null): string {
  const t = messages[lang];
  const speech: Speech = { lang, t };
  const { frame, id } = model;
  const [first] = model.agreements;
  const hasLatency = model.latency.points.some(({ p50Ms }) => p50Ms !== null);
  return renderDocument({
    reader,
    path: "/",
    speech,
    title: `${id} · ${monthName(frame.month, t)}`,
    otherHref: targetHref(lang === "en" ? "zh" : "en", id, frame.month),
    month: frame.month,
    timeZoneNote: t.zoneNote(zoneLabel(frame.timeZone, frame.settledUntilMs)),
    scripts: [
      ...(frame.status === "running" ? [liveScript.path] : []),
      ...(hasLatency ? [latencyScript.path] : []),
    ],
    styles: hasLatency ? [chartStyle.path] : [],
    children: (
      <>
        <Notices frame={frame} speech={speech} />
        <Crumbs model={model} speech={speech} />
        <div class="page-head">
          <div>
            <h1>{id}</h1>
            <LivePart name="state">
              <StateNow model={model} speech={speech} />
              <MonthState frame={frame} speech={speech} />
            </LivePart>
          </div>
          <div class="page-tools">
            <MonthNav {...{ frame, speech }} hrefOf={(month) => targetHref(lang, id, month)} />
            <ReportLinks speech={speech} month={frame.month} account={model.account} />
            <a class="button" href={resultsHref(id, model.monthFromMs, model.monthUntilMs)}>
              {t.resultsNdjson}
            </a>
          </div>
        </div>
        <LivePart name="trouble">
          <TroubleSection model={model} speech={speech} reader={reader} />
        </LivePart>
        <LivePart name="month">
          {first === undefined ? <p class="card empty">{t.emptyMonth}</p> : null}
          {model.agreements.map((agreement) => (
            <MonthSection {...{ agreement, model, speech, reader }} />
          ))}
        </LivePart>
        <div class="columns">
          <LatencySection model={model} speech={speech} />
          <LivePart name="vantages">
            <VantageSection model={model} speech={speech} />
          </LivePart>
        </div>
        <LivePart name="results">
          <ResultsSection model={model} speech={speech} />
        </LivePart>
        <ProbeSection model={model} speech={speech} />
      </>
    ),
  });
}

function Crumbs({ model, speech }: { readonly model: TargetModel; readonly speech: Speech }) {
  const { lang, t } = speech;
  const { product, region, zone, account } = model;
  const { month } = model.frame;
  const [short, long] = t.productNames[product];
  const facts = [
    ...(zone === null ? [] : [[t.zone, zone] as const]),
    [t.account, account] as const,
    ...(model.class === "" ? [] : [[t.class, model.class] as const]),
    ...Object.entries(model.labels),
  ];
  return (
    <div class="crumbs">
      <a href={overviewHref(lang, { month })}>{t.overview}</a>
      <span aria-hidden="true">/</span>
      <a href={productHref(lang, product, { month })} title={long}>
        {short}
      </a>
      <span aria-hidden="true">/</span>
      <a href={productHref(lang, product, { month, region })}>{regionName(region)[lang]}</a>
      <span class="quiet">{region}</span>
      {facts.map(([name, value]) => (
        <span class="fact">
          <span class="quiet">{name}</span> {value}
        </span>
      ))}
    </div>
  );
}

const STATE_LOOK: Readonly<
  Record<TargetModel["state"]["now"], { readonly icon: IconName; readonly tone: Tone }>
> = {
  up: { icon: "check", tone: "good" },
  down: { icon: "down", tone: "missed" },
  invalid: { icon: "warn", tone: "minor" },
  unknown: { icon: "dash", tone: "quiet" },
};

function StateNow({ model, speech }: { readonly model: TargetModel; readonly speech: Speech }) {
  const { lang, t } = speech;
  const { now, sinceMs, reason } = model.state;
  const look = STATE_LOOK[now];
  return (
    <p class={`now t-${look.tone}`}>
      <Icon name={look.icon} />
      <strong>{t.state[now]}</strong>
      {sinceMs === null ? null : (
        <span>
          {t.sinceTime} <Time ms={sinceMs} zone={model.frame.timeZone} />
        </span>
      )}
      {reason === "" ? null : <span>{reasonText(reason, lang)}</span>}
    </p>
  );
}
