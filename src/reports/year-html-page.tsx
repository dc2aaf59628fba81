import { ownerText } from "./cover-facts.ts";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { cellKind, CELL_MARKS } from "../core/year-cells.ts";
import type { YearFigure, YearMonth, YearSubject } from "../core/year-report.ts";
import { badTimeText } from "../core/year-time-text.ts";
import { Chart, Named, Section, TONE_CLASS } from "./html-parts.tsx";
import { instantText, percentText } from "./report-words-facts.ts";
import { yearChart } from "./year-chart.ts";
import {
  aboutSubject,
  caveatsOf,
  leftText,
  sentenceOf,
  shownSubjects,
  usedKinds,
  yearTiles,
  yearTitle,
  yearTone,
  type YearMaking,
} from "./year-facts.ts";
import { Accounts, Credits, MonthTable, Outages, Places } from "./year-html-tables.tsx";

/** The body of the page, as HTML. */
export function yearBody(making: YearMaking): string {
  const sections = [
    <Months making={making} />,
    <Grid making={making} />,
    <Accounts making={making} />,
    <Places making={making} />,
    <Credits making={making} />,
    <Outages making={making} />,
    <How making={making} />,
  ].map((section) => renderToString(section));
  const cover = renderToString(<Cover making={making} />);
  return `${cover}\n<main>${sections.join("\n")}</main>\n${renderToString(<Foot making={making} />)}`;
}

type Props = { readonly making: YearMaking };

function Cover({ making }: Props) {
  const { document, own, words } = making;
  const { asOf } = document.report;
  const { timeZone } = document;
  return (
    <header>
      <h1>{yearTitle(making)}</h1>
      <p class="quiet">{ownerText(making.document, making.words)}</p>
      <p class="quiet small">
        {[
          ...(asOf === null ? [] : [own.asOf(instantText(asOf, timeZone))]),
          words.timesIn(timeZone),
        ].join(" · ")}
      </p>
      <div class={`verdict ${TONE_CLASS[yearTone(document)]}`}>
        <p>{sentenceOf(making)}</p>
        {caveatsOf(making).map((text) => (
          <p class="caveat">{text}</p>
        ))}
        <p class="quiet">{own.informativeLong}</p>
      </div>
      <dl class="tiles">
        {yearTiles(making).map(({ name, value, isBad }) => (
          <div>
            <dt>{name}</dt>
            <dd class={isBad ? "missed" : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

function Months({ making }: Props) {
  const { document, own } = making;
  const label = `${own.months}, ${yearTitle(making)}`;
  const isEmpty = document.report.subjects.length === 0;
  return (
    <Section id="months" title={own.months} note={own.monthsNote}>
      {isEmpty ? null : <Chart svg={yearChart(label, making)} label={label} />}
      <MonthTable making={making} />
    </Section>
  );
}

/** Every subject by every month, with the mark of its verdict. */
function Grid({ making }: Props) {
  const { document, own, words } = making;
  const { report } = document;
  const { shown, left } = shownSubjects(report);
  if (shown.length === 0) return null;
  const sums = [own.columns.availability, own.columns.badTime, words.columns.coverage];
  return (
    <Section id="grid" title={own.grid} note={own.gridNote}>
      <Legend making={making} />
      <div class="scroll" role="region" aria-label={own.grid} tabIndex={0}>
        <table class="grid">
          <caption class="hidden">{own.grid}</caption>
          <thead>
            <tr>
              <th scope="col">{words.columns.subject}</th>
              {report.months.map(({ month, state }) => (
                <th scope="col">
                  {own.monthShort(Number(month.slice(5)))}
                  {state === "open" || state === "running" ? <span>{own.marks[state]}</span> : null}
                </th>
              ))}
              {sums.map((text) => (
                <th scope="col">{text}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((subject) => (
              <Row making={making} subject={subject} />
            ))}
          </tbody>
        </table>
      </div>
      {left > 0 ? <p class="note">{leftText(left, own.subjects, making)}</p> : null}
    </Section>
  );
}

function Legend({ making }: Props) {
  const { document, own } = making;
  return (
    <ul class="legend">
      {usedKinds(document.report).map((kind) => (
        <li>
          <b aria-hidden="true">{CELL_MARKS[kind]}</b> {own.kinds[kind]}
        </li>
      ))}
    </ul>
  );
}

function Row({ making, subject }: Props & { readonly subject: YearSubject }) {
  const { report } = making.document;
  const { id, time, months } = subject;
  return (
    <tr>
      <th scope="row">
        <Named name={id} under={aboutSubject(subject, making)} />
      </th>
      {report.months.map(({ state }, index) => (
        <Cell {...{ making, figure: months[index] ?? null, state }} />
      ))}
      <Sum>
        <b>{percentText(subject.availabilityPercent, making.words)}</b>
      </Sum>
      <Sum>{badTimeText(time, making.words)}</Sum>
      <Sum>{percentText(time.coveragePercent, making.words)}</Sum>
    </tr>
  );
}

function Sum({ children }: { readonly children: ComponentChildren }) {
  return <td class="sum">{children}</td>;
}

function Cell(
  props: Props & { readonly figure: YearFigure | null; readonly state: YearMonth["state"] },
) {
  const { making, figure, state } = props;
  const kind = cellKind(figure, state);
  return (
    <td class={`cell ${kind}`}>
      <b aria-hidden="true">{CELL_MARKS[kind]}</b>
      {figure?.availabilityPercent ?? null}
      <span class="hidden"> {making.own.kinds[kind]}</span>
    </td>
  );
}

function How({ making }: Props) {
  const { own, words } = making;
  return (
    <Section id="method" title={own.method}>
      <ul class="method">
        {[...own.how, words.cutNote].map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </Section>
  );
}

function Foot({ making }: Props) {
  const { document, own, words } = making;
  const parts = [yearTitle(making), words.timesIn(document.timeZone), own.informative];
  return (
    <footer>
      <p>{parts.join(" · ")}</p>
    </footer>
  );
}
