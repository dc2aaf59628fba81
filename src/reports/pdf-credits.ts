import type { Content, TableCell } from "pdfmake";
import type { MonthDocument } from "../core/month-document.ts";
import { PAINT } from "./chart-svg.ts";
import { moreText, type Making } from "./pdf-figures.ts";
import { LIMITS } from "./pdf-limits.ts";
import {
  block,
  heading,
  numberCell,
  tableSection,
  unbroken,
  type TableColumn,
} from "./pdf-parts.ts";
import {
  claimText,
  claimDaysText,
  isClaimable,
  moneyText,
  owedOf,
  type Owed,
} from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

/** What is owed, and a claim for each of it that can be sent as it stands. */
export function creditSections({ document, words }: Making): Content[] {
  const { report } = document;
  const owed = owedOf(report);
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
      none: report.status === "running" ? words.none.creditsYet : words.none.credits,
      after: left > 0 ? moreText(left, words.sections.credits, words) : "",
    }),
    ...claims(owed.filter(isClaimable), { document, words }),
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
  const owner = document.report.account === null ? `${subject.account} · ` : "";
  const days = claimDaysText(document, { subject, credit });
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
    numberCell(whole(`< ${credit.belowPercent} %`)),
    numberCell(whole(`${credit.percent} %`)),
    moneyCell(credit.fee, credit.currency, words),
    { ...moneyCell(credit.amount, credit.currency, words), bold: true },
    days.from,
    { text: days.until, bold: true },
  ];
}

/** A figure stays with its unit. */
function whole(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

function moneyCell(amount: string | null, currency: string, { nothing }: ReportWords) {
  const text = amount === null ? nothing : moneyText(amount, currency);
  // A longer one may break after its currency.
  return { text: text.length > 18 ? text : whole(text), alignment: "right" } as const;
}

function sumRow(amount: string, words: ReportWords): TableCell[] {
  return [
    { text: words.sections.creditTotals, bold: true, colSpan: 4 },
    {},
    {},
    {},
    { text: amount.length > 18 ? amount : whole(amount), bold: true, alignment: "right" },
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
      panel([{ text: unbroken(text) }, { text: window, style: "note", margin: [0, 3, 0, 0] }]),
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
