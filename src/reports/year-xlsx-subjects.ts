import type { WriteSheet } from "hucre/xlsx";
import { durationText } from "../core/duration-text.ts";
import type { CellKind } from "../core/year-cells.ts";
import { objectivesText, slotsText } from "./year-facts.ts";
import {
  availabilityCell,
  floatOf,
  minutesCell,
  monthLetter,
  subjectColumn,
  subjectLetter,
  SUM_IDS,
  sumOf,
  WHO_IDS,
  wholeCell,
  MONTHS_IN_YEAR,
  type ByMonth,
  type YearBook,
  type YearRow,
} from "./year-xlsx-book.ts";
import {
  column,
  FIRST_ROW,
  lastRow,
  quoted,
  tableSheet,
  verdictRules,
  type SheetColumn,
} from "./xlsx-sheet.ts";
import { xlsxWords } from "./xlsx-words.ts";

type Column = SheetColumn<YearRow>;

const NOT_CLOSED: readonly CellKind[] = [
  "so-far-good",
  "so-far-risk",
  "so-far-missed",
  "so-far-unclear",
];

/** A row for each subject: its twelve months, and what they come to by formulas over them. */
export function yearSubjectSheet(book: YearBook): WriteSheet {
  const { own, report, rows } = book;
  const columns = new Map(
    [...whoColumns(book), ...countColumns(book), ...timeColumns(book)].map((one) => [one.id, one]),
  );
  const [first, last] = [0, MONTHS_IN_YEAR - 1];
  const verdicts = `${monthLetter("verdict", first)}${FIRST_ROW}:${monthLetter("verdict", last)}${lastRow(rows.length)}`;
  return tableSheet({
    name: own.sheets.subjects,
    note: [own.subjectsNote, own.informativeLong].join(" "),
    columns: [
      ...WHO_IDS.flatMap((id) => columns.get(id) ?? []),
      ...report.months.map(({ month }, index) => figureColumn(book, month, index)),
      ...SUM_IDS.flatMap((id) => columns.get(id) ?? []),
      ...report.months.map(({ month }, index) =>
        monthColumn(book, month, {
          id: "verdict",
          head: book.words.columns.verdict,
          cell: ({ kinds }) => own.kinds[kinds[index] ?? "gap"],
        }),
      ),
      ...report.months.map(({ month }, index) =>
        monthColumn(book, month, {
          id: "badOf",
          head: own.inMinutes(own.columns.badTime),
          cell: ({ bad }) => bad[index] ?? null,
        }),
      ),
      ...report.months.map(({ month }, index) =>
        monthColumn(book, month, {
          id: "countedOf",
          head: own.inMinutes(own.columns.countedTime),
          cell: ({ counted }) => counted[index] ?? null,
        }),
      ),
    ],
    rows,
    frozen: 2,
    printedTo: subjectLetter("coverage"),
    rules: verdictRules(verdicts, {
      good: [own.kinds.kept],
      bad: [own.kinds.missed, own.kinds["so-far-missed"]],
    }),
  });
}

function monthColumn(
  { own }: YearBook,
  month: string,
  {
    id,
    head,
    cell,
  }: { readonly id: ByMonth; readonly head: string; readonly cell: Column["cell"] },
): Column {
  const name = own.monthShort(Number(month.slice(5)));
  const kind = id === "verdict" ? "text" : id === "countedOf" ? "whole" : "number";
  return { id: `${id} ${month}`, head: `${name}: ${head}`, kind, cell };
}

function figureColumn({ own, lang }: YearBook, month: string, index: number): Column {
  return {
    id: `figure ${month}`,
    head: xlsxWords[lang].percent(own.monthShort(Number(month.slice(5)))),
    kind: "percent",
    width: 9,
    cell: ({ subject }) => {
      const percent = subject.months[index]?.availabilityPercent ?? null;
      return percent === null ? null : Number(percent);
    },
    isMissed: ({ kinds }) => kinds[index] === "missed" || kinds[index] === "so-far-missed",
  };
}

function whoColumns({ words, own, document }: YearBook): Column[] {
  const { columns: heads } = words;
  return [
    { ...column<YearRow>("whole", ["no", heads.no], ({ no }) => no), width: 8 },
    {
      ...column<YearRow>("text", ["subject", heads.subject], ({ subject }) => subject.id),
      width: 30,
    },
    column("text", ["agreement", heads.agreement], ({ subject }) => subject.agreement),
    column("text", ["account", heads.account], ({ subject }) => subject.account),
    column(
      "text",
      ["accountName", heads.accountName],
      ({ subject: { account } }) => document.accountNames[account] ?? account,
    ),
    column("text", ["product", heads.product], ({ subject }) => subject.product),
    column("text", ["region", heads.region], ({ subject }) => subject.region),
    column("text", ["slot", heads.slot], ({ subject }) => slotsText(subject, words)),
    column("text", ["objectives", own.columns.objectives], ({ subject }) =>
      objectivesText(subject),
    ),
    column(
      "text",
      ["badExact", `${own.inMinutes(own.columns.badTime)} (=)`],
      ({ subject }) => subject.time.badMinutes,
    ),
  ];
}

/** A row's own twelve cells. */
const across = (id: ByMonth, row: number) =>
  `${monthLetter(id, 0)}${row}:${monthLetter(id, MONTHS_IN_YEAR - 1)}${row}`;

const at = (id: string, row: number) => `${subjectLetter(id)}${row}`;

function countColumns({ own }: YearBook): Column[] {
  const countOf = (kinds: readonly CellKind[], row: number) =>
    kinds.map((kind) => `COUNTIF(${across("verdict", row)},${quoted(own.kinds[kind])})`).join("+");
  const counted = (id: "kept" | "missed" | "undecided" | "notClosed", kinds: readonly CellKind[]) =>
    column<YearRow>("whole", [id, own.columns[id]], ({ subject }, row) => ({
      formula: countOf(kinds, row),
      result: subject.counts[id],
    }));
  return [
    counted("kept", ["kept"]),
    counted("missed", ["missed"]),
    counted("undecided", ["undecided"]),
    counted("notClosed", NOT_CLOSED),
    column("whole", ["without", own.columns.without], ({ subject }, row) => ({
      formula: `${MONTHS_IN_YEAR}-${["kept", "missed", "undecided", "notClosed"].map((id) => at(id, row)).join("-")}`,
      result: subject.counts.without,
    })),
  ];
}

const numberOf = (text: string | null) => (text === null ? null : Number(text));

function timeColumns({ own, words, lang }: YearBook): Column[] {
  const { percent } = xlsxWords[lang];
  return [
    column("percent", ["availability", percent(own.columns.availability)], (line, row) =>
      availabilityCell(line.subject.availabilityPercent, line.subject.time.badMinutes, {
        bad: sumOf(line.bad),
        counted: sumOf(line.counted),
        formulas: {
          bad: `SUM(${across("badOf", row)})`,
          counted: `SUM(${across("countedOf", row)})`,
        },
      }),
    ),
    column("number", ["bad", own.inMinutes(own.columns.badTime)], ({ subject, bad }, row) =>
      minutesCell(subject.time.badMinutes, sumOf(bad), `SUM(${across("badOf", row)})`),
    ),
    column("whole", ["counted", own.inMinutes(own.columns.countedTime)], (line, row) =>
      wholeCell(
        line.subject.time.countedMinutes,
        sumOf(line.counted),
        `SUM(${across("countedOf", row)})`,
      ),
    ),
    column("percent", ["coverage", percent(words.columns.coverage)], ({ subject }) =>
      numberOf(subject.time.coveragePercent),
    ),
    column("percent", ["lowestCoverage", percent(own.columns.lowestCoverage)], ({ subject }) =>
      numberOf(subject.lowestCoveragePercent),
    ),
    column(
      "whole",
      ["excluded", own.inMinutes(own.columns.excludedTime)],
      ({ subject }) => subject.time.excludedMinutes,
    ),
    column(
      "whole",
      ["noData", own.inMinutes(own.columns.noDataTime)],
      ({ subject }) => subject.time.noDataMinutes,
    ),
  ];
}

type PlaceRow = {
  readonly place: YearBook["report"]["places"][number];
  /** Of the sheet of subjects, those that its formulas find. */
  readonly found: readonly YearRow[];
};

/** A row for each product, region and length of slot; sums over the sheet of subjects. */
export function yearPlaceSheet(book: YearBook): WriteSheet {
  const { own, words, report, lang } = book;
  const { columns: heads } = words;
  const { percent } = xlsxWords[lang];
  const rows = report.places.map((place): PlaceRow => {
    const slot = durationText(place.slotSeconds, words);
    const isHere = ({ subject }: YearRow) =>
      subject.product === place.product &&
      subject.region === place.region &&
      slotsText(subject, words) === slot;
    return { place, found: book.rows.filter(isHere) };
  });
  // By EXACT: names are texts of others, in which SUMIFS would see signs and wildcards.
  const sums = (id: string, row: number) =>
    `SUMPRODUCT(${(["product", "region", "slot"] as const)
      .map(
        (key, index) => `EXACT(${subjectColumn(book, subjectLetter(key))},${"ABC"[index]}${row})`,
      )
      .join("*")}${id === "" ? "" : `,${subjectColumn(book, subjectLetter(id))}`})`;
  const counts = (["kept", "missed", "undecided", "notClosed"] as const).map((id) =>
    column<PlaceRow>("whole", [id, own.columns[id]], ({ place, found }, row) =>
      wholeCell(
        place.counts[id],
        sumOf(found.map(({ subject }) => subject.counts[id])),
        sums(id, row),
      ),
    ),
  );
  const badOf = ({ found }: PlaceRow) =>
    sumOf(found.map(({ subject }) => floatOf(subject.time.badMinutes)));
  const countedOf = ({ found }: PlaceRow) =>
    sumOf(found.map(({ subject }) => subject.time.countedMinutes));
  const columns: readonly SheetColumn<PlaceRow>[] = [
    column("text", ["product", heads.product], ({ place }) => place.product),
    column("text", ["region", heads.region], ({ place }) => place.region),
    column("text", ["slot", heads.slot], ({ place }) => durationText(place.slotSeconds, words)),
    column("whole", ["subjects", heads.subjects], ({ place, found }, row) =>
      wholeCell(place.subjects, found.length, sums("", row)),
    ),
    ...counts,
    column("number", ["bad", own.inMinutes(own.columns.badTime)], (line, row) =>
      minutesCell(line.place.time.badMinutes, badOf(line), sums("bad", row)),
    ),
    column("whole", ["counted", own.inMinutes(own.columns.countedTime)], (line, row) =>
      wholeCell(line.place.time.countedMinutes, countedOf(line), sums("counted", row)),
    ),
    column("percent", ["availability", percent(own.columns.availability)], (line, row) =>
      availabilityCell(line.place.availabilityPercent, line.place.time.badMinutes, {
        bad: badOf(line),
        counted: countedOf(line),
        formulas: { bad: sums("bad", row), counted: sums("counted", row) },
      }),
    ),
    column("percent", ["coverage", percent(heads.coverage)], ({ place: { time } }) =>
      time.coveragePercent === null ? null : Number(time.coveragePercent),
    ),
    {
      ...column<PlaceRow>("text", ["worst", heads.worst], ({ place }) => place.worst?.id ?? null),
      width: 30,
    },
  ];
  return tableSheet({ name: own.sheets.places, note: own.placesNote, columns, rows, frozen: 3 });
}
