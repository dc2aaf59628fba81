import type { ComponentChildren } from "preact";
import { incidentTitle } from "../core/incident.ts";
import { placeName } from "../core/place-name.ts";
import { reasonText } from "../core/reason-text.ts";
import type { Down, OverviewModel, SubjectRow, Troubles } from "../core/views.ts";
import { Good, Time, type Speech } from "./document.tsx";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { malfunctionHref, pageHref, targetHref } from "./links.ts";
import { overviewText } from "./overview-text.ts";

/** More targets down than this are a malfunction that says so better. */
const MOST_DOWN = 8;

type Props = { readonly model: OverviewModel; readonly speech: Speech };

/** What is wrong at present: what people do about it, what does not answer, what the monitor lacks. */
export function WrongNow({ model, speech }: Props) {
  const { troubles, frame } = model;
  const words = overviewText[speech.lang];
  if (troubles === null) return null;
  const downs = downTargets(model);
  const isQuiet =
    downs.length + troubles.malfunctions.length + troubles.blind.length === 0 &&
    troubles.deadChannels.length === 0;
  return (
    <section aria-labelledby="now-title">
      <h2 id="now-title" class="hidden">
        {words.wrongNow}
      </h2>
      {isQuiet ? (
        <Good text={words.nothingWrong} />
      ) : (
        <ul class="card troubles">
          <Malfunctions {...{ troubles, speech }} zone={frame.timeZone} />
          {downs.slice(0, MOST_DOWN).map(({ row, down }) => (
            <Wrong icon="down" tone="missed" badge={words.targetDown}>
              <a class="strong" href={targetHref(speech.lang, down.target, frame.month)}>
                {down.target}
              </a>{" "}
              <span class="quiet">{placeName(row, speech.lang)}</span>{" "}
              <Since ms={down.sinceMs} zone={frame.timeZone} speech={speech} />{" "}
              <span class="quiet">{reasonText(down.reason, speech.lang)}</span>
            </Wrong>
          ))}
          {downs.length > MOST_DOWN ? (
            <li class="quiet">{words.moreDown(downs.length - MOST_DOWN)}</li>
          ) : null}
          <OwnTroubles {...{ troubles, speech }} zone={frame.timeZone} />
        </ul>
      )}
    </section>
  );
}

function downTargets(model: OverviewModel): { readonly row: SubjectRow; readonly down: Down }[] {
  const seen = new Map<string, { readonly row: SubjectRow; readonly down: Down }>();
  for (const row of model.attention) {
    if (row.down !== null) seen.set(row.down.target, { row, down: row.down });
  }
  return [...seen.values()].toSorted((a, b) => a.down.sinceMs - b.down.sinceMs);
}

type PartProps = { readonly troubles: Troubles; readonly speech: Speech; readonly zone: string };

function Malfunctions({ troubles, speech, zone }: PartProps) {
  const { lang } = speech;
  const words = overviewText[lang];
  return (
    <>
      {troubles.malfunctions.map((seen) => {
        const { id, level, beganAtMs, acknowledgedAtMs, owner } = seen.malfunction;
        const isUrgent = level === "P1" || level === "P2";
        return (
          <Wrong
            icon={isUrgent ? "missed" : "warn"}
            tone={isUrgent ? "missed" : "minor"}
            badge={`${words.malfunction} ${level}`}
          >
            <a class="strong" href={malfunctionHref(lang, id)}>
              {incidentTitle(seen, lang)}
            </a>{" "}
            <Since ms={beganAtMs} zone={zone} speech={speech} />{" "}
            <span class="quiet">
              {owner === null ? null : words.handledBy(owner)}
              {owner === null && acknowledgedAtMs === null ? words.notAcknowledged : null}
            </span>
          </Wrong>
        );
      })}
    </>
  );
}

function OwnTroubles({ troubles, speech, zone }: PartProps) {
  const { lang } = speech;
  const words = overviewText[lang];
  return (
    <>
      {troubles.blind.map(({ vantage, sinceMs }) => (
        <Wrong icon="dash" tone="minor" badge={words.vantageBlind}>
          <a class="strong" href={pageHref("/monitor", lang)}>
            {vantage}
          </a>{" "}
          <Since ms={sinceMs} zone={zone} speech={speech} />{" "}
          <span class="quiet">{words.blindNote}</span>
        </Wrong>
      ))}
      {troubles.deadChannels.map((channel) => (
        <Wrong icon="warn" tone="minor" badge={words.channelDead}>
          <a class="strong" href={`${pageHref("/monitor", lang)}#channels`}>
            {channel}
          </a>{" "}
          <span class="quiet">{words.channelNote}</span>
        </Wrong>
      ))}
    </>
  );
}

function Wrong(props: {
  readonly icon: IconName;
  readonly tone: Tone;
  readonly badge: string;
  readonly children: ComponentChildren;
}) {
  return (
    <li>
      <Badge icon={props.icon} tone={props.tone} text={props.badge} />
      <span>{props.children}</span>
    </li>
  );
}

function Since(props: { readonly ms: number; readonly zone: string; readonly speech: Speech }) {
  return (
    <span>
      {overviewText[props.speech.lang].since} <Time ms={props.ms} zone={props.zone} />
    </span>
  );
}
