import type { Content, TableCell } from "pdfmake";
import { subjectKey, type MonthDocument } from "../core/month-document.ts";
import { mergeBands } from "../core/overview-view.ts";
import { regionName } from "../core/region-name.ts";
import type { ReportSubject } from "../core/report.ts";
import { bandDay, timelineDays } from "../core/target-view.ts";
import type { BandDay, Lang, TimelineDay } from "../core/views.ts";
import { budgetChart } from "./chart-budget.ts";
import { heatChart } from "./chart-heat.ts";
import { timelineChart } from "./chart-timeline.ts";
import { trendChart } from "./chart-trend.ts";
import { lowestBy } from "./pdf-cover.ts";
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
  countVerdicts,
  durationText,
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

/** "ECS · China (Hangzhou)" */
export function placeText(
  { product, region }: Pick<ReportSubject, "product" | "region">,
  { words, lang }: Pick<Making, "words" | "lang">,
): string {
  return `${productText(product, words)} · ${regionName(region)[lang]}`;
}

function productText(product: string, { productNames }: ReportWords): string {
  const names: Readonly<Record<string, readonly [string, string]>> = productNames;
  return names[product]?.[0] ?? product;
}

type Place = { readonly subjects: ReportSubject[]; readonly worst: ReportSubject };

/** Subjects by product, region and agreement, with the worst of each. */
function placesOf(subjects: readonly ReportSubject[]): Place[] {
  const places = new Map<string, ReportSubject[]>();
  for (const subject of subjects) {
    const key = `${subject.product}\n${subject.region}\n${subject.agreement}`;
    const known = places.get(key);
    if (known === undefined) places.set(key, [subject]);
    else known.push(subject);
  }
  return [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, list]) => {
      const worst = worstOf(list);
      return worst === null ? [] : [{ subjects: list, worst }];
    });
}

/** One that missed goes before one that has a lower figure of another kind of verdict. */
function worstOf(subjects: readonly ReportSubject[]): ReportSubject | null {
  const missed = subjects.filter(isMissed);
  const among = missed.length > 0 ? missed : subjects;
  return lowestBy(among, ({ availabilityPercent }) => availabilityPercent) ?? among[0] ?? null;
}

/** Each product and region, by its worst subject. */
export function placesSection({ document, words, lang }: Making): Content[] {
  const places = placesOf(document.report.subjects);
  const c = words.columns;
  const columns: TableColumn[] = [
    { name: c.place, width: "*" },
    { name: c.subjects, width: "auto", align: "right" },
    { name: c.objective, width: "auto", align: "right" },
    { name: c.availability, width: "auto", align: "right" },
    { name: c.badTime, width: "auto", align: "right" },
    { name: c.allowedTime, width: "auto", align: "right" },
    { name: c.coverage, width: "auto", align: "right" },
    { name: c.verdict, width: "auto" },
  ];
  const rows = places.slice(0, LIMITS.places).map(({ subjects, worst }): TableCell[] => [
    {
      stack: [
        { text: placeText(worst, { words, lang }), bold: true },
        { text: `${worst.agreement} · ${worst.id}`, style: "note", fontSize: 7 },
      ],
    },
    numberCell(String(subjects.length)),
    ...figureCells(worst, words),
  ]);
  const left = places.length - rows.length;
  return tableSection({
    title: words.sections.places,
    note: words.notes.places,
    columns,
    rows,
    none: words.none.subjects,
    after: left > 0 ? moreText(left, words.sections.places, words) : "",
  });
}

/** Objective, figure, bad, allowed, coverage and verdict. */
function figureCells(subject: ReportSubject, words: ReportWords): TableCell[] {
  const { availabilityPercent: figure, coveragePercent: coverage } = subject;
  const isBad = isMissed(subject);
  return [
    numberCell(`${subject.objectivePercent} %`),
    numberCell(figure === null ? words.nothing : `${figure} %`, isBad),
    numberCell(durationText(badSecondsOf(subject), words), isBad),
    numberCell(durationText(allowedSecondsOf(subject), words)),
    numberCell(coverage === null ? words.nothing : `${coverage} %`),
    verdictCell(subject.verdict, words),
  ];
}

export function moreText(left: number, what: string, words: ReportWords): string {
  return `${words.notes.more(left, what)} ${words.notes.elsewhere}`;
}

const RANK: readonly ReportSubject["verdict"][] = [
  "missed",
  "already-missed",
  "insufficient-data",
  "at-risk",
  "on-track",
  "met",
];

/** Every subject; of many, those that missed their objective or were struck. */
export function subjectsSection({ document, words, lang }: Making): Content[] {
  const { subjects, account } = document.report;
  const isWhole = subjects.length <= LIMITS.allSubjects;
  const struck = subjects.filter(
    ({ verdict, outages }) =>
      verdict === "insufficient-data" || isMissed({ verdict }) || outages.length > 0,
  );
  const listed = (isWhole ? subjects : struck)
    .toSorted((a, b) => RANK.indexOf(a.verdict) - RANK.indexOf(b.verdict))
    .slice(0, isWhole ? LIMITS.allSubjects : LIMITS.struckSubjects);
  const c = words.columns;
  const columns: TableColumn[] = [
    { name: c.subject, width: "*" },
    { name: c.objective, width: "auto", align: "right" },
    { name: c.availability, width: "auto", align: "right" },
    { name: c.badTime, width: "auto", align: "right" },
    { name: c.allowedTime, width: "auto", align: "right" },
    { name: c.coverage, width: "auto", align: "right" },
    { name: c.verdict, width: "auto" },
  ];
  const rows = listed.map((subject): TableCell[] => {
    const owner = account === null ? `${subject.account} · ` : "";
    const place = `${owner}${subject.agreement} · ${placeText(subject, { words, lang })}`;
    return [
      { stack: [subject.id, { text: place, style: "note", fontSize: 7 }] },
      ...figureCells(subject, words),
    ];
  });
  const left = subjects.length - listed.length;
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
    .join(", ");
}

type Dated = ReadonlyMap<string, readonly TimelineDay[]>;

function daysOf({ document }: Making, subjects: readonly ReportSubject[]): Dated {
  const { report, timelines, timeZone } = document;
  const fromMs = Date.parse(report.from);
  const settledMs = Date.parse(report.settledUntil);
  const untilMs = Math.min(Date.parse(report.until), Math.max(settledMs, fromMs + 1));
  return new Map(
    subjects.map((subject) => {
      const key = subjectKey(subject);
      const runs = timelines?.get(key) ?? [];
      return [key, timelineDays({ fromMs, untilMs, timeZone, runs })];
    }),
  );
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
  const places = placesOf(subjects);
  // Worst first where not all have room.
  const chosen =
    places.length <= LIMITS.heatRows
      ? places
      : places.toSorted((a, b) => lowOf(a) - lowOf(b)).slice(0, LIMITS.heatRows);
  const rows = chosen.map(({ subjects: members, worst }) => ({
    name: `${placeText(worst, making)} · ${worst.agreement}`,
    days: mergeBands(members.map((one) => bandsOf(making, one))),
  }));
  const label = `${words.sections.heatMap}, ${monthText(month, words)}`;
  const left = places.length - rows.length;
  return [
    block([
      ...heading(words.sections.heatMap, words.notes.heatMap),
      chart(heatChart(rows, label, words)),
      ...(left > 0 ? [noteOf(moreText(left, words.sections.places, words))] : []),
    ]),
    ...budgetSection(making),
  ];
}

function lowOf({ worst }: Place): number {
  return worst.availabilityPercent === null ? 101 : Number(worst.availabilityPercent);
}

function bandsOf(making: Making, subject: ReportSubject): readonly BandDay[] {
  const days = daysOf(making, [subject]).get(subjectKey(subject)) ?? [];
  const allowed = allowedSecondsOf(subject);
  return days.map((day) => bandDay(day, allowed));
}

function noteOf(text: string): Content {
  return { text, style: "note", margin: [0, 4, 0, 0] };
}

export function chart(svg: string): Content {
  return { svg, width: CONTENT_WIDTH, font: "NotoSansSC" };
}

/** Bad time as a multiple of the allowance; for the order only. */
function burntShare(subject: ReportSubject): number {
  const allowed = allowedSecondsOf(subject);
  if (allowed > 0) return badSecondsOf(subject) / allowed;
  return badSecondsOf(subject) > 0 ? Infinity : 0;
}

function budgetSection({ document, words }: Making): Content[] {
  const { subjects, month } = document.report;
  const used = subjects.filter((subject) => badSecondsOf(subject) > 0);
  if (used.length === 0) return [];
  const rows = used
    .toSorted((a, b) => Math.sign(burntShare(b) - burntShare(a)) || 0)
    .slice(0, LIMITS.budgets)
    .map((subject) => ({
      name: `${subject.id} · ${subject.agreement}`,
      badSeconds: badSecondsOf(subject),
      allowedSeconds: allowedSecondsOf(subject),
    }));
  const label = `${words.sections.budgets}, ${monthText(month, words)}`;
  const left = used.length - rows.length;
  return [
    block([
      ...heading(words.sections.budgets, words.notes.budgets),
      chart(budgetChart(rows, label, words)),
      ...(left > 0 ? [noteOf(moreText(left, words.sections.budgets, words))] : []),
    ]),
  ];
}

/** The month of each subject that missed its objective, minute by minute. */
export function timelinesSection(making: Making): Content[] {
  const { document, words } = making;
  if (document.timelines === null) return [];
  const missed = document.report.subjects
    .filter(isMissed)
    .toSorted((a, b) => Number(a.availabilityPercent) - Number(b.availabilityPercent));
  const shown = missed.slice(0, LIMITS.timelines);
  const days = daysOf(making, shown);
  const charts = shown.map((subject, index) => {
    const label = `${subject.id} · ${subject.agreement} · ${monthText(document.report.month, words)}`;
    const title = { text: label, style: "subheading", margin: [0, 6, 0, 4] } satisfies Content;
    const svg = timelineChart(days.get(subjectKey(subject)) ?? [], label, words);
    const head = index === 0 ? heading(words.sections.timelines, words.notes.timelines) : [];
    return block([...head, title, chart(svg)]);
  });
  const left = missed.length - shown.length;
  return [
    ...charts,
    ...(left > 0 ? [noteOf(moreText(left, words.sections.timelines, words))] : []),
  ];
}

/** Twelve months: how many objectives were met, and the figures of those that stand lowest. */
export function trendSection({ document, words }: Making): Content[] {
  const { trend, report } = document;
  if (report.subjects.length === 0) return [];
  if (trend.filter(({ subjects }) => subjects !== null).length < 2) {
    return [block([...heading(words.sections.trend), { text: words.none.trend, style: "note" }])];
  }
  const chosen = report.subjects
    .toSorted((a, b) => Number(a.availabilityPercent ?? 101) - Number(b.availabilityPercent ?? 101))
    .slice(0, LIMITS.trendRows);
  const months = trend.map(({ month, subjects }) => ({
    month,
    figures: new Map(subjects?.map((figure) => [subjectKey(figure), figure]) ?? []),
  }));
  const rows = chosen.map((subject): TableCell[] => [
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
  const left = report.subjects.length - rows.length;
  return [
    block([
      ...heading(words.sections.trend, words.notes.trend),
      chart(trendChart(trend, label, words)),
    ]),
    ...tableSection({
      title: words.columns.availability,
      columns,
      rows,
      none: words.none.trend,
      after: left > 0 ? moreText(left, words.columns.subject, words) : "",
    }),
  ];
}
