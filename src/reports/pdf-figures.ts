import type { Content, TableCell } from "pdfmake";
import { subjectKey, type MonthDocument } from "../core/month-document.ts";
import { placeName } from "../core/place-name.ts";
import type { ReportSubject } from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import { budgetChart } from "./chart-budget.ts";
import { heatChart } from "./chart-heat.ts";
import { timelineChart } from "./chart-timeline.ts";
import { trendChart, trendMark } from "./chart-trend.ts";
import {
  daysIn,
  firstOf,
  heatOf,
  missedOf,
  placesOf,
  RANK,
  spentOf,
  subjectsOf,
  trendOf,
} from "./figure-choices.ts";
import { LIMITS } from "./pdf-limits.ts";
import {
  CONTENT_WIDTH,
  VERDICT_PAINT,
  block,
  heading,
  numberCell,
  tableSection,
  verdictCell,
  type TableColumn,
} from "./pdf-parts.ts";
import {
  allowedSecondsOf,
  badSecondsOf,
  countedText,
  countVerdicts,
  isMissed,
  monthText,
} from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

/** What every section is made from. */
export type Making = {
  readonly document: MonthDocument;
  readonly words: ReportWords;
  readonly lang: Lang;
};

/** Each product and region, by its worst subject. */
export function placesSection({ document, words, lang }: Making): Content[] {
  const { shown, left } = firstOf(placesOf(document.report.subjects), LIMITS.places);
  const columns: TableColumn[] = [
    { name: words.columns.place, width: "*" },
    { name: words.columns.count, width: "auto", align: "right" },
    ...figureColumns(document, words),
  ];
  const rows = shown.map(({ subjects, worst }): TableCell[] => [
    {
      stack: [
        { text: placeName(worst, lang), bold: true },
        { text: `${worst.agreement} · ${worst.id}`, style: "note", fontSize: 7 },
      ],
    },
    numberCell(String(subjects.length)),
    ...figureCells(worst, words),
  ]);
  return tableSection({
    title: words.sections.places,
    note: words.notes.places,
    columns,
    rows,
    none: words.none.subjects,
    after: left > 0 ? moreText(left, words.sections.places, words) : "",
  });
}

function figureColumns({ report }: MonthDocument, { columns: c }: ReportWords): TableColumn[] {
  const allowed = report.status === "running" ? c.allowedSoFar : c.allowedTime;
  return [
    ...[c.objective, c.availability, c.badTime, allowed, c.coverage].map((name): TableColumn => ({
      name,
      width: "auto",
      align: "right",
    })),
    { name: c.verdict, width: "auto" },
  ];
}

/** Objective, figure, bad, allowed, coverage and verdict. */
function figureCells(subject: ReportSubject, words: ReportWords): TableCell[] {
  const { availabilityPercent: figure, coveragePercent: coverage } = subject;
  const isBad = isMissed(subject);
  return [
    numberCell(`${subject.objectivePercent} %`),
    numberCell(figure === null ? words.nothing : `${figure} %`, isBad),
    numberCell(countedText(subject, badSecondsOf(subject), words), isBad),
    numberCell(countedText(subject, allowedSecondsOf(subject), words)),
    numberCell(coverage === null ? words.nothing : `${coverage} %`),
    verdictCell(subject.verdict, words),
  ];
}

export function moreText(left: number, what: string, words: ReportWords): string {
  return `${words.notes.more(left, what)} ${words.notes.elsewhere}`;
}

/** Every subject; of many, those that missed their objective or were struck. */
export function subjectsSection({ document, words, lang }: Making): Content[] {
  const { subjects, account } = document.report;
  const { shown: listed, left } = subjectsOf(document);
  const columns = [
    { name: words.columns.subject, width: "*" } as const,
    ...figureColumns(document, words),
  ];
  const rows = listed.map((subject): TableCell[] => {
    const owner = account === null ? `${subject.account} · ` : "";
    const place = `${owner}${subject.agreement} · ${placeName(subject, lang)}`;
    return [
      { stack: [subject.id, { text: place, style: "note", fontSize: 7 }] },
      ...figureCells(subject, words),
    ];
  });
  return tableSection({
    title: words.sections.subjects,
    note: words.cutNote,
    columns,
    rows,
    none: words.none.subjects,
    after: left > 0 ? moreText(left, leftText(subjects, { listed, words }), words) : "",
  });
}

/** "9,000 met, 12 missed": the verdicts of what is not listed. */
function leftText(
  subjects: readonly ReportSubject[],
  { listed, words }: { readonly listed: readonly ReportSubject[]; readonly words: ReportWords },
): string {
  const shown = new Set(listed);
  const counts = countVerdicts(subjects.filter((subject) => !shown.has(subject)));
  return RANK.filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${words.verdicts[verdict]} ${counts[verdict]}`)
    .join(words.htmlLang === "en" ? ", " : "，");
}

/** Heat map, budgets, and the timeline of each subject that missed. */
export function chartSections(making: Making): Content[] {
  const { document, words } = making;
  const { subjects, month } = document.report;
  if (subjects.length === 0) return [];
  if (document.timelines === null) {
    const text = { text: words.none.timelines, color: VERDICT_PAINT["insufficient-data"] };
    return [block([...heading(words.sections.heatMap), text]), ...budgetSection(making)];
  }
  const { shown, left } = heatOf(document);
  const rows = shown.map(({ place: { worst }, days }) => ({
    name: `${placeName(worst, making.lang)} · ${worst.agreement}`,
    days,
  }));
  const label = `${words.sections.heatMap}, ${monthText(month, words)}`;
  return [
    block([
      ...heading(words.sections.heatMap, words.notes.heatMap),
      chart(heatChart(rows, label, words)),
      ...(left > 0 ? [noteOf(moreText(left, words.sections.places, words))] : []),
    ]),
    ...budgetSection(making),
  ];
}

function noteOf(text: string): Content {
  return { text, style: "note", margin: [0, 4, 0, 0] };
}

export function chart(svg: string): Content {
  return { svg, width: CONTENT_WIDTH, font: "NotoSansSC" };
}

function budgetSection({ document, words }: Making): Content[] {
  const { month, status } = document.report;
  const { shown, left } = spentOf(document);
  if (shown.length === 0) return [];
  const rows = shown.map(({ subject, ...times }) => ({
    name: `${subject.id} · ${subject.agreement}`,
    ...times,
  }));
  const note = status === "running" ? words.notes.budgetsSoFar : words.notes.budgets;
  const label = `${words.sections.budgets}, ${monthText(month, words)}`;
  return [
    block([
      ...heading(words.sections.budgets, note),
      chart(budgetChart(rows, label, words)),
      ...(left > 0 ? [noteOf(moreText(left, words.sections.budgets, words))] : []),
    ]),
  ];
}

/** The month of each subject that missed its objective, minute by minute. */
export function timelinesSection(making: Making): Content[] {
  const { document, words } = making;
  if (document.timelines === null) return [];
  const { shown, left } = missedOf(document);
  const daysOf = daysIn(document);
  const charts = shown.map((subject, index) => {
    const label = `${subject.id} · ${subject.agreement} · ${monthText(document.report.month, words)}`;
    const title = { text: label, style: "subheading", margin: [0, 6, 0, 4] } satisfies Content;
    const svg = timelineChart(daysOf(subject), label, words);
    const head = index === 0 ? heading(words.sections.timelines, words.notes.timelines) : [];
    return block([...head, title, chart(svg)]);
  });
  return [
    ...charts,
    ...(left > 0 ? [noteOf(moreText(left, words.sections.timelines, words))] : []),
  ];
}

/** Twelve months: how many objectives were met, and the figures of those that stand lowest. */
export function trendSection({ document, words, lang }: Making): Content[] {
  const { trend, report } = document;
  if (report.subjects.length === 0) return [];
  if (trend.filter(({ subjects }) => subjects !== null).length < 2) {
    return [block([...heading(words.sections.trend), { text: words.none.trend, style: "note" }])];
  }
  const { shown, left } = trendOf(document);
  const months = trend.map(({ month, subjects }) => ({
    month,
    figures: new Map(subjects?.map((figure) => [subjectKey(figure), figure]) ?? []),
  }));
  const rows = shown.map((subject): TableCell[] => [
    {
      stack: [subject.id, { text: subject.agreement, style: "note", fontSize: 6.5 }],
      fontSize: 7.5,
    },
    ...months.map(({ figures }): TableCell => {
      const figure = figures.get(subjectKey(subject));
      const isBadMonth = figure !== undefined && isMissed(figure);
      return {
        text: figure?.availabilityPercent ?? words.nothing,
        fontSize: 6.3,
        alignment: "right",
        color:
          figure === undefined ? VERDICT_PAINT["insufficient-data"] : VERDICT_PAINT[figure.verdict],
        bold: isBadMonth,
      };
    }),
  ]);
  const columns: TableColumn[] = [
    { name: words.columns.subject, width: "*" },
    ...months.map(({ month }): TableColumn => ({
      name: month.slice(2),
      width: 24,
      align: "right",
    })),
  ];
  const label = `${words.sections.trend}, ${monthText(report.month, words)}`;
  return [
    block([
      ...heading(words.sections.trend, words.notes.trend),
      chart(trendChart(trend, { label, mark: trendMark(report, lang) }, words)),
    ]),
    ...tableSection({
      title: words.columns.availability,
      columns,
      rows,
      none: words.none.trend,
      after: left > 0 ? moreText(left, words.columns.subjects, words) : "",
    }),
  ];
}
