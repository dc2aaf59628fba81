import { durationText } from "../core/duration-text.ts";
import { voteOf, type DayModel, type DaySlot, type Vote } from "../core/slots-view.ts";
import { reasonText } from "../core/reason-text.ts";
import { Good, type Speech } from "./document.tsx";
import { clockTime } from "./format.ts";
import { Badge, Icon, type IconName, type Tone } from "./icons.tsx";
import { evidenceHref } from "./links.ts";
import { slotsText } from "./slots-text.ts";

type Props = {
  readonly model: DayModel;
  readonly shown: NonNullable<DayModel["shown"]>;
  readonly speech: Speech;
};

const STATE_LOOK: Readonly<
  Record<DaySlot["state"], { readonly icon: IconName; readonly tone: Tone }>
> = {
  good: { icon: "check", tone: "good" },
  partial: { icon: "warn", tone: "minor" },
  bad: { icon: "down", tone: "missed" },
  excluded: { icon: "dash", tone: "quiet" },
  "no-data": { icon: "dash", tone: "quiet" },
  outside: { icon: "dash", tone: "quiet" },
  "to-come": { icon: "dash", tone: "quiet" },
};
const VOTE_LOOK = {
  up: { icon: "check", tone: "good" },
  mixed: { icon: "warn", tone: "minor" },
  down: { icon: "down", tone: "missed" },
} as const satisfies Record<string, { readonly icon: IconName; readonly tone: Tone }>;

/** The stretches of the day that were not simply good, each with the way to its results. */
export function RunTable({ model, shown, speech }: Props) {
  const { lang, t } = speech;
  const words = slotsText[lang];
  const { timeZone } = model.frame;
  return (
    <section>
      <div class="section-head">
        <h2 id="happened-title">{words.happened}</h2>
      </div>
      {shown.runs.length === 0 ? (
        <Good text={words.happenedNone} />
      ) : (
        <div class="card scroll" role="region" aria-labelledby="happened-title" tabIndex={0}>
          <table class="list votes" role="table" aria-labelledby="happened-title">
            <Heads
              first={[words.from, words.until, words.length]}
              {...{ shown, speech }}
              last={words.evidence}
            />
            <tbody role="rowgroup">
              {shown.runs.map((run) => (
                <tr role="row">
                  <td role="cell" class="strong">
                    {clockTime(run.fromMs, timeZone)}
                  </td>
                  <td role="cell" data-label={words.until}>
                    {clockTime(run.untilMs, timeZone)}
                  </td>
                  <td role="cell">{durationText((run.untilMs - run.fromMs) / 1000, t)}</td>
                  <SlotCells slot={run} {...{ shown, speech }} />
                  <td role="cell">
                    <a
                      href={evidenceHref(lang, {
                        id: model.id,
                        fromMs: run.fromMs,
                        untilMs: run.untilMs,
                      })}
                    >
                      {words.results}
                      <span class="hidden"> {clockTime(run.fromMs, timeZone)}</span>
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.more > 0 ? <p class="quiet">{words.moreRuns(shown.more)}</p> : null}
    </section>
  );
}

/** Every slot of the hour that was chosen. */
export function HourTable({ model, shown, speech }: Props) {
  const { lang } = speech;
  const words = slotsText[lang];
  const { timeZone } = model.frame;
  const hour = shown.hours[shown.hour];
  if (hour === undefined) return null;
  const title = words.slotsOf(clockTime(hour.fromMs, timeZone), clockTime(hour.untilMs, timeZone));
  return (
    <section id="slots">
      <div class="section-head">
        <h2 id="slots-title">{title}</h2>
        <p>
          <a
            href={evidenceHref(lang, { id: model.id, fromMs: hour.fromMs, untilMs: hour.untilMs })}
          >
            {words.resultsTitle}
          </a>
        </p>
      </div>
      <div class="card scroll" role="region" aria-labelledby="slots-title" tabIndex={0}>
        <table class="list tight votes" role="table" aria-labelledby="slots-title">
          <Heads first={[words.slot]} {...{ shown, speech }} last={words.evidence} />
          <tbody role="rowgroup">
            {alikeRuns(shown.slots).flatMap((run) =>
              run.map((slot, index) => (
                <SlotRow {...{ model, shown, speech, slot }} alike={index === 0 ? run : null} />
              )),
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Those that follow each other and are the same in everything. */
function alikeRuns(slots: readonly DaySlot[]): DaySlot[][] {
  const runs: DaySlot[][] = [];
  let lastKey = "";
  for (const slot of slots) {
    const { fromMs: _, ...facts } = slot;
    const key = JSON.stringify(facts);
    const run = runs.at(-1);
    if (run !== undefined && key === lastKey) run.push(slot);
    else runs.push([slot]);
    lastKey = key;
  }
  return runs;
}

/** A phone shows a run of slots that are alike as its first one. */
function SlotRow(
  props: Props & {
    readonly slot: DaySlot;
    /** The run that begins with it; null within one. */
    readonly alike: readonly DaySlot[] | null;
  },
) {
  const { model, shown, speech, slot, alike } = props;
  const words = slotsText[speech.lang];
  const { timeZone } = model.frame;
  const { slotMs } = shown.terms;
  const { fromMs } = slot;
  const runUntilMs = (alike?.at(-1)?.fromMs ?? fromMs) + slotMs;
  const isRun = alike !== null && alike.length > 1;
  const link = (untilMs: number, look?: string) => (
    <a class={look} href={evidenceHref(speech.lang, { id: model.id, fromMs, untilMs })}>
      {words.results}
      <span class="hidden"> {clockTime(fromMs, timeZone)}</span>
    </a>
  );
  return (
    <tr role="row" class={alike === null ? "alike" : undefined}>
      <td role="cell" class="strong">
        {clockTime(fromMs, timeZone)}
        {isRun ? <span class="narrow-only">{` – ${clockTime(runUntilMs, timeZone)}`}</span> : null}
      </td>
      <SlotCells slot={slot} {...{ shown, speech }} />
      <td role="cell">
        {slot.state === "to-come" ? null : (
          <>
            {link(fromMs + slotMs, isRun ? "wide-only" : undefined)}
            {isRun ? link(runUntilMs, "narrow-only") : null}
          </>
        )}
      </td>
    </tr>
  );
}

function Heads(props: {
  readonly first: readonly string[];
  readonly last: string;
  readonly shown: Props["shown"];
  readonly speech: Speech;
}) {
  const words = slotsText[props.speech.lang];
  const texts = [...props.first, ...props.shown.vantages, words.state, words.bad, props.last];
  return (
    <thead role="rowgroup">
      <tr role="row">
        {texts.map((text) => (
          <th scope="col" role="columnheader" class={text === words.bad ? "number" : undefined}>
            {text}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function SlotCells(props: {
  readonly slot: Omit<DaySlot, "fromMs">;
  readonly shown: Props["shown"];
  readonly speech: Speech;
}) {
  const { slot, shown, speech } = props;
  const words = slotsText[speech.lang];
  const { icon, tone } = STATE_LOOK[slot.state];
  const isCounted = slot.state === "good" || slot.state === "partial" || slot.state === "bad";
  return (
    <>
      {slot.votes.map((vote, index) => (
        <td role="cell" data-label={shown.vantages[index]}>
          <VoteCell vote={vote} speech={speech} />
        </td>
      ))}
      <td role="cell" class="badges">
        <Badge icon={icon} tone={tone} text={words.states[slot.state]} />
      </td>
      <td role="cell" class="number" data-label={isCounted ? words.bad : undefined}>
        {isCounted ? badText(slot) : ""}
      </td>
    </>
  );
}

/** As exact as it is counted. */
function badText({ num, den }: Pick<DaySlot, "num" | "den">): string {
  return num === 0 || num === den ? String(num / den) : `${num}/${den}`;
}

function VoteCell({ vote, speech }: { readonly vote: Vote | null; readonly speech: Speech }) {
  const { lang } = speech;
  const words = slotsText[lang];
  const kind = voteOf(vote);
  const reason = vote === null || vote.reason === "" ? "" : reasonText(vote.reason, lang);
  if (vote === null || kind === null) {
    return (
      <span class="quiet">
        {words.noVote}
        {reason === "" ? "" : `, ${reason}`}
      </span>
    );
  }
  const { icon, tone } = VOTE_LOOK[kind];
  return (
    <span class="vote">
      <span class={`t-${tone}`}>
        <Icon name={icon} />
      </span>{" "}
      {words.okOf(vote.valid - vote.failed, vote.valid)}
      {reason === "" ? null : <span class="quiet">, {reason}</span>}
    </span>
  );
}
