import { subjectKey, type TrendFigure } from "../core/month-document.ts";
import { placeName } from "../core/place-name.ts";
import { budgetChart } from "./chart-budget.ts";
import { heatChart } from "./chart-heat.ts";
import { timelineChart } from "./chart-timeline.ts";
import { trendChart, trendMark } from "./chart-trend.ts";
import { daysIn, heatOf, missedOf, spentOf, trendOf } from "./figure-choices.ts";
import { Chart, moreText, Named, ownerOf, Section, Table, type Making } from "./html-parts.tsx";
import { isMissed, monthText } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

/** Each day of each product and region. */
export function HeatMap(making: Making) {
  const { document, words } = making;
  const { sections, notes } = words;
  if (document.timelines === null) {
    return (
      <Section id="heat" title={sections.heatMap}>
        <p class="note">{words.none.timelines}</p>
      </Section>
    );
  }
  const { shown, left } = heatOf(document);
  if (shown.length === 0) return null;
  const label = `${sections.heatMap}, ${monthText(document.report.month, words)}`;
  const rows = shown.map(({ place, days }) => ({
    name: `${placeName(place.worst, making.lang)} · ${place.worst.agreement}`,
    days,
  }));
  return (
    <Section id="heat" title={sections.heatMap} note={notes.heatMap}>
      <Chart svg={heatChart(rows, label, words)} label={label} />
      {left > 0 ? <p class="note">{moreText(making, left, sections.places)}</p> : null}
    </Section>
  );
}

/** Bad time against the allowance. */
export function Budgets(making: Making) {
  const { document, words } = making;
  const { sections, notes } = words;
  const { shown, left } = spentOf(document);
  if (shown.length === 0) return null;
  const label = `${sections.budgets}, ${monthText(document.report.month, words)}`;
  const rows = shown.map(({ subject, ...times }) => ({
    name: `${subject.id} · ${subject.agreement}`,
    ...times,
  }));
  const note = document.report.status === "running" ? notes.budgetsSoFar : notes.budgets;
  return (
    <Section id="budgets" title={sections.budgets} note={note}>
      <Chart svg={budgetChart(rows, label, words)} label={label} />
      {left > 0 ? <p class="note">{moreText(making, left, sections.budgets)}</p> : null}
    </Section>
  );
}

/** The month of each subject that missed, minute by minute. */
export function Timelines(making: Making) {
  const { document, words } = making;
  const { sections, notes } = words;
  const { shown, left } = missedOf(document);
  if (document.timelines === null || shown.length === 0) return null;
  const daysOf = daysIn(document);
  return (
    <Section id="timelines" title={sections.timelines} note={notes.timelines}>
      {shown.map((subject) => {
        const label = `${subject.id} · ${ownerOf(making, subject)}`;
        return (
          <>
            <h3>{label}</h3>
            <Chart svg={timelineChart(daysOf(subject), label, words)} label={label} />
          </>
        );
      })}
      {left > 0 ? <p class="note">{moreText(making, left, sections.timelines)}</p> : null}
    </Section>
  );
}

/** Twelve months: how many objectives were met, and the figures of those that stand lowest. */
export function Trend(making: Making) {
  const { document, words, own, lang } = making;
  const { sections, notes } = words;
  const { trend, report } = document;
  if (report.subjects.length === 0) return null;
  if (trend.filter(({ subjects }) => subjects !== null).length < 2) {
    return (
      <Section id="trend" title={sections.trend}>
        <p class="note">{words.none.trend}</p>
      </Section>
    );
  }
  const { shown, left } = trendOf(document);
  const months = trend.map(({ month, subjects }) => ({
    month,
    figures: new Map(subjects?.map((figure) => [subjectKey(figure), figure]) ?? []),
  }));
  const label = `${sections.trend}, ${monthText(report.month, words)}`;
  return (
    <Section id="trend" title={sections.trend} note={notes.trend}>
      <Chart
        svg={trendChart(trend, { label, mark: trendMark(report, lang) }, words)}
        label={label}
      />
      <Table
        caption={own.dataOf(sections.trend)}
        heads={[
          { name: words.columns.subject },
          ...months.map(({ month }) => ({ name: month.slice(2), isNumber: true })),
        ]}
        rows={shown.map((subject) => ({
          key: subjectKey(subject),
          cells: [
            <Named name={subject.id} under={ownerOf(making, subject)} />,
            ...months.map(({ figures }) => (
              <TrendCell figure={figures.get(subjectKey(subject))} words={words} />
            )),
          ],
        }))}
        none={words.none.trend}
        more={moreText(making, left, words.columns.subjects)}
      />
    </Section>
  );
}

function TrendCell(props: {
  readonly figure: TrendFigure | undefined;
  readonly words: ReportWords;
}) {
  const { figure, words } = props;
  const text = figure?.availabilityPercent ?? words.nothing;
  if (figure === undefined || !isMissed(figure)) return <>{text}</>;
  return (
    <span class="missed">
      <span aria-hidden="true">✕ </span>
      {text}
      <span class="hidden"> {words.verdicts.missed}</span>
    </span>
  );
}
