import type { ComponentChildren } from "preact";
import { durationText } from "../core/duration-text.ts";
import { coverageShare, type MonitorModel, type MonitorVantage } from "../core/monitor-view.ts";
import { OUTCOMES } from "../core/outcome.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { count, figure, instant, zoneLabel } from "./format.ts";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { pageHref } from "./links.ts";
import { LiveMark, LivePart } from "./live-part.tsx";
import { monitorText } from "./monitor-text.ts";
import { liveScript } from "./scripts.ts";
import { messages } from "./text.ts";

type Props = { readonly model: MonitorModel; readonly speech: Speech };

/** Behind the present by more than this the settler is late (docs/operating.md). */
const LATE_SECONDS = 300;
const LOW_PERCENT = 95;

/** The page about the monitor's own health. */
export function renderMonitor(
  model: MonitorModel,
  lang: Lang,
  reader: Reader | null = null,
): string {
  const speech: Speech = { lang, t: messages[lang] };
  const words = monitorText[lang];
  return renderDocument({
    reader,
    path: "/monitor",
    speech,
    title: words.title,
    otherHref: pageHref("/monitor", lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(model.timeZone, model.nowMs)),
    scripts: [liveScript.path],
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{words.title}</h1>
            <p class="state-line">
              <span>{words.lead}</span> <LiveMark lang={lang} />
            </p>
          </div>
        </div>
        <LivePart name="monitor">
          <Facts model={model} speech={speech} />
          <Vantages model={model} speech={speech} />
          <div class="columns even">
            <Queues model={model} speech={speech} />
            <Channels model={model} speech={speech} />
          </div>
        </LivePart>
      </>
    ),
  });
}

function Facts({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = monitorText[lang];
  const { settledUntilMs, nowMs, timeZone, queues, database } = model;
  const behind = settledUntilMs === null ? null : Math.max(0, (nowMs - settledUntilMs) / 1000);
  const share = coverageShare({
    results: sumResults(model.vantages),
    expected: model.vantages.reduce((sum, { expected }) => sum + expected, 0),
  });
  const waiting = (queues ?? []).reduce((sum, queue) => sum + queue.waiting, 0);
  const failed = (queues ?? []).reduce((sum, queue) => sum + queue.failed, 0);
  return (
    <dl class="figures monitor-facts">
      <Fact name={words.settled} isLate={behind === null || behind > LATE_SECONDS}>
        <dd class="mid">{settledUntilMs === null ? "–" : instant(settledUntilMs, timeZone)}</dd>
        <dd class="note">
          {behind === null ? words.neverSettled : words.settledNote(durationText(behind, t))}
          {`${words.comma}${words.waitingMinutes(model.unsettledMinutes)}`}
        </dd>
      </Fact>
      <Fact
        name={words.coverage}
        isLate={!model.sandbox && share !== null && share * 100 < LOW_PERCENT}
      >
        <dd class="mid">{shareText(share)}</dd>
        <dd class="note">{model.sandbox ? words.sandboxNote : words.coverageNote}</dd>
      </Fact>
      <Fact name={words.jobsWaiting} isLate={queues === null}>
        <dd class="mid">{queues === null ? "–" : count(String(waiting))}</dd>
        <dd class="note">{queues === null ? words.queuesAway : words.jobsNote(failed)}</dd>
      </Fact>
      <Fact name={words.database}>
        <dd class="mid">{words.size(database.bytes)}</dd>
        <dd class="note">{words.databaseNote(database.version)}</dd>
      </Fact>
      <Fact name={words.version}>
        <dd class="mid">{model.version}</dd>
        <dd class="note">{words.versionNote}</dd>
      </Fact>
    </dl>
  );
}

/** Cut to one decimal: 99.9 % is not all. */
function shareText(share: number | null): string {
  return figure(share === null ? null : (Math.floor(share * 1000) / 10).toFixed(1));
}

function Fact(props: {
  readonly name: string;
  readonly isLate?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={props.isLate === true ? "figure-box t-edge-missed" : "figure-box"}>
      <dt>{props.name}</dt>
      {props.children}
    </div>
  );
}

function sumResults(vantages: readonly MonitorVantage[]): MonitorVantage["results"] {
  const sum = { ok: 0, failed: 0, invalid: 0, unknown: 0 };
  for (const { results } of vantages) {
    for (const outcome of OUTCOMES) sum[outcome] += results[outcome];
  }
  return sum;
}

function Vantages({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = monitorText[lang];
  const { timeZone, vantages } = model;
  const outcomes = OUTCOMES.map((outcome) => t.outcomes[outcome]);
  const heads = [words.vantage, words.state, words.lastRound, words.targets, ...outcomes];
  return (
    <section id="vantages" aria-labelledby="vantages-title">
      <div class="section-head">
        <h2 id="vantages-title">{words.vantages}</h2>
        <p class="quiet">{words.vantagesNote(instant(model.dayFromMs, timeZone))}</p>
      </div>
      <div class="card">
        <table class="list" role="table">
          <Heads texts={[...heads, words.coverageToday]} numbers={3} />
          <tbody role="rowgroup">
            {vantages.map((one) => (
              <VantageRow {...{ one, timeZone, speech }} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function VantageRow(props: {
  readonly one: MonitorVantage;
  readonly timeZone: string;
  readonly speech: Speech;
}) {
  const { one, timeZone, speech } = props;
  const { lang, t } = speech;
  const words = monitorText[lang];
  const share = coverageShare(one);
  return (
    <tr role="row">
      <td role="cell" class="name">
        {one.vantage}
      </td>
      <td role="cell">
        <VantageState one={one} speech={speech} />
        {one.blindSinceMs === null ? null : (
          <>
            {" "}
            {words.blindSince} <Time ms={one.blindSinceMs} zone={timeZone} />
          </>
        )}
      </td>
      <td role="cell" data-label={words.lastRound}>
        {one.lastRoundMs === null ? (
          <span class="quiet">{words.never}</span>
        ) : (
          <Time ms={one.lastRoundMs} zone={timeZone} seconds />
        )}
      </td>
      <td role="cell" class="number" data-label={words.targets}>
        {one.targets}
      </td>
      {OUTCOMES.map((outcome) => (
        <td role="cell" class="number" data-label={t.outcomes[outcome]}>
          {count(String(one.results[outcome]))}
        </td>
      ))}
      <td role="cell" class="number strong" data-label={words.coverageToday}>
        {shareText(share)}
      </td>
    </tr>
  );
}

function VantageState({ one, speech }: { readonly one: MonitorVantage; readonly speech: Speech }) {
  const words = monitorText[speech.lang];
  if (one.blindSinceMs !== null) return <Badge icon="down" tone="missed" text={words.blind} />;
  if (one.targets === 0) return <Badge icon="dash" tone="quiet" text={words.silent} />;
  if (one.lastRoundMs === null) return <Badge icon="dash" tone="quiet" text={words.never} />;
  return <Badge icon="check" tone="good" text={words.sees} />;
}

function Queues({ model, speech }: Props) {
  const { lang } = speech;
  const words = monitorText[lang];
  const { queues } = model;
  const heads = [words.queue, words.waiting, words.active, words.delayed, words.failed];
  return (
    <section aria-labelledby="queues-title">
      <div class="section-head">
        <h2 id="queues-title">{words.queues}</h2>
        {model.hasQueuePage ? (
          <p>
            <a href="/monitor/queues">{words.queuePage}</a>
          </p>
        ) : null}
      </div>
      {queues === null ? (
        <p class="card empty">{words.noQueues}</p>
      ) : (
        <div class="card">
          <table class="list tight" role="table">
            <Heads texts={heads} numbers={1} />
            <tbody role="rowgroup">
              {queues.map(({ queue, waiting, active, delayed, failed }) => (
                <tr role="row">
                  <td role="cell" class="name">
                    {queue}
                  </td>
                  {[waiting, active, delayed].map((jobs, index) => (
                    <td role="cell" class="number" data-label={heads[index + 1]}>
                      {count(String(jobs))}
                    </td>
                  ))}
                  <td
                    role="cell"
                    class={failed > 0 ? "number strong t-missed" : "number"}
                    data-label={words.failed}
                  >
                    {count(String(failed))}
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

const CHANNEL_LOOK: Readonly<
  Record<
    MonitorModel["channels"][number]["state"],
    { readonly icon: IconName; readonly tone: Tone }
  >
> = {
  alive: { icon: "check", tone: "good" },
  dead: { icon: "down", tone: "missed" },
  unknown: { icon: "dash", tone: "quiet" },
};

function Channels({ model, speech }: Props) {
  const { lang } = speech;
  const words = monitorText[lang];
  const heads = [words.channel, words.kind, words.state, words.lastSent, words.waiting];
  return (
    <section id="channels" aria-labelledby="channels-title">
      <div class="section-head">
        <h2 id="channels-title">{words.channels}</h2>
      </div>
      {model.channels.length === 0 ? (
        <p class="card empty">{words.noChannels}</p>
      ) : (
        <div class="card">
          <table class="list tight" role="table">
            <Heads texts={heads} numbers={4} />
            <tbody role="rowgroup">
              {model.channels.map(({ id, kind, state, lastSentAtMs, waiting }) => (
                <tr role="row">
                  <td role="cell" class="name">
                    {id}
                  </td>
                  <td role="cell">{kind}</td>
                  <td role="cell" class="badges">
                    <Badge {...CHANNEL_LOOK[state]} text={words.channelStates[state]} />
                  </td>
                  <td role="cell" data-label={words.lastSent}>
                    {lastSentAtMs === null ? "–" : <Time ms={lastSentAtMs} zone={model.timeZone} />}
                  </td>
                  <td role="cell" class="number" data-label={words.waiting}>
                    {waiting}
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

/** `numbers`: the column from which on all hold numbers. */
function Heads({
  texts,
  numbers,
}: {
  readonly texts: readonly string[];
  readonly numbers: number;
}) {
  return (
    <thead role="rowgroup">
      <tr role="row">
        {texts.map((text, index) => (
          <th scope="col" role="columnheader" class={index >= numbers ? "number" : undefined}>
            {text}
          </th>
        ))}
      </tr>
    </thead>
  );
}
