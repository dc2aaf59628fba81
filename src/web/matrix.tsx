import { productShort } from "../core/product-name.ts";
import { regionName } from "../core/region-name.ts";
import type { OverviewCell, OverviewModel } from "../core/views.ts";
import { DAY_STATES } from "../core/views.ts";
import { Band, BandSwatch } from "./charts/band.tsx";
import type { Speech } from "./document.tsx";
import { budgetText, figure } from "./format.ts";
import { Badge, VERDICT_LOOK } from "./icons.tsx";
import { givenOf, productHref } from "./links.ts";

/** With more regions than this they become the rows: a page scrolls down more easily than across. */
const MOST_COLUMNS = 6;

type Head = {
  readonly id: string;
  readonly title: string;
  /** Of its own page; null for a region. */
  readonly href: string | null;
  readonly notes: readonly string[];
  readonly cells: readonly OverviewCell[];
};

/** Products by regions; on a narrow screen the cells keep their figure, what is wrong and their strip. */
export function Matrix({
  model,
  speech,
}: {
  readonly model: OverviewModel;
  readonly speech: Speech;
}) {
  const { t } = speech;
  const products = productHeads(model, speech);
  const regions = regionHeads(model, speech);
  const turned = regions.length > MOST_COLUMNS;
  const [rows, columns] = turned ? [regions, products] : [products, regions];
  return (
    <section>
      <div class="section-head">
        <h2 id="matrix-title">{t.matrix}</h2>
        <p class="quiet">{t.matrixNote}</p>
      </div>
      <Legend speech={speech} />
      <div class="scroll card" role="region" aria-labelledby="matrix-title" tabIndex={0}>
        <table
          class={turned ? "matrix turned" : "matrix"}
          role="table"
          aria-labelledby="matrix-title"
        >
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">
                {turned ? t.region : t.product}
              </th>
              {columns.map((column) => (
                <th scope="col" role="columnheader">
                  <HeadTitle head={column} />
                  <HeadNotes head={column} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((row) => (
              <tr role="row">
                <th scope="row" role="rowheader">
                  <HeadTitle head={row} />
                  <HeadNotes head={row} />
                </th>
                {columns.map((column) => (
                  <Cell
                    cell={row.cells.find((cell) => column.cells.includes(cell))}
                    {...{ model, speech }}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function HeadTitle({ head }: { readonly head: Head }) {
  return (
    <span class="head-title">
      {head.href === null ? head.title : <a href={head.href}>{head.title}</a>}
    </span>
  );
}

function HeadNotes({ head }: { readonly head: Head }) {
  return (
    <>
      {head.notes.map((note) => (
        <span class="head-note">{note}</span>
      ))}
    </>
  );
}

function Cell(props: {
  readonly cell: OverviewCell | undefined;
  readonly model: OverviewModel;
  readonly speech: Speech;
}) {
  const { cell, model, speech } = props;
  const { t } = speech;
  if (cell === undefined) {
    return (
      <td class="none" role="cell">
        <span aria-hidden="true">–</span>
        <span class="hidden">{t.noTargets}</span>
      </td>
    );
  }
  const { worst } = cell;
  const look = VERDICT_LOOK[worst.verdict];
  const noData = worst.availabilityPercent === null;
  return (
    <td role="cell" class={`cell v-${look.tone}`}>
      <a class="cell-link" href={cellHref(cell, model, speech)}>
        <span class="hidden">{placeOf(cell, speech)}: </span>
        {noData ? (
          <span class="figure none">{t.noData}</span>
        ) : (
          <span class="figure">{figure(worst.availabilityPercent)}</span>
        )}
        {look.tone === "good" ? <span class="hidden">{t.verdicts[worst.verdict]}</span> : null}
        {look.tone === "good" || (noData && look.tone === "quiet") ? null : (
          <Badge icon={look.icon} tone={look.tone} text={t.verdicts[worst.verdict]} />
        )}
        {cell.downNow > 0 ? (
          <Badge icon="down" tone="missed" text={t.downCount(cell.downNow)} />
        ) : null}
      </a>
      <Band days={cell.band} t={t} />
      <span class="cell-notes">
        {noData ? null : <span>{budgetText(worst.budget, t)}</span>}
        {cell.subjects > 1 ? (
          <span title={t.pooled(cell.subjects, figure(cell.pooledPercent))}>
            {t.lowestOf(cell.subjects, worst.id)}
          </span>
        ) : null}
      </span>
    </td>
  );
}

/** Links are listed by themselves as well. */
function placeOf({ product, region }: OverviewCell, { lang }: Speech): string {
  return `${productShort(product, lang)} · ${regionName(region)[lang]}`;
}

function cellHref(cell: OverviewCell, model: OverviewModel, speech: Speech): string {
  const listed = model.groups.find((group) => group.product === cell.product);
  const whole =
    listed?.more === 0 && listed.subjects.some((subject) => subject.region === cell.region);
  if (whole) return `#${cellId(cell.product, cell.region)}`;
  const { month } = model.frame;
  const { account } = model.filter;
  return productHref(speech.lang, cell.product, {
    month,
    ...givenOf({ account }),
    region: cell.region,
  });
}

/** Where the list of subjects begins one product's region. */
export function cellId(product: string, region: string): string {
  return `at-${product}-${region}`;
}

function productHeads(model: OverviewModel, { lang, t }: Speech): readonly Head[] {
  const { month } = model.frame;
  const { account, region } = model.filter;
  const query = { month, ...givenOf({ account, region }) };
  return model.products.map((product) => {
    const cells = model.cells.filter((cell) => cell.product === product);
    const [short, long] = t.productNames[product];
    const objectives = [...new Set(cells.map((cell) => cell.worst.objectivePercent))].toSorted();
    const notes = [long, t.objective(objectives.join(" / "))];
    const href = productHref(lang, product, query);
    return { id: product, title: short, href, notes, cells };
  });
}

function regionHeads(model: OverviewModel, { lang }: Speech): readonly Head[] {
  return model.regions.map((region) => ({
    id: region.id,
    title: region.name[lang],
    href: null,
    notes: [region.id],
    cells: model.cells.filter((cell) => cell.region === region.id),
  }));
}

function Legend({ speech }: { readonly speech: Speech }) {
  const { t } = speech;
  return (
    <ul class="legend" aria-label={t.last90}>
      {DAY_STATES.map((state) => (
        <li>
          <BandSwatch state={state} />
          {t.dayStates[state]}
        </li>
      ))}
    </ul>
  );
}
