import type { PlaceChoices } from "../core/exclusion-views.ts";
import { LEVELS } from "../core/malfunction.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, type Speech } from "./document.tsx";
import {
  PostForm,
  Refusal,
  SelectField,
  TextField,
  type Choice,
  type Typed,
} from "./form-parts.tsx";
import { zoneLabel } from "./format.ts";
import { malfunctionsHref, pageHref } from "./links.ts";
import { malfunctionFormText } from "./malfunctions-form-text.ts";
import { namedChoices } from "./place-choices.ts";
import { messages } from "./text.ts";

export type OpeningModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly choices: PlaceChoices;
  readonly typed: Typed;
};

const PLACES = ["title", "level", "reference", "account", "product", "region", "beganAt"];

/** The page at `/malfunctions/new`. */
export function renderOpening(model: OpeningModel, lang: Lang, reader: Reader): string {
  const { nowMs, timeZone, typed } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = malfunctionFormText[lang];
  return renderDocument({
    reader,
    path: "/malfunctions",
    speech,
    title: words.open,
    otherHref: pageHref("/malfunctions/new", lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: null,
    children: (
      <>
        <p class="crumbs">
          <a href={malfunctionsHref(lang)}>{malfunctionWords[lang].all}</a>
          <span class="fact">{words.open}</span>
        </p>
        <div class="narrow">
          <h1>{words.open}</h1>
          <p class="quiet after">{words.openLead(zoneLabel(timeZone, nowMs))}</p>
          <Refusal typed={typed} lang={lang} places={PLACES} />
          <PostForm path="/malfunctions" lang={lang} reader={reader} class="form card pad">
            <Fields model={model} speech={speech} />
            <p class="actions">
              <button type="submit" class="button primary">
                {words.send}
              </button>
            </p>
          </PostForm>
        </div>
      </>
    ),
  });
}

function Fields({ model, speech }: { readonly model: OpeningModel; readonly speech: Speech }) {
  const { lang } = speech;
  const words = malfunctionFormText[lang];
  const common = { typed: model.typed, lang };
  const { accounts, products, regions } = namedChoices(model.choices, lang);
  const none: Choice = { value: "", text: words.none };
  return (
    <>
      <TextField
        {...common}
        name="title"
        label={words.titleLabel}
        hint={words.titleHint}
        required
      />
      <div class="pair-of-fields">
        <SelectField
          {...common}
          name="level"
          label={words.levelLabel}
          value="P3"
          required
          choices={LEVELS.map((value) => ({ value, text: words.levels[value] }))}
        />
        <TextField
          {...common}
          name="beganAt"
          type="datetime-local"
          label={words.beganAt}
          hint={words.beganHint}
        />
      </div>
      <SelectField {...common} name="account" label={words.account} choices={[none, ...accounts]} />
      <div class="pair-of-fields">
        <SelectField
          {...common}
          name="product"
          label={words.product}
          choices={[none, ...products]}
        />
        <SelectField {...common} name="region" label={words.region} choices={[none, ...regions]} />
      </div>
      <TextField {...common} name="reference" label={words.reference} hint={words.referenceHint} />
    </>
  );
}
