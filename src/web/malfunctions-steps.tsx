import type { ComponentChildren } from "preact";
import { may } from "../core/access.ts";
import { LEVELS, type Malfunction } from "../core/malfunction.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import type { Lang, Reader } from "../core/views.ts";
import {
  NOTHING_TYPED,
  PostForm,
  Refusal,
  SelectField,
  TextArea,
  TextField,
  type Typed,
} from "./form-parts.tsx";
import { malfunctionFormText, type MalfunctionFormText } from "./malfunctions-form-text.ts";

/** A step that was sent back. */
export type TypedStep = Typed & { readonly verb: string };
export const NO_STEP: TypedStep = { ...NOTHING_TYPED, verb: "" };

type Props = {
  readonly malfunction: Malfunction;
  readonly lang: Lang;
  readonly reader: Reader;
  readonly typed: TypedStep;
};

/** What the reader may do about a malfunction as it stands; nothing for who may only read. */
export function MalfunctionSteps(props: Props) {
  const { malfunction, lang, reader, typed } = props;
  const words = malfunctionFormText[lang];
  if (!may({ ...reader, origin: "" }, "handle-malfunction")) return null;
  const { state, origin, acknowledgedAtMs } = malfunction;
  const isClosed = state === "closed";
  const parts = { ...props, words };
  const mayRestore = state === "open" && origin !== "outage";
  const worked = ["assign", "level", "review", ...(mayRestore ? ["restore"] : [])];
  const folded = ["note", ...(isClosed ? ["reopen"] : worked)];
  return (
    <section class="card pad acts" aria-labelledby={ANCHOR}>
      <h2 id={ANCHOR}>{words.act}</h2>
      {folded.includes(typed.verb) ? null : (
        <Refusal typed={typed} lang={lang} places={[]} isGone />
      )}
      {isClosed || acknowledgedAtMs !== null ? null : <Acknowledge {...parts} />}
      {isClosed ? null : <Assign {...parts} />}
      <Note {...parts} />
      {isClosed ? null : <SetLevel {...parts} />}
      {mayRestore ? <Restore {...parts} /> : null}
      {isClosed ? null : <Review {...parts} />}
      {state === "restored" ? <Close {...parts} /> : null}
      {isClosed ? <Reopen {...parts} /> : null}
    </section>
  );
}

const ANCHOR = "act-title";

type Parts = Props & { readonly words: MalfunctionFormText };

const ownOf = ({ typed }: Props, verb: string): Typed =>
  typed.verb === verb ? typed : NOTHING_TYPED;

/** A step with fields, folded away until it is wanted. */
function Step(
  props: Parts & {
    readonly verb: string;
    readonly title: string;
    readonly button?: string;
    readonly places: readonly string[];
    readonly children: ComponentChildren;
  },
) {
  const { malfunction, lang, reader, typed, verb, title, places, children } = props;
  const isThis = typed.verb === verb;
  return (
    <details class="act" open={isThis}>
      <summary>{title}</summary>
      {isThis ? <Refusal typed={typed} lang={lang} places={places} /> : null}
      <PostForm
        path={`/malfunctions/${malfunction.id}/${verb}`}
        lang={lang}
        reader={reader}
        anchor={ANCHOR}
      >
        {children}
        <p class="actions">
          <button type="submit" class="button primary">
            {props.button ?? title}
          </button>
        </p>
      </PostForm>
    </details>
  );
}

function Acknowledge({ malfunction, lang, reader, words }: Parts) {
  const path = `/malfunctions/${malfunction.id}/acknowledge`;
  return (
    <PostForm path={path} lang={lang} reader={reader} class="form act" anchor={ANCHOR}>
      <p class="hint">{words.acknowledgeHint}</p>
      <p class="actions">
        <button type="submit" class="button primary">
          {words.acknowledge}
        </button>
      </p>
    </PostForm>
  );
}

function Assign(props: Parts) {
  const { malfunction, lang, words } = props;
  return (
    <Step {...props} verb="assign" title={words.assign} places={["owner"]}>
      <TextField
        name="owner"
        label={words.ownerLabel}
        hint={words.ownerHint}
        value={malfunction.owner ?? ""}
        typed={ownOf(props, "assign")}
        lang={lang}
        required
      />
    </Step>
  );
}

function Note(props: Parts) {
  const { lang, words } = props;
  return (
    <Step {...props} verb="note" title={words.note} places={["text"]}>
      <TextArea
        name="text"
        label={words.noteLabel}
        hint={words.markdown}
        typed={ownOf(props, "note")}
        lang={lang}
        required
      />
    </Step>
  );
}

function SetLevel(props: Parts) {
  const { malfunction, lang, words } = props;
  return (
    <Step {...props} verb="level" title={words.level} places={["level"]}>
      <SelectField
        name="level"
        label={words.levelLabel}
        hint={words.levelHint}
        value={malfunction.level}
        typed={ownOf(props, "level")}
        lang={lang}
        required
        choices={LEVELS.map((value) => ({ value, text: words.levels[value] }))}
      />
    </Step>
  );
}

function Restore(props: Parts) {
  const { lang, words } = props;
  return (
    <Step {...props} verb="restore" title={words.restore} places={["at"]}>
      <TextField
        name="at"
        type="datetime-local"
        label={words.restoreAt}
        hint={words.restoreHint}
        typed={ownOf(props, "restore")}
        lang={lang}
      />
    </Step>
  );
}

const REVIEW = ["cause", "impact", "resolution", "followUps"] as const;

function Review(props: Parts) {
  const { malfunction, lang, words } = props;
  const names = malfunctionWords[lang];
  return (
    <Step {...props} verb="review" title={words.review} button={words.save} places={REVIEW}>
      <p class="hint">{words.reviewHint}</p>
      {REVIEW.map((part) => (
        <TextArea
          id={`review-${part}`}
          name={part}
          label={names[part]}
          value={malfunction[part] ?? ""}
          typed={ownOf(props, "review")}
          lang={lang}
          rows={5}
          isNeeded={part !== "followUps"}
        />
      ))}
    </Step>
  );
}

function Close({ malfunction, lang, reader, words }: Parts) {
  return (
    <PostForm
      path={`/malfunctions/${malfunction.id}/close`}
      lang={lang}
      reader={reader}
      class="form act"
      anchor={ANCHOR}
    >
      <p class="hint">{words.closeHint}</p>
      <p class="actions">
        <button type="submit" class="button primary">
          {words.close}
        </button>
      </p>
    </PostForm>
  );
}

function Reopen(props: Parts) {
  const { lang, words } = props;
  return (
    <Step {...props} verb="reopen" title={words.reopen} places={["note"]}>
      <TextArea
        id="reopen-note"
        name="note"
        label={words.why}
        hint={words.markdown}
        typed={ownOf(props, "reopen")}
        lang={lang}
        required
      />
    </Step>
  );
}
