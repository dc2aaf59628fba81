import type { WriteSheet } from "hucre/xlsx";
import type { Agreement } from "../core/agreement.ts";
import { claimDays } from "../core/claim-words.ts";
import { currencyPlaces } from "../core/money.ts";
import { subjectKey } from "../core/month-document.ts";
import type { ReportCredit, ReportSubject } from "../core/report.ts";
import { claimText, isClaimable, zoneOf } from "./report-words-facts.ts";
import type { Book } from "./xlsx-book.ts";
import {
  column,
  lettersOf,
  rangeOf,
  tableSheet,
  type SheetCell,
  type SheetColumn,
} from "./xlsx-sheet.ts";
import { subjectRange } from "./xlsx-subjects.ts";

export type CreditRow = {
  readonly no: number;
  readonly subject: ReportSubject;
  readonly credit: ReportCredit;
  /** Of the agreement; none where it is not known. */
  readonly tiers: Agreement["credits"];
};

const IDS = [
  "no subject agreement account accountName availability tier percent",
  "fee amount currency claimFrom claimUntil note targets yieldsTo claim",
].flatMap((ids) => ids.split(" "));
const letter = lettersOf(IDS);

/** The rows of one of its columns, as formulas of other sheets name them. */
export function creditRange({ own }: Book, rows: readonly CreditRow[], id: string): string {
  return rangeOf(own.sheets.credits, letter(id), rows.length);
}

/** Every subject that is owed a credit. */
export function creditRows({ report, document }: Book): CreditRow[] {
  return report.subjects.flatMap((subject, index) => {
    const { credit } = subject;
    if (credit === null) return [];
    return [
      {
        no: index + 1,
        subject,
        credit,
        tiers: document.terms.get(subjectKey(subject))?.credits ?? [],
      },
    ];
  });
}

export function creditSheet(book: Book, rows: readonly CreditRow[]): WriteSheet {
  const { words, own } = book;
  const note = rows.length === 0 ? words.none.credits : own.notes.credits;
  const columns = [...whoColumns(book), ...sumColumns(book), ...claimColumns(book)];
  return tableSheet({ name: own.sheets.credits, note, columns, rows, frozen: 2 });
}

function whoColumns({ words, accountNames }: Book): SheetColumn<CreditRow>[] {
  const { columns: heads } = words;
  return [
    { ...column("whole", ["no", heads.no], ({ no }) => no), width: 8 },
    { ...column("text", ["subject", heads.subject], ({ subject }) => subject.id), width: 30 },
    column("text", ["agreement", heads.agreement], ({ subject }) => subject.agreement),
    column("text", ["account", heads.account], ({ subject }) => subject.account),
    column(
      "text",
      ["accountName", heads.accountName],
      ({ subject: { account } }) => accountNames[account] ?? account,
    ),
  ];
}

function sumColumns(book: Book): SheetColumn<CreditRow>[] {
  const { words, own } = book;
  const { columns: heads } = words;
  const [figures, nos] = [subjectRange(book, "availability"), subjectRange(book, "no")];
  return [
    column("percent", ["availability", own.percent(heads.availability)], ({ subject }, row) => ({
      formula: `INDEX(${figures},MATCH(${letter("no")}${row},${nos},0))`,
      result: Number(subject.availabilityPercent),
    })),
    column("percent", ["tier", own.percent(`${heads.tier} <`)], ({ credit }) =>
      Number(credit.belowPercent),
    ),
    column("number", ["percent", own.percent(heads.creditPercent)], percentCell),
    column("number", ["fee", heads.fee], ({ credit }) => moneyCell(credit.fee, credit.currency)),
    column("number", ["amount", heads.amount], ({ credit }, row) => amountCell(credit, row)),
    column("text", ["currency", heads.currency], ({ credit }) => credit.currency),
  ];
}

function claimColumns({ words, document }: Book): SheetColumn<CreditRow>[] {
  const { columns: heads } = words;
  const days = ({ subject, credit }: CreditRow) => claimDays(credit, zoneOf(document, subject));
  return [
    column("day", ["claimFrom", heads.claimFrom], (row) => dayCell(days(row).from)),
    column("day", ["claimUntil", heads.claimUntil], (row) => dayCell(days(row).until)),
    {
      ...column<CreditRow>("long", ["note", heads.note], ({ subject: { creditNote } }) =>
        creditNote === null ? null : words.creditNotes[creditNote],
      ),
      width: 24,
    },
    {
      ...column<CreditRow>("long", ["targets", heads.targets], (row) =>
        row.credit.targets.join(", "),
      ),
      width: 30,
    },
    column("text", ["yieldsTo", heads.yieldsTo], ({ credit }) => credit.yieldsTo.join(", ")),
    {
      ...column<CreditRow>("long", ["claim", words.sections.claim], (row) =>
        isClaimable(row) ? claimText(document, row, words).text : null,
      ),
      width: 90,
    },
  ];
}

/** A calendar day as spreadsheets count them. */
function dayCell(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000 + 25_569;
}

/** The largest of the tiers that apply; the report's where the tiers known do not come to it. */
function percentCell({ subject, credit, tiers }: CreditRow, row: number): SheetCell {
  const figure = Number(subject.availabilityPercent);
  const applying = tiers
    .filter(({ belowPercent }) => figure < Number(belowPercent))
    .map(({ creditPercent }) => creditPercent);
  if (Math.max(0, ...applying) !== credit.percent) return credit.percent;
  const cell = `${letter("availability")}${row}`;
  const parts = tiers.map(
    ({ belowPercent, creditPercent }) => `IF(${cell}<${belowPercent},${creditPercent},0)`,
  );
  return { formula: `MAX(0,${parts.join(",")})`, result: credit.percent };
}

/** In whole minor units, of which a spreadsheet rounds a half up as the terms do. */
function amountCell(credit: ReportCredit, row: number): SheetCell {
  const { fee, amount, currency, percent } = credit;
  if (fee === null || amount === null) return null;
  const unit = 10 ** currencyPlaces(currency);
  const minor = Math.round(Number(fee) * unit) * percent;
  const result = Math.round(minor / 100) / unit;
  const isSame = Math.abs(minor) < Number.MAX_SAFE_INTEGER && result === Number(amount);
  if (!isSame) return moneyCell(amount, currency);
  const [feeCell, share] = [`${letter("fee")}${row}`, `${letter("percent")}${row}`];
  return { formula: `ROUND(ROUND(${feeCell}*${unit},0)*${share}/100,0)/${unit}`, result };
}

/** A number, unless a float cannot hold all of its digits. */
export function moneyCell(amount: string | null, currency: string): SheetCell {
  if (amount === null) return null;
  const number = Number(amount);
  return number.toFixed(currencyPlaces(currency)) === amount ? number : amount;
}
