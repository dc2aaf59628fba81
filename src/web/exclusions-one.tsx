import { may } from "../core/access.ts";
import { durationText } from "../core/duration-text.ts";
import { isSamePerson } from "../core/exclusion.ts";
import type { EffectLine, ExclusionModel, FigureLine } from "../core/exclusion-views.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { scopeText, Span, StateBadge } from "./exclusions-parts.tsx";
import { exclusionsText, type ExclusionsText } from "./exclusions-text.ts";
import {
  ListHead,
  NOTHING_TYPED,
  Pairs,
  PostForm,
  Refusal,
  TextArea,
  type Typed,
} from "./form-parts.tsx";
import { figure, instant, monthName, zoneLabel } from "./format.ts";
import { Badge, VERDICT_LOOK } from "./icons.tsx";
import { pageHref, targetHref } from "./links.ts";
import { Evidence } from "./reports-parts.tsx";
import { reportPageHref } from "./reports.tsx";
import { messages } from "./text.ts";

/** A decision that was sent back. */
export type TypedDecision = Typed & { readonly verb: string };
export const NO_DECISION: TypedDecision = { ...NOTHING_TYPED, verb: "" };

type Parts = {
  readonly model: ExclusionModel;
  readonly speech: Speech;
  readonly words: ExclusionsText;
  readonly reader: Reader;
};

/** The page at `/exclusions/7`: what it says, what it does, and what the reader may decide. */
export function renderExclusion(
  model: ExclusionModel,
  lang: Lang,
  { reader, typed }: { readonly reader: Reader; readonly typed: TypedDecision },
): string {
  const { exclusion, timeZone, nowMs } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = exclusionsText[lang];
  const title = words.name(exclusion.id);
  const parts: Parts = { model, speech, words, reader };
  return renderDocument({
    reader,
    path: "/exclusions",
    speech,
    title,
    otherHref: pageHref(`/exclusions/${exclusion.id}`, lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <p class="crumbs">
          <a href={pageHref("/exclusions", lang)}>{words.exclusions}</a>
          <span class="fact">{title}</span>
          <span class="fact">
            <StateBadge state={exclusion.state} words={words} />
          </span>
        </p>
        <div class="page-head">
          <h1>{words.titleOf(words.kinds[exclusion.kind], scopeText(exclusion.scope, speech))}</h1>
        </div>
        <div class="columns">
          <div class="stack">
            <Facts {...parts} />
            <Effect {...parts} />
          </div>
          <div class="stack">
            <Decide {...parts} typed={typed} />
          </div>
        </div>
      </>
    ),
  });
}

function Facts({ model, speech, words }: Parts) {
  const { exclusion, occurrences, timeZone } = model;
  const { recurrence, scope } = exclusion;
  const rows = [
    [
      words.when,
      <Span fromMs={exclusion.fromMs} untilMs={exclusion.untilMs} zone={timeZone} />,
    ] as const,
    ...(recurrence === null
      ? []
      : [
          [words.rule, words.ruleText(recurrence.rrule, recurrence.timeZone)] as const,
          [
            words.occurrences,
            <ul>
              {occurrences.map(({ fromMs, untilMs }) => (
                <li>
                  <Span fromMs={fromMs} untilMs={untilMs} zone={timeZone} />
                </li>
              ))}
            </ul>,
          ] as const,
        ]),
    [words.scope, scopeText(scope, speech, MOST_NAMED)] as const,
    [words.reason, <span class="wrap">{exclusion.reason}</span>] as const,
    [
      words.evidence,
      <span class="wrap">
        <Evidence text={exclusion.evidence} />
      </span>,
    ] as const,
    [
      words.by,
      words.proposed(exclusion.proposedBy, instant(exclusion.proposedAtMs, timeZone)),
    ] as const,
    ...(exclusion.decidedBy === null || exclusion.decidedAtMs === null
      ? []
      : [
          [
            words.decided,
            words.proposed(exclusion.decidedBy, instant(exclusion.decidedAtMs, timeZone)),
          ] as const,
        ]),
    ...(exclusion.note === null
      ? []
      : [[words.note, <span class="wrap">{exclusion.note}</span>] as const]),
  ];
  return (
    <section class="card pad" aria-labelledby="facts-title">
      <h2 id="facts-title">{words.facts}</h2>
      <Pairs rows={rows} />
    </section>
  );
}

const MOST_NAMED = 40;
const MOST_PARTLY = 20;

function Effect(props: Parts) {
  const { model, speech, words } = props;
  const { month, lines, more, partly } = model.effect;
  const head = [words.subject, words.objective, words.without, words.within, words.badTime];
  return (
    <section aria-labelledby="effect-title">
      <div class="section-head">
        <h2 id="effect-title">{words.effect(monthName(month, speech.t))}</h2>
        <span class="quiet">{words.effectNote}</span>
      </div>
      {lines.length === 0 ? (
        <p class="card empty">{words.effectNone}</p>
      ) : (
        <div class="card">
          <table class="list effect" role="table">
            <ListHead texts={head} />
            <tbody role="rowgroup">
              {lines.map((line) => (
                <EffectRow {...{ ...props, line }} />
              ))}
            </tbody>
          </table>
          {more > 0 ? <p class="more quiet">{words.effectMore(more)}</p> : null}
        </div>
      )}
      {partly.length === 0 ? null : (
        <p class="quiet small wrap">
          {words.partly} {partly.slice(0, MOST_PARTLY).join(", ")}
          {partly.length > MOST_PARTLY ? ` ${words.more(partly.length - MOST_PARTLY)}` : ""}
        </p>
      )}
    </section>
  );
}

function EffectRow(props: Parts & { readonly line: EffectLine }) {
  const { line, model, speech, words } = props;
  const { without, within } = line;
  const { t, lang } = speech;
  const [only, ...others] = line.targets;
  const time = ({ badSeconds }: FigureLine) => durationText(badSeconds, t);
  return (
    <tr role="row" class={without.verdict === within.verdict ? undefined : "row-changed"}>
      <td role="cell">
        {only !== undefined && others.length === 0 ? (
          <a class="name" href={targetHref(lang, only, model.effect.month)}>
            {line.id}
          </a>
        ) : (
          <span class="name">{line.id}</span>
        )}
        <span class="members quiet">
          {line.agreement} ·{" "}
          <a href={reportPageHref(lang, model.effect.month, { account: line.account })}>
            {line.account}
          </a>
        </span>
      </td>
      <td role="cell" data-label={words.objective}>{`${line.objectivePercent} %`}</td>
      <td role="cell" data-label={words.without}>
        <FigureCell {...{ line: without, speech }} />
      </td>
      <td role="cell" data-label={words.within}>
        <FigureCell {...{ line: within, speech }} />
      </td>
      <td role="cell" data-label={words.badTime}>
        {time(without) === time(within) ? words.same : `${time(without)} → ${time(within)}`}
      </td>
    </tr>
  );
}

function FigureCell({ line, speech }: { readonly line: FigureLine; readonly speech: Speech }) {
  return (
    <>
      <span class="strong nowrap">{figure(line.availabilityPercent)}</span>{" "}
      <Badge {...VERDICT_LOOK[line.verdict]} text={speech.t.verdicts[line.verdict]} />
    </>
  );
}

/** What the reader may do, and why not what they may not. */
function Decide(props: Parts & { readonly typed: TypedDecision }) {
  const { model, words, speech, reader, typed } = props;
  const { state, proposedBy } = model.exclusion;
  const actor = { ...reader, origin: "" };
  const mayApprove = may(actor, "approve-exclusion");
  const isOwn = isSamePerson(proposedBy, reader.name);
  const isOpen = state === "proposed";
  const mayWithdraw = isOpen
    ? may(actor, "propose-exclusion") && (isOwn || reader.role === "admin")
    : state === "approved" && mayApprove;
  if (!isOpen && !mayWithdraw && typed.problems.length === 0) return null;
  return (
    <section class="card pad" aria-labelledby="decide-title">
      <h2 id="decide-title">{words.decide}</h2>
      <Refusal
        typed={typed}
        lang={speech.lang}
        places={["note"]}
        isGone={!isOpen && !mayWithdraw}
      />
      {isOpen ? <p class="quiet small">{words.fourEyes}</p> : null}
      {isOpen && isOwn ? <p class="strong">{words.yours}</p> : null}
      {isOpen && !mayApprove && !isOwn ? <p>{words.waitsFor}</p> : null}
      {isOpen && mayApprove && !isOwn ? (
        <Decision {...props} verb="approve" title={words.approve} hint={words.approveHint} isOpen />
      ) : null}
      {isOpen && mayApprove ? (
        <Decision {...props} verb="reject" title={words.reject} isDangerous />
      ) : null}
      {mayWithdraw ? (
        <Decision
          {...props}
          verb="withdraw"
          title={words.withdraw}
          hint={isOpen ? undefined : words.withdrawHint}
          isDangerous
        />
      ) : null}
    </section>
  );
}

function Decision(
  props: Parts & {
    readonly typed: TypedDecision;
    readonly verb: "approve" | "reject" | "withdraw";
    readonly title: string;
    readonly hint?: string | undefined;
    readonly isOpen?: boolean;
    readonly isDangerous?: boolean;
  },
) {
  const { model, words, speech, reader, typed, verb, title, hint } = props;
  const { id, state } = model.exclusion;
  const isThis = typed.verb === verb;
  const isNoted = verb === "reject" || (verb === "withdraw" && state === "approved");
  return (
    <details class="act" open={isThis || props.isOpen === true}>
      <summary>{title}</summary>
      <PostForm
        path={`/exclusions/${id}/${verb}`}
        lang={speech.lang}
        reader={reader}
        anchor="decide-title"
      >
        {hint === undefined ? null : <p class="hint">{hint}</p>}
        <TextArea
          id={`note-${verb}`}
          name="note"
          label={isNoted ? words.whyLabel : words.noteLabel}
          typed={isThis ? typed : NOTHING_TYPED}
          lang={speech.lang}
          required={isNoted}
          rows={2}
        />
        <p class="actions">
          <button
            type="submit"
            class={props.isDangerous === true ? "button danger" : "button primary"}
          >
            {title}
          </button>
        </p>
      </PostForm>
    </details>
  );
}
