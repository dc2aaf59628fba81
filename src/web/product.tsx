import type { ProductModel, TrendMonth } from "../core/product-view.ts";
import type { Lang, OverviewCell, Reader } from "../core/views.ts";
import { Band } from "./charts/band.tsx";
import { TrendChart } from "./charts/trend.tsx";
import { MonthNav, MonthState, Notices, renderDocument, type Speech } from "./document.tsx";
import { budgetText, figure, monthName, percent, zoneLabel } from "./format.ts";
import { Badge, VERDICT_LOOK } from "./icons.tsx";
import { givenOf, overviewHref, productHref, targetHref } from "./links.ts";
import { LivePart } from "./live-part.tsx";
import { productText } from "./product-text.ts";
import { liveScript } from "./scripts.ts";
import { Attention, SubjectList } from "./subjects.tsx";
import { messages } from "./text.ts";

/** The page of one product: its regions, how its months went, and every subject. */
export function renderProduct(
  model: ProductModel,
  lang: Lang,
  reader: Reader | null = null,
): string {
  const t = messages[lang];
  const speech: Speech = { lang, t };
  const { product, overview } = model;
  const { frame, filter } = overview;
  const [short, long] = t.productNames[product];
  const { account, region } = filter;
  const given = givenOf({ account, region });
  const hrefOf = (month: string, to: Lang = lang) => productHref(to, product, { month, ...given });
  return renderDocument({
    reader,
    path: "/",
    speech,
    title: `${short} · ${monthName(frame.month, t)}`,
    otherHref: hrefOf(frame.month, lang === "en" ? "zh" : "en"),
    month: frame.month,
    timeZoneNote: t.zoneNote(zoneLabel(frame.timeZone, frame.settledUntilMs)),
    scripts: frame.status === "running" ? [liveScript.path] : [],
    children: (
      <>
        <Notices frame={frame} speech={speech} />
        <div class="crumbs">
          <a href={overviewHref(lang, { month: frame.month, ...givenOf({ account }) })}>
            {t.overview}
          </a>
          <span aria-hidden="true">/</span>
          <span>{short}</span>
          {region === null ? null : (
            <Fact
              name={t.region}
              value={region}
              speech={speech}
              href={productHref(lang, product, { month: frame.month, ...givenOf({ account }) })}
            />
          )}
          {account === null ? null : (
            <Fact
              name={t.account}
              value={account}
              speech={speech}
              href={productHref(lang, product, { month: frame.month, ...givenOf({ region }) })}
            />
          )}
        </div>
        <div class="page-head">
          <div>
            <h1>
              {short} <span class="quiet h1-note">{long}</span>
            </h1>
            <LivePart name="state">
              <MonthState frame={frame} speech={speech} />
            </LivePart>
          </div>
          <div class="page-tools">
            <MonthNav {...{ frame, speech }} hrefOf={(month) => hrefOf(month)} />
          </div>
        </div>
        <LivePart name="figures">
          <Parts model={model} speech={speech} />
        </LivePart>
      </>
    ),
  });
}

type Props = { readonly model: ProductModel; readonly speech: Speech };

function Parts({ model, speech }: Props) {
  const { overview } = model;
  const { t } = speech;
  return (
    <>
      {overview.cells.length === 0 ? (
        <p class="card empty">{t.emptyMonth}</p>
      ) : (
        <Attention model={overview} speech={speech} />
      )}
      <div class="columns even">
        {overview.cells.length === 0 ? null : <Regions model={model} speech={speech} />}
        <Trend model={model} speech={speech} />
      </div>
      {overview.cells.length === 0 ? null : (
        <SubjectList model={overview} speech={speech} listHref={wholeHref(model, speech)} />
      )}
    </>
  );
}

function wholeHref({ product, overview }: ProductModel, { lang }: Speech): string {
  return productHref(lang, product, { month: overview.frame.month });
}

function Fact(props: {
  readonly name: string;
  readonly value: string;
  readonly href: string;
  readonly speech: Speech;
}) {
  const { name, value, href, speech } = props;
  return (
    <span class="fact">
      <span class="quiet">{name}</span> {value} <a href={href}>{speech.t.showAll}</a>
    </span>
  );
}

function Regions({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = productText[lang];
  const { overview, product } = model;
  const { account } = overview.filter;
  // The cells come with the worst subject first.
  return (
    <section class="card pad" aria-labelledby="regions-title">
      <h2 id="regions-title">{words.byRegion}</h2>
      <p class="quiet small">{words.byRegionNote}</p>
      <ul class="region-list">
        {overview.cells.map((cell) => {
          const { month } = overview.frame;
          const href = productHref(lang, product, {
            month,
            ...givenOf({ account }),
            region: cell.region,
          });
          return (
            <Region {...{ cell, href, speech }} name={nameOf(model, cell.region, lang)} t={t} />
          );
        })}
      </ul>
    </section>
  );
}

function nameOf({ overview }: ProductModel, region: string, lang: Lang): string {
  return overview.regions.find(({ id }) => id === region)?.name[lang] ?? region;
}

function Region(props: {
  readonly cell: OverviewCell;
  readonly href: string;
  readonly name: string;
  readonly t: Speech["t"];
}) {
  const { cell, href, name, t } = props;
  const { worst } = cell;
  const look = VERDICT_LOOK[worst.verdict];
  return (
    <li>
      <div class="region-head">
        <a class="name" href={href}>
          {name}
        </a>
        <span class="figure">{figure(worst.availabilityPercent)}</span>
        <Badge icon={look.icon} tone={look.tone} text={t.verdicts[worst.verdict]} />
        {cell.downNow > 0 ? (
          <Badge icon="down" tone="missed" text={t.downCount(cell.downNow)} />
        ) : null}
      </div>
      <Band days={cell.band} t={t} />
      <p class="quiet small">
        {worst.availabilityPercent === null ? t.noData : budgetText(worst.budget, t)}
        {cell.subjects > 1 ? ` · ${t.lowestOf(cell.subjects, worst.id)}` : ""}
      </p>
    </li>
  );
}

function Trend({ model, speech }: Props) {
  const { lang, t } = speech;
  const words = productText[lang];
  const { trend, product, overview } = model;
  const { account, region } = overview.filter;
  const missed = trend.filter((one) => one.missed > 0).length;
  const hrefOf = (month: string) =>
    productHref(lang, product, { month, ...givenOf({ account, region }) });
  return (
    <section class="card pad" aria-labelledby="trend-title">
      <h2 id="trend-title">{words.trend}</h2>
      <p class="quiet small">{words.trendNote}</p>
      <TrendChart
        months={trend}
        label={words.trendLabel(trend.length, missed)}
        allowance={t.burnAllowance}
      />
      <table class="plain trend">
        <thead>
          <tr>
            <th scope="col">{words.month}</th>
            <th scope="col">{words.missed}</th>
            <th scope="col">{words.worst}</th>
            <th scope="col">{t.availability}</th>
            <th scope="col">{words.used}</th>
          </tr>
        </thead>
        <tbody>
          {trend.toReversed().map((one) => (
            <TrendRow
              {...{ one, speech }}
              href={hrefOf(one.month)}
              isShown={one.month === overview.frame.month}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function TrendRow(props: {
  readonly one: TrendMonth;
  readonly href: string;
  readonly isShown: boolean;
  readonly speech: Speech;
}) {
  const { one, href, isShown, speech } = props;
  const { lang, t } = speech;
  const words = productText[lang];
  const { worst } = one;
  const [target] = worst?.targets ?? [];
  return (
    <tr>
      <th scope="row">
        {isShown ? (
          <strong>{monthName(one.month, t)}</strong>
        ) : (
          <a href={href}>{monthName(one.month, t)}</a>
        )}
      </th>
      <td class={one.missed > 0 ? "number t-missed strong" : "number"}>
        {one.judged === 0 ? (
          <span class="quiet">{t.verdicts["insufficient-data"]}</span>
        ) : (
          words.missedOf(one.missed, one.subjects)
        )}
      </td>
      <td class="wrap">
        {worst === null || target === undefined ? (
          words.none
        ) : (
          <a href={targetHref(lang, target, one.month)}>{worst.id.replace(/\/$/u, "")}</a>
        )}
      </td>
      <td class="number">{figure(worst?.availabilityPercent ?? null)}</td>
      <td class="number">
        {worst === null || worst.usedPercent === null ? words.none : percent(worst.usedPercent)}
      </td>
    </tr>
  );
}
