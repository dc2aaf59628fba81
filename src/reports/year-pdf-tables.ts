import type { Content, TableCell } from "pdfmake";
import { durationText } from "../core/duration-text.ts";
import { placeName } from "../core/place-name.ts";
import { reasonText } from "../core/reason-text.ts";
import type { MonthCounts, YearCreditLine, YearCredits, YearMonth } from "../core/year-report.ts";
import { badTimeText, minutesText } from "../core/year-time-text.ts";
import { PAINT } from "./chart-svg.ts";
import { LIMITS } from "./pdf-limits.ts";
import { block, heading, numberCell, tableSection, WIDE, type TableColumn } from "./pdf-parts.ts";
import { instantText, moneyText, percentText } from "./report-words-facts.ts";
import { grouped } from "../core/grouped.ts";
import { yearChart } from "./year-chart.ts";
import {
  leftText,
  owedCell,
  owedText,
  stateText,
  yearTitle,
  type YearMaking,
} from "./year-facts.ts";

/** A chart of the months, and a row for each. */
export function monthsSection(making: YearMaking): Content[] {
  const { document, own, words } = making;
  const { months } = document.report;
  const label = `${own.months}, ${yearTitle(making)}`;
  const c = own.columns;
  const columns: TableColumn[] = [
    { name: words.columns.month, width: "auto" },
    { name: c.report, width: "*" },
    ...numbers(words.columns.count, c.kept, c.missed, c.undecided, c.notClosed),
    ...numbers(c.badTime, c.excludedTime, words.columns.coverage, c.owed, c.claimed),
  ];
  return [
    block([
      ...heading(own.months, own.monthsNote),
      { svg: yearChart(label, making), width: WIDE, font: "NotoSansSC" },
    ]),
    block(
      tableSection({
        title: own.monthTable,
        columns,
        rows: months.map((month) => monthRow(month, making)),
        none: own.noSubjects,
        isDense: true,
      }),
    ),
  ];
}

const numbers = (...names: readonly string[]): TableColumn[] =>
  names.map((name) => ({ name, width: "auto", align: "right" }));

function monthRow(month: YearMonth, making: YearMaking): TableCell[] {
  const { own, words } = making;
  const { state, subjects, counts, time, credits } = month;
  const name = { text: own.monthShort(Number(month.month.slice(5))), bold: true };
  const said = {
    text: stateText(month, making),
    color: state === "closed" ? PAINT.ink : state === "ahead" ? PAINT.quiet : "#9a6200",
  };
  if (subjects === 0) return [name, said, ...Array.from({ length: 10 }, () => numberCell(""))];
  return [
    name,
    said,
    numberCell(grouped(subjects)),
    ...countCells(counts),
    numberCell(badTimeText(time, making.words)),
    numberCell(
      time.excludedMinutes === 0 ? words.nothing : minutesText(time.excludedMinutes, making.words),
    ),
    numberCell(percentText(time.coveragePercent, making.words)),
    numberCell(owedCell(credits, making)),
    numberCell(claimedText(credits, making)),
  ];
}

function countCells({ kept, missed, undecided, notClosed }: MonthCounts): TableCell[] {
  return [
    numberCell(grouped(kept)),
    numberCell(grouped(missed), missed > 0),
    numberCell(grouped(undecided)),
    numberCell(grouped(notClosed)),
  ];
}

const claimedText = (credits: readonly YearCredits[], making: YearMaking) =>
  owedText(credits, making, ({ claimed }) => claimed) || making.words.nothing;

/** Of the operator's year: what each account comes to. */
export function accountsTable(making: YearMaking): Content[] {
  const { document, own, words } = making;
  const { report, accountNames } = document;
  if (report.account !== null || report.accounts.length === 0) return [];
  const shown = report.accounts
    .toSorted((a, b) => b.counts.missed - a.counts.missed)
    .slice(0, LIMITS.accounts);
  const c = own.columns;
  const left = report.accounts.length - shown.length;
  return tableSection({
    title: own.accounts,
    columns: [
      { name: words.columns.account, width: "*" },
      ...numbers(words.columns.count, c.kept, c.missed, c.undecided, c.notClosed),
      ...numbers(c.badTime, words.columns.coverage, c.owed, c.claimed),
    ],
    rows: shown.map(({ account, subjects, counts, time, credits }): TableCell[] => [
      named(accountNames[account] ?? account, account),
      numberCell(grouped(subjects)),
      ...countCells(counts),
      numberCell(badTimeText(time, making.words)),
      numberCell(percentText(time.coveragePercent, making.words)),
      numberCell(owedCell(credits, making)),
      numberCell(claimedText(credits, making)),
    ]),
    none: own.noSubjects,
    after: leftText(left, own.accounts, making),
  });
}

function named(name: string, under: string): TableCell {
  if (name === under || under === "") return { text: name, bold: true };
  return {
    stack: [
      { text: name, bold: true },
      { text: under, style: "note", fontSize: 7 },
    ],
  };
}

/** Each product and region, slots of one length together. */
export function placesTable(making: YearMaking): Content[] {
  const { document, own, words } = making;
  const { places } = document.report;
  const shown = places.slice(0, LIMITS.places);
  const c = own.columns;
  const left = places.length - shown.length;
  return tableSection({
    title: own.places,
    note: own.placesNote,
    columns: [
      { name: words.columns.place, width: "*" },
      ...numbers(words.columns.slot, words.columns.count),
      ...numbers(c.kept, c.missed, c.undecided, c.notClosed),
      ...numbers(c.badTime, c.countedTime, c.availability, words.columns.coverage, c.owed),
    ],
    rows: shown.map((place): TableCell[] => [
      named(
        placeName(place, making.lang),
        place.worst === null ? "" : `${words.columns.worst}: ${place.worst.id}`,
      ),
      numberCell(durationText(place.slotSeconds, words)),
      numberCell(grouped(place.subjects)),
      ...countCells(place.counts),
      numberCell(badTimeText(place.time, making.words)),
      numberCell(minutesText(place.time.countedMinutes, making.words)),
      numberCell(percentText(place.availabilityPercent, making.words)),
      numberCell(percentText(place.time.coveragePercent, making.words)),
      numberCell(owedCell(place.credits, making)),
    ]),
    none: own.noSubjects,
    after: leftText(left, own.places, making),
  });
}

/** Every credit by month, and each currency's sum. */
export function creditsTable(making: YearMaking): Content[] {
  const { document, own, words } = making;
  const { creditLines, credits } = document.report;
  const shown = creditLines.slice(0, LIMITS.credits);
  const c = own.columns;
  const left = creditLines.length - shown.length;
  return tableSection({
    title: own.credits,
    note: own.creditsNote,
    columns: [
      { name: words.columns.month, width: "auto" },
      { name: words.columns.subject, width: "*" },
      ...numbers(words.columns.creditPercent, c.owed, c.claimed, c.credited),
      { name: c.claim, width: "auto" },
    ],
    rows: [
      ...shown.map((line) => creditRow(line, making)),
      ...credits.map((one) => creditSum(one, making)),
    ],
    none: own.noCredits,
    after: leftText(left, own.credits, making),
  });
}

function creditRow(line: YearCreditLine, making: YearMaking): TableCell[] {
  const { document, own, words } = making;
  const { month, id, agreement, account, percent: share, currency, amount, claim } = line;
  const owner = document.report.account === null ? `${account} · ` : "";
  const money = (text: string | null) =>
    numberCell(text === null ? words.nothing : moneyText(text, currency));
  return [
    own.monthShort(Number(month.slice(5))),
    { stack: [id, { text: `${owner}${agreement}`, style: "note", fontSize: 7 }] },
    numberCell(`${share} %`),
    amount === null ? numberCell(own.columns.noAmount) : money(amount),
    money(line.claimed),
    money(line.credited),
    claim === null ? words.nothing : own.claims[claim.state],
  ];
}

function creditSum(sum: YearCredits, { own }: YearMaking): TableCell[] {
  const money = (text: string): TableCell => ({
    text: moneyText(text, sum.currency),
    alignment: "right",
    bold: true,
  });
  const more = sum.withoutAmount === 0 ? "" : ` (${own.partly(sum.withoutAmount)})`;
  return [
    { text: `${own.creditTotal} · ${sum.currency}${more}`, bold: true, colSpan: 3 },
    {},
    {},
    money(sum.owed),
    money(sum.claimed),
    money(sum.credited),
    "",
  ];
}

/** Those that lasted longest. */
export function outagesTable(making: YearMaking): Content[] {
  const { document, lang, own, words } = making;
  const { report, timeZone } = document;
  const c = words.columns;
  return tableSection({
    title: own.outages,
    note: own.outagesNote,
    columns: [
      { name: c.subject, width: "*" },
      { name: c.from, width: "auto" },
      { name: c.until, width: "auto" },
      { name: c.length, width: "auto", align: "right" },
      { name: c.reason, width: 220 },
    ],
    rows: report.outages.map((outage): TableCell[] => [
      named(
        outage.id,
        `${report.account === null ? `${outage.account} · ` : ""}${outage.agreement} · ${placeName(outage, making.lang)}`,
      ),
      instantText(outage.from, timeZone),
      instantText(outage.until, timeZone),
      numberCell(minutesText(outage.minutes, making.words)),
      reasonText(outage.reason, lang),
    ]),
    none: own.noOutages,
  });
}

/** How the year is added up. */
export function howSection({ own, words }: YearMaking): Content[] {
  return [
    block([
      ...heading(own.method),
      { ul: [...own.how, words.cutNote, own.pdfAttached], markerColor: PAINT.quiet, fontSize: 8 },
    ]),
  ];
}
