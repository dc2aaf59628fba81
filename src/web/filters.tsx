import type { OverviewModel } from "../core/views.ts";
import type { Speech } from "./document.tsx";
import { overviewHref } from "./links.ts";
import { overviewText } from "./overview-text.ts";

type Choice = { readonly id: string; readonly name: string };

/** What the page is narrowed down to: a form that asks for another address, so that a link shows the same. */
export function Filters({
  model,
  speech,
}: {
  readonly model: OverviewModel;
  readonly speech: Speech;
}) {
  const { lang, t } = speech;
  const words = overviewText[lang];
  const { filter, choices, frame } = model;
  const isNarrow = filter.account !== null || filter.product !== null || filter.region !== null;
  const products = choices.products.map((id) => ({ id, name: t.productNames[id].join(" · ") }));
  const regions = choices.regions.map(({ id, name }) => ({ id, name: name[lang] }));
  const { accounts } = choices;
  return (
    <details class="narrowing" open={isNarrow}>
      <summary class="button">{words.filters}</summary>
      <form class="filters" action="/" method="get" aria-label={words.filters}>
        <input type="hidden" name="month" value={frame.month} />
        {accounts.length > 1 || filter.account !== null ? (
          <Select
            name="account"
            label={words.account}
            value={filter.account}
            choices={accounts}
            all={words.all}
          />
        ) : null}
        <Select
          name="product"
          label={words.product}
          value={filter.product}
          choices={products}
          all={words.all}
        />
        <Select
          name="region"
          label={words.region}
          value={filter.region}
          choices={regions}
          all={words.all}
        />
        <input type="hidden" name="lang" value={lang} />
        <button class="button" type="submit">
          {words.apply}
        </button>
        {isNarrow ? <a href={overviewHref(lang, { month: frame.month })}>{words.reset}</a> : null}
      </form>
    </details>
  );
}

function Select(props: {
  readonly name: string;
  readonly label: string;
  readonly value: string | null;
  readonly choices: readonly Choice[];
  readonly all: string;
}) {
  const { name, label, value, choices, all } = props;
  const isKnown = value === null || choices.some(({ id }) => id === value);
  return (
    <label>
      <span>{label}</span>
      <select name={name}>
        <option value="">{all}</option>
        {isKnown ? null : (
          <option value={value} selected>
            {value}
          </option>
        )}
        {choices.map(({ id, name: text }) => (
          <option value={id} selected={id === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
