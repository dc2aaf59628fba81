import type { ComponentChildren } from "preact";
import { EXCLUSION_KINDS } from "../core/exclusion.ts";
import type { PlaceChoices } from "../core/exclusion-views.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { exclusionsText, type ExclusionsText } from "./exclusions-text.ts";
import {
  PostForm,
  Refusal,
  SelectField,
  TextArea,
  TextField,
  type Choice,
  type Typed,
  Wrongs,
} from "./form-parts.tsx";
import { zoneLabel } from "./format.ts";
import { pageHref } from "./links.ts";
import { namedChoices } from "./place-choices.ts";
import { messages } from "./text.ts";

/** The ways in which a scope is chosen. */
export const SCOPE_FORMS = ["targets", "places", "account", "all"] as const;
export type ScopeForm = (typeof SCOPE_FORMS)[number];
export const REPEATS = ["no", "daily", "weekly", "monthly", "rule"] as const;

export type ProposalModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly choices: PlaceChoices;
  /** Ids to choose from while they are typed; empty when there are too many. */
  readonly targets: readonly string[];
  readonly typed: Typed & {
    readonly scope: ScopeForm;
    readonly products: readonly string[];
    readonly regions: readonly string[];
  };
};

type Parts = {
  readonly model: ProposalModel;
  readonly speech: Speech;
  readonly words: ExclusionsText;
};

/** Of the fields below; what is wrong elsewhere is said above the form. */
const PLACES = [
  "kind",
  "scope.targets",
  "scope.products",
  "scope.regions",
  "scope",
  "scope.account",
  "from",
  "until",
  "recurrence",
  "recurrence.rrule",
  "recurrence.timeZone",
  "reason",
  "evidence",
];

/** The page at `/exclusions/new`. */
export function renderProposal(model: ProposalModel, lang: Lang, reader: Reader): string {
  const { nowMs, timeZone, typed } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = exclusionsText[lang];
  const parts: Parts = { model, speech, words };
  const zone = zoneLabel(timeZone, nowMs);
  return renderDocument({
    reader,
    path: "/exclusions",
    speech,
    title: words.newTitle,
    otherHref: pageHref("/exclusions/new", lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: null,
    children: (
      <>
        <p class="crumbs">
          <a href={pageHref("/exclusions", lang)}>{words.exclusions}</a>
          <span class="fact">{words.newTitle}</span>
        </p>
        <div class="narrow">
          <h1>{words.newTitle}</h1>
          <p class="quiet after">{words.newLead(zone)}</p>
          <Refusal typed={typed} lang={lang} places={PLACES} />
          <PostForm path="/exclusions" lang={lang} reader={reader} class="form card pad">
            <Fields {...parts} />
            <p class="actions">
              <button type="submit" class="button primary">
                {words.send}
              </button>
              <span class="quiet small">{words.fourEyes}</span>
            </p>
          </PostForm>
        </div>
      </>
    ),
  });
}

function Fields(parts: Parts) {
  const { model, speech, words } = parts;
  const common = { typed: model.typed, lang: speech.lang };
  const kinds = Object.keys(EXCLUSION_KINDS).map((value) => ({
    value,
    text: kindText(value, words),
  }));
  return (
    <>
      <SelectField
        {...common}
        name="kind"
        label={words.kind}
        required
        choices={[{ value: "", text: words.choose }, ...kinds]}
      />
      <Scope {...parts} />
      <div class="pair-of-fields">
        <TextField {...common} name="from" type="datetime-local" label={words.from} required />
        <TextField {...common} name="until" type="datetime-local" label={words.until} required />
      </div>
      <Repeat {...parts} />
      <TextArea {...common} name="reason" label={words.reason} hint={words.reasonHint} required />
      <TextField
        {...common}
        name="evidence"
        label={words.evidence}
        hint={words.evidenceHint}
        required
      />
    </>
  );
}

const PLACE_FIELDS = new Set(["scope", "scope.products", "scope.regions"]);

function kindText(kind: string, words: ExclusionsText): string {
  const names: Readonly<Record<string, string>> = words.kinds;
  const hints: Readonly<Record<string, string>> = words.kindHints;
  return `${names[kind] ?? kind} – ${hints[kind] ?? ""}`;
}

function Scope({ model, speech, words }: Parts) {
  const { typed, targets } = model;
  const { lang, t } = speech;
  const { accounts, products, regions } = namedChoices(model.choices, lang);
  const common = { typed, lang };
  const problems = typed.problems.filter(({ place }) => place.startsWith("scope"));
  return (
    <fieldset class="choice-set">
      <legend>{words.scope}</legend>
      <Way way="targets" label={words.scopeTargets} chosen={typed.scope}>
        <TextArea
          {...common}
          name="targets"
          label={words.targetIds}
          hint={
            targets.length === 0
              ? words.scopeTargetsHint
              : `${words.scopeTargetsHint} ${targets.join(" ")}`
          }
          isNeeded
          rows={2}
          places={["scope.targets"]}
        />
      </Way>
      <Way way="places" label={words.scopePlaces} chosen={typed.scope}>
        <div class="inner">
          <p class="hint">{words.scopePlacesHint}</p>
          <Ticks name="products" label={t.product} ticked={typed.products} choices={products} />
          <Ticks name="regions" label={t.region} ticked={typed.regions} choices={regions} />
          <Wrongs problems={problems.filter(({ place }) => PLACE_FIELDS.has(place))} lang={lang} />
        </div>
      </Way>
      <Way way="account" label={words.scopeOneAccount} chosen={typed.scope}>
        <SelectField
          {...common}
          name="account"
          label={t.account}
          isNeeded
          places={["scope.account"]}
          choices={[{ value: "", text: words.choose }, ...accounts]}
        />
      </Way>
      <Way way="all" label={words.scopeEverything} chosen={typed.scope} />
    </fieldset>
  );
}

function Way(props: {
  readonly way: ScopeForm;
  readonly label: string;
  readonly chosen: ScopeForm;
  readonly children?: ComponentChildren;
}) {
  const { way, label, chosen, children } = props;
  return (
    <div class="choice">
      <input type="radio" name="scope" id={`scope-${way}`} value={way} checked={way === chosen} />
      <label for={`scope-${way}`}>{label}</label>
      {children}
    </div>
  );
}

function Ticks(props: {
  readonly name: string;
  readonly label: string;
  readonly ticked: readonly string[];
  readonly choices: readonly Choice[];
}) {
  const { name, label, ticked, choices } = props;
  return (
    <div class="ticks" role="group" aria-label={label}>
      {choices.map(({ value, text }) => (
        <label>
          <input type="checkbox" name={name} value={value} checked={ticked.includes(value)} />
          {text}
        </label>
      ))}
    </div>
  );
}

function Repeat({ model, speech, words }: Parts) {
  const common = { typed: model.typed, lang: speech.lang };
  const texts = {
    no: words.repeatNo,
    daily: words.repeatDaily,
    weekly: words.repeatWeekly,
    monthly: words.repeatMonthly,
    rule: words.repeatRule,
  };
  return (
    <>
      <div class="pair-of-fields">
        <SelectField
          {...common}
          name="repeat"
          label={words.repeat}
          places={["recurrence", "recurrence.rrule", "recurrence.timeZone"]}
          choices={REPEATS.map((value) => ({ value, text: texts[value] }))}
        />
        <TextField
          {...common}
          name="lastDay"
          type="date"
          label={words.lastDay}
          hint={words.lastDayHint}
        />
      </div>
      <TextField {...common} name="rrule" label={words.ruleLabel} hint={words.ruleHint} />
    </>
  );
}
