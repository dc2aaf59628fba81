import { may } from "../core/access.ts";
import type { PlaceChoices } from "../core/exclusion-views.ts";
import { MALFUNCTION_STATES } from "../core/malfunction.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import type { Lang, Reader } from "../core/views.ts";
import { FilterForm } from "./form-parts.tsx";
import { formText } from "./form-text.ts";
import { monthName } from "./format.ts";
import { pageHref } from "./links.ts";
import { malfunctionFormText } from "./malfunctions-form-text.ts";
import { placeFilters } from "./place-choices.ts";
import { messages } from "./text.ts";

/** What the list is narrowed down by, and what can be chosen. */
export type MalfunctionList = {
  readonly filter: {
    readonly state: string | null;
    readonly month: string | null;
    readonly account: string | null;
    readonly product: string | null;
    readonly region: string | null;
  };
  readonly choices: PlaceChoices & { readonly months: readonly string[] };
};

export function MalfunctionFilters(props: { readonly list: MalfunctionList; readonly lang: Lang }) {
  const { list, lang } = props;
  const { filter, choices } = list;
  const t = formText[lang];
  const { states } = malfunctionWords[lang];
  const page = messages[lang];
  const filters = [
    {
      name: "state",
      label: t.state,
      value: filter.state,
      choices: MALFUNCTION_STATES.map((value) => ({ value, text: states[value] })),
    },
    {
      name: "month",
      label: t.month,
      value: filter.month,
      choices: choices.months.map((value) => ({ value, text: monthName(value, page) })),
    },
    ...placeFilters(choices, filter, lang),
  ];
  return <FilterForm path="/malfunctions" lang={lang} filters={filters} />;
}

/** The way to the form, for who may open one. */
export function OpenLink(props: { readonly reader: Reader | null; readonly lang: Lang }) {
  const { reader, lang } = props;
  if (reader === null || !may({ ...reader, origin: "" }, "handle-malfunction")) return null;
  return (
    <div class="page-tools">
      <a class="button primary" href={pageHref("/malfunctions/new", lang)}>
        {malfunctionFormText[lang].open}
      </a>
    </div>
  );
}
