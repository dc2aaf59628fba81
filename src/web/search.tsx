import type { FoundTarget, SearchModel } from "../core/search-view.ts";
import { regionName } from "../core/region-name.ts";
import type { Lang, Reader, TargetModel } from "../core/views.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { pageHref, productHref, targetHref } from "./links.ts";
import { searchText } from "./search-text.ts";
import { messages } from "./text.ts";

type Props = { readonly model: SearchModel; readonly speech: Speech };

/** The page of a search over the targets that the reader may see. */
export function renderSearch(model: SearchModel, lang: Lang, reader: Reader | null = null): string {
  const speech: Speech = { lang, t: messages[lang] };
  const words = searchText[lang];
  const { query } = model;
  return renderDocument({
    reader,
    path: "/search",
    speech,
    title: query === "" ? words.title : words.titleOf(query),
    otherHref: pageHref("/search", lang === "en" ? "zh" : "en", query === "" ? {} : { q: query }),
    month: model.month,
    timeZoneNote: null,
    children: (
      <>
        <div class="page-head">
          <h1>{query === "" ? words.title : words.titleOf(query)}</h1>
        </div>
        <form
          class="search-form"
          role="search"
          action="/search"
          method="get"
          aria-label={words.title}
        >
          <input type="hidden" name="lang" value={lang} />
          <label>
            <span>{words.label}</span>
            <input type="search" name="q" value={query} maxLength={200} />
          </label>
          <button class="button" type="submit">
            {words.button}
          </button>
        </form>
        <p class="quiet small">{words.hint}</p>
        <Answer model={model} speech={speech} />
      </>
    ),
  });
}

function Answer({ model, speech }: Props) {
  const words = searchText[speech.lang];
  const { query, found, more } = model;
  if (query === "") return <Places model={model} speech={speech} />;
  if (found.length === 0) {
    return (
      <>
        <p class="card empty section-gap">
          {words.none(query)} {words.noneHint}
        </p>
        <Places model={model} speech={speech} />
      </>
    );
  }
  const all = found.length + more;
  return (
    <section aria-label={words.titleOf(query)}>
      <p class="section-gap" role="status">
        {more > 0 ? words.firstOf(found.length, all) : words.found(all)}
      </p>
      <Found model={model} speech={speech} />
    </section>
  );
}

const LOOK: Readonly<
  Record<TargetModel["state"]["now"], { readonly icon: IconName; readonly tone: Tone }>
> = {
  up: { icon: "check", tone: "good" },
  down: { icon: "down", tone: "missed" },
  invalid: { icon: "warn", tone: "minor" },
  unknown: { icon: "dash", tone: "quiet" },
};

function Found({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = searchText[lang];
  const heads = [t.subject, t.product, t.region, t.zone, t.account, words.labels, words.now];
  return (
    <div class="card">
      <table class="list" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[...heads].map((text) => (
              <th scope="col" role="columnheader">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {model.found.map((target) => (
            <tr role="row">
              <td role="cell">
                <a class="name" href={targetHref(lang, target.id, model.month)}>
                  {target.id}
                </a>
              </td>
              <td role="cell">{t.productNames[target.product][0]}</td>
              <td role="cell">{regionName(target.region)[lang]}</td>
              <td role="cell">{target.zone ?? ""}</td>
              <td role="cell">{target.account}</td>
              <td role="cell" class="wrap quiet">
                {labelText(target)}
              </td>
              <td role="cell" class="badges">
                {target.now === null ? null : (
                  <Badge {...LOOK[target.now]} text={t.state[target.now]} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function labelText({ class: kind, labels }: FoundTarget): string {
  const named = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [kind, ...named].filter((text) => text !== "").join(", ");
}

function Places({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = searchText[lang];
  if (model.places.length === 0) return <p class="card empty section-gap">{words.noTargets}</p>;
  return (
    <section aria-labelledby="places-title">
      <h2 id="places-title">{words.places}</h2>
      <ul class="places">
        {model.places.map(({ product, targets }) => (
          <li>
            <a class="card pad" href={productHref(lang, product, { month: model.month })}>
              <strong>{t.productNames[product][0]}</strong> {t.productNames[product][1]}
              <span class="quiet"> {words.found(targets)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
