import { durationText } from "../core/duration-text.ts";
import { PHASES, type Outcome } from "../core/outcome.ts";
import type { Lang, TargetModel } from "../core/views.ts";
import { LatencyChart } from "./charts/latency.tsx";
import { Time } from "./document.tsx";
import type { Speech } from "./document.tsx";
import { instant, latency } from "./format.ts";
import { Badge } from "./icons.tsx";
import type { IconName, Tone } from "./icons.tsx";
import { evidenceHref, latencyHref } from "./links.ts";
import type { Messages } from "./messages.ts";
import { slotsText } from "./slots-text.ts";
import { reasonText } from "../core/reason-text.ts";
import { messages } from "./text.ts";

type Props = { readonly model: TargetModel; readonly speech: Speech };

const OUTCOME_LOOK: Readonly<Record<Outcome, { readonly icon: IconName; readonly tone: Tone }>> = {
  ok: { icon: "check", tone: "good" },
  failed: { icon: "down", tone: "missed" },
  invalid: { icon: "warn", tone: "minor" },
  unknown: { icon: "dash", tone: "quiet" },
};

/** The last 24 hours' latency, with its latest and extreme values in a table beside it. */
export function LatencySection({ model, speech }: Props) {
  const { t } = speech;
  const { fromMs, untilMs, points } = model.latency;
  const p50s = points.flatMap((point) => point.p50Ms ?? []);
  const p95s = points.flatMap((point) => point.p95Ms ?? []);
  const zone = model.frame.timeZone;
  return (
    <section class="card pad" aria-labelledby="latency-title">
      <h2 id="latency-title">
        {untilMs >= model.monthUntilMs ? t.latencyChartThen : t.latencyChart}
      </h2>
      {p50s.length === 0 ? (
        <p class="empty">{t.latencyNone}</p>
      ) : (
        <>
          <div
            data-latency={latencyHref(model.id)}
            data-until={untilMs}
            data-zone={zone}
            data-words={JSON.stringify(zoomWords(speech.lang))}
          >
            <LatencyChart
              points={points}
              fromMs={fromMs}
              untilMs={untilMs}
              label={t.latencyLabel(latency(p50s.at(-1) ?? null), latency(p95s.at(-1) ?? null))}
              timeOf={(ms) => instant(ms, zone).slice(11)}
            />
          </div>
          <table class="plain keys-table" aria-labelledby="latency-title">
            <thead>
              <tr>
                <td />
                <th scope="col">{t.latest}</th>
                <th scope="col">{t.lowestHighest}</th>
              </tr>
            </thead>
            <tbody>
              <LatencyRow name={t.median} kind="solid" values={p50s} />
              <LatencyRow name={t.p95} kind="dashed" values={p95s} />
            </tbody>
          </table>
          <Phases model={model} speech={speech} />
        </>
      )}
    </section>
  );
}

function zoomWords(lang: Lang) {
  const { zoom, phaseNames } = slotsText[lang];
  const phases = PHASES.map((phase) => [phase, phaseNames[phase]]);
  return { ...zoom, time: messages[lang].time, phases };
}

/** Which part of the latency is what, from each vantage. */
function Phases({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const { phases } = model.latency;
  const known = PHASES.filter((phase) =>
    phases.some((one) => one.phases.some((part) => part.phase === phase)),
  );
  if (known.length === 0) return null;
  return (
    <>
      <h3 id="phases-title">{words.phaseMedians}</h3>
      <p class="quiet small">{words.phaseNote}</p>
      <table class="plain keys-table" aria-labelledby="phases-title">
        <thead>
          <tr>
            <th scope="col">{t.vantage}</th>
            {known.map((phase) => (
              <th scope="col">{words.phaseNames[phase]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {phases.map(({ vantage, phases: parts }) => (
            <tr>
              <th scope="row">{vantage}</th>
              {known.map((phase) => (
                <td class="number">
                  {latency(parts.find((part) => part.phase === phase)?.ms ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function LatencyRow(props: {
  readonly name: string;
  readonly kind: "solid" | "dashed";
  readonly values: readonly number[];
}) {
  const { name, kind, values } = props;
  return (
    <tr>
      <th scope="row">
        <span class={`key ${kind}`}>{name}</span>
      </th>
      <td class="number strong">{latency(values.at(-1) ?? null)}</td>
      <td class="number">{`${latency(Math.min(...values))} – ${latency(Math.max(...values))}`}</td>
    </tr>
  );
}

/** What each vantage saw last. */
export function VantageSection({ model, speech }: Props) {
  const { lang, t } = speech;
  return (
    <section class="card pad" aria-labelledby="vantages-title">
      <h2 id="vantages-title">{t.vantages}</h2>
      <ul class="vantages">
        {model.vantages.map(({ vantage, last, phases }) => (
          <li>
            <span class="vantage-name">{vantage}</span>
            {last === null ? (
              <span class="quiet">{t.noResultYet}</span>
            ) : (
              <>
                <OutcomeBadge outcome={last.outcome} t={t} />
                <span class="number">
                  {latency(last.outcome === "unknown" ? null : last.latencyMs)}
                </span>
                <span class="quiet vantage-note">
                  <Time ms={last.plannedAtMs} zone={model.frame.timeZone} seconds />
                  {last.reason === "" ? "" : `, ${reasonText(last.reason, lang)}`}
                </span>
                {phases === null ? null : (
                  <span class="vantage-note phases">
                    {phases.map(({ phase, ms }) => (
                      <span>
                        <span class="quiet">{slotsText[lang].phaseNames[phase]}</span> {latency(ms)}
                      </span>
                    ))}
                  </span>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ResultsSection({ model, speech }: Props) {
  const { lang, t } = speech;
  const [newest] = model.results;
  return (
    <section aria-labelledby="results-title">
      <div class="section-head">
        <h2 id="results-title">{t.results}</h2>
        {newest === undefined ? null : (
          <p>
            <a href={evidenceHref(lang, { id: model.id, ...lastHour(newest.plannedAtMs) })}>
              {slotsText[lang].show.all}
            </a>
          </p>
        )}
      </div>
      {model.results.length === 0 ? (
        <p class="card empty">{t.resultsNone}</p>
      ) : (
        <div class="card">
          <table class="list tight newest" role="table" aria-labelledby="results-title">
            <thead role="rowgroup">
              <tr role="row">
                {[t.time, t.vantage, t.outcome, t.latency, t.reason].map((text) => (
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
              {model.results.map((result) => (
                <tr role="row">
                  <td role="cell">
                    <Time ms={result.plannedAtMs} zone={model.frame.timeZone} seconds />
                  </td>
                  <td role="cell">{result.vantage}</td>
                  <td role="cell" class="badges">
                    <OutcomeBadge outcome={result.outcome} t={t} />
                  </td>
                  <td role="cell" class="number">
                    {latency(result.outcome === "unknown" ? null : result.latencyMs)}
                  </td>
                  <td role="cell" class="wrap">
                    {result.reason === "" ? "" : reasonText(result.reason, lang)}
                    <Detail result={result} t={t} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function lastHour(ms: number) {
  return { fromMs: ms - 3_600_000, untilMs: ms + 1 };
}

function Detail(props: { readonly result: TargetModel["results"][number]; readonly t: Messages }) {
  const { detail, requestId } = props.result;
  const parts = [detail ?? "", requestId === null ? "" : `${props.t.requestId} ${requestId}`];
  const text = parts.filter((part) => part !== "").join(", ");
  return text === "" ? null : <span class="quiet"> {text}</span>;
}

export function OutcomeBadge({ outcome, t }: { readonly outcome: Outcome; readonly t: Messages }) {
  const look = OUTCOME_LOOK[outcome];
  return <Badge icon={look.icon} tone={look.tone} text={t.outcomes[outcome]} />;
}

/** The probe in words, with the settings that hold no secret. */
export function ProbeSection({ model, speech }: Props) {
  const { t } = speech;
  const { kind, facts } = model.probe;
  const vantages = model.vantages.map(({ vantage }) => vantage).join(", ");
  return (
    <section class="card pad" aria-labelledby="probe-title">
      <h2 id="probe-title">{t.probe}</h2>
      <p>
        {t.probeKinds[kind] ?? t.probeOther(kind)}{" "}
        {t.probePace(
          durationText(model.intervalMs / 1000, t),
          durationText(model.timeoutMs / 1000, t),
          vantages,
        )}
      </p>
      <dl class="pairs across">
        {facts.map(({ name, value }) => (
          <div>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
