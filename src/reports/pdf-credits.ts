import type { Content, TableCell } from "pdfmake";
import type { MonthDocument } from "../core/month-document.ts";
import type { ReportCredit, ReportSubject } from "../core/report.ts";
import { PAINT } from "./chart-svg.ts";
import { moreText, type Making } from "./pdf-figures.ts";
import { LIMITS } from "./pdf-limits.ts";
import { block, heading, numberCell, tableSection, type TableColumn } from "./pdf-parts.ts";
import { claimText, instantText, moneyText, zoneOf } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

type Owed = { readonly subject: ReportSubject; readonly credit: ReportCredit };

/** What is owed, and a claim for each of it that can be sent as it stands. */
export function creditSections({ document, words }: Making): Content[] {
  const { report } = document;
  const owed = report.subjects.flatMap((subject): Owed[] =>
    subject.credit === null ? [] : [{ subject, credit: subject.credit }],
  );
  const listed = owed.slice(0, LIMITS.credits);
  const left = owed.length - listed.length;
  const totals = report.credits.filter(({ by }) => by === "account");
  const rows = listed.map((one) => creditRow(one, { document, words }));
  const isSummed = left === 0 && totals.length === 1 && rows.length > 1;
  const sum = isSummed ? totals[0] : undefined;
  return [
    ...tableSection({
      title: words.sections.credits,
      columns: columnsOf(words),
      rows:
        sum === undefined ? rows : [...rows, sumRow(moneyText(sum.amount, sum.currency), words)],
      none: words.none.credits,
      after: left > 0 ? moreText(left, words.sections.credits, words) : "",
    }),
    ...claims(owed, { document, words }),
  ];
}

function columnsOf({ columns: c }: ReportWords): TableColumn[] {
  return [
    { name: c.subject, width: "*" },
    { name: c.tier, width: "auto", align: "right" },
    { name: c.creditPercent, width: "auto", align: "right" },
    { name: c.fee, width: "auto", align: "right" },
    { name: c.amount, width: "auto", align: "right" },
    { name: c.claimFrom, width: "auto" },
    { name: c.claimUntil, width: "auto" },
  ];
}

type Place = { readonly document: MonthDocument; readonly words: ReportWords };

function creditRow({ subject, credit }: Owed, { document, words }: Place): TableCell[] {
  const zone = zoneOf(document, subject.agreement);
  const owner = document.report.account === null ? `${subject.account} · ` : "";
  const notes = [
    ...(subject.creditNote === null ? [] : [words.creditNotes[subject.creditNote]]),
    ...(credit.yieldsTo.length === 0 ? [] : [words.notes.yieldsTo(words.listOf(credit.yieldsTo))]),
  ];
  return [
    {
      stack: [
        subject.id,
        {
          text: `${owner}${subject.agreement} · ${subject.availabilityPercent ?? words.nothing} %`,
          style: "note",
          fontSize: 7,
        },
        ...notes.map((text) => ({ text, style: "note", fontSize: 7 })),
      ],
    },
    numberCell(`< ${credit.belowPercent} %`),
    numberCell(`${credit.percent} %`),
    numberCell(credit.fee === null ? words.nothing : moneyText(credit.fee, credit.currency)),
    {
      text: credit.amount === null ? words.nothing : moneyText(credit.amount, credit.currency),
      alignment: "right",
      bold: true,
    },
    instantText(credit.claimFrom, zone),
    instantText(credit.claimUntil, zone),
  ];
}

function sumRow(amount: string, words: ReportWords): TableCell[] {
  return [
    { text: words.sections.creditTotals, bold: true, colSpan: 4 },
    {},
    {},
    {},
    { text: amount, bold: true, alignment: "right" },
    { text: "", colSpan: 2 },
    {},
  ];
}

function claims(owed: readonly Owed[], { document, words }: Place): Content[] {
  const shown = owed.slice(0, LIMITS.claims);
  const panels = shown.map((one, index) => {
    const { text, window } = claimText(document, one, words);
    const head = index === 0 ? heading(words.sections.claim) : [];
    return block([
      ...head,
      panel([{ text }, { text: window, style: "note", margin: [0, 3, 0, 0] }]),
    ]);
  });
  const left = owed.length - shown.length;
  if (left === 0) return panels;
  return [...panels, { text: moreText(left, words.sections.claim, words), style: "note" }];
}

/** A tinted box with a line at its left. */
export function panel(stack: Content[]): Content {
  return {
    margin: [0, 0, 0, 7],
    table: { widths: ["*"], body: [[{ stack, fillColor: PAINT.pale }]] },
    layout: {
      vLineWidth: (column) => (column === 0 ? 2 : 0),
      vLineColor: () => PAINT.accent,
      hLineWidth: () => 0,
      paddingLeft: () => 10,
      paddingRight: () => 10,
      paddingTop: () => 7,
      paddingBottom: () => 7,
    },
  };
}
