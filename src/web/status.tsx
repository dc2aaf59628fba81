import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { durationText } from "../core/duration-text.ts";
import { productShort } from "../core/product-name.ts";
import type {
  PresentState,
  StatusMaintenance,
  StatusMalfunction,
  StatusModel,
  StatusPlace,
} from "../core/status-view.ts";
import { regionName } from "../core/region-name.ts";
import { DAY_STATES, type Lang } from "../core/views.ts";
import { Band, BandSwatch } from "./charts/band.tsx";
import { Time } from "./document.tsx";
import { figure, zoneLabel } from "./format.ts";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { statusHref } from "./links.ts";
import { statusText, type StatusText } from "./status-text.ts";
import { stylesheet } from "./style.ts";
import { messages } from "./text.ts";

const LOOK: Readonly<Record<PresentState, { readonly icon: IconName; readonly tone: Tone }>> = {
  up: { icon: "check", tone: "good" },
  partly: { icon: "warn", tone: "minor" },
  down: { icon: "down", tone: "missed" },
  unknown: { icon: "dash", tone: "quiet" },
};

type Speech = { readonly lang: Lang; readonly t: StatusText };

/** The public page. It says what holds now, what was, and what is planned, and nothing else. */
export function renderStatus(model: StatusModel, lang: Lang): string {
  const t = statusText[lang];
  const { account } = model;
  const feed = statusHref("atom", { account, lang });
  const html = (
    <html lang={messages[lang].htmlLang}>
      <head>
        <meta charset="utf-8" />
        <title>{`${model.title} · ${t.heading[model.state]}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={stylesheet.path} />
        <link rel="alternate" type="application/atom+xml" title={t.feed} href={feed} />
      </head>
      <body>
        <header class="top">
          <div class="wide top-row">
            <span class="brand">{model.title}</span>
            <nav class="top-links" aria-label={model.title}>
              <a href={feed}>{t.feed}</a>
              <a
                href={statusHref("page", { account, lang: lang === "en" ? "zh" : "en" })}
                lang={lang === "en" ? "zh-CN" : "en"}
              >
                {messages[lang].otherLanguage}
              </a>
            </nav>
          </div>
        </header>
        <main class="wide status">
          <h1 class={`status-now t-${LOOK[model.state].tone}`}>{t.heading[model.state]}</h1>
          <p class="state-line">
            <span>
              {t.updated} <Time ms={model.atMs} zone={model.timeZone} />
            </span>
            <span>{t.timesIn(zoneLabel(model.timeZone, model.atMs))}</span>
          </p>
          <Malfunctions {...{ model, lang, t }} />
          <Places {...{ model, lang, t }} />
          <Maintenance {...{ model, lang, t }} />
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(html)}`;
}

type PartProps = Speech & { readonly model: StatusModel };

function Part({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section>
      <div class="section-head">
        <h2>{title}</h2>
      </div>
      {children}
    </section>
  );
}

function Places({ model, lang, t }: PartProps) {
  const words = messages[lang];
  if (model.places.length === 0) {
    return (
      <Part title={t.services}>
        <p class="card empty">{t.nothingMeasured}</p>
      </Part>
    );
  }
  return (
    <Part title={t.services}>
      <ul class="legend" aria-label={t.last90}>
        {DAY_STATES.map((state) => (
          <li>
            <BandSwatch state={state} />
            {words.dayStates[state]}
          </li>
        ))}
      </ul>
      <div class="card scroll" role="region" aria-label={t.services} tabIndex={0}>
        <table class="list status-services" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">
                {t.service}
              </th>
              <th scope="col" role="columnheader">
                {t.region}
              </th>
              <th scope="col" role="columnheader">
                {t.now}
              </th>
              <th scope="col" role="columnheader">
                {t.last90}
              </th>
              <th scope="col" role="columnheader" class="number">
                {t.thisMonth}
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {model.places.map((place) => (
              <Place {...{ place, lang, t }} />
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}

function Place({ place, lang, t }: Speech & { readonly place: StatusPlace }) {
  const { icon, tone } = LOOK[place.state];
  return (
    <tr role="row">
      <td role="cell" class="name">
        {productShort(place.product, lang)}
      </td>
      <td role="cell">{place.regionName[lang]}</td>
      <td role="cell">
        <Badge icon={icon} tone={tone} text={t.states[place.state]} />
      </td>
      <td role="cell" class="band-cell">
        <Band days={place.band} t={messages[lang]} />
      </td>
      <td role="cell" class="number">
        {figure(place.availabilityPercent)}
      </td>
    </tr>
  );
}

function Malfunctions({ model, lang, t }: PartProps) {
  return (
    <Part title={t.malfunctions}>
      {model.malfunctions.length === 0 ? (
        <p class="card empty">{t.noMalfunction}</p>
      ) : (
        <ul class="card notes">
          {model.malfunctions.map((one) => (
            <li id={`malfunction-${one.id}`}>
              <Badge
                {...(one.untilMs === null ? LOOK.down : LOOK.up)}
                text={one.untilMs === null ? t.ongoing : t.over}
              />{" "}
              <span class="name">{malfunctionTitle(one, lang)}</span>{" "}
              <span class="quiet">
                {t.since} <Time ms={one.fromMs} zone={model.timeZone} />
                {one.untilMs === null
                  ? ""
                  : ` · ${t.lasted} ${durationText((one.untilMs - one.fromMs) / 1000, messages[lang])}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Maintenance({ model, lang, t }: PartProps) {
  return (
    <Part title={t.maintenance}>
      {model.maintenance.length === 0 ? (
        <p class="card empty">{t.noMaintenance}</p>
      ) : (
        <ul class="card notes">
          {model.maintenance.map((one) => (
            <li>
              <span class="name">{maintenanceTitle(one, lang)}</span>{" "}
              <span class="quiet">
                <Time ms={one.fromMs} zone={model.timeZone} /> –{" "}
                <Time ms={one.untilMs} zone={model.timeZone} />
              </span>
              <p>{one.reason}</p>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** "ECS, RDS in China (Hangzhou) disturbed". */
export function malfunctionTitle(malfunction: StatusMalfunction, lang: Lang): string {
  return statusText[lang].disturbance(placeName(malfunction, lang));
}

export function maintenanceTitle(maintenance: StatusMaintenance, lang: Lang): string {
  return statusText[lang].maintenanceOf(placeName(maintenance, lang));
}

function placeName(
  place: { readonly products: readonly string[]; readonly regions: readonly string[] },
  lang: Lang,
): string {
  const t = statusText[lang];
  const comma = lang === "zh" ? "、" : ", ";
  const products = place.products.map((product) => productShort(product, lang)).join(comma);
  const regions = place.regions.map((region) => regionName(region)[lang]).join(comma);
  return t.placeOf(products || t.everything, regions);
}
