import type { Content, TableCell } from "pdfmake";
import { durationText } from "../core/duration-text.ts";
import { groupBy } from "../core/group-by.ts";
import { placeName } from "../core/place-name.ts";
import type { ReportSubject } from "../core/report.ts";
import { belowWhole } from "./figure-choices.ts";
import { lowestBy } from "./cover-facts.ts";
import { moreText, type Making } from "./pdf-figures.ts";
import { LIMITS } from "./pdf-limits.ts";
import { numberCell, tableSection, verdictCell } from "./pdf-parts.ts";
import { grouped } from "../core/grouped.ts";
import {
  badSecondsOf,
  countVerdicts,
  isMissed,
  owedText,
  vantagePercent,
} from "./report-words-facts.ts";

/** For the operator: each account, the lowest figures of all, and where data is wanting. */
export function operatorSections(making: Making): Content[] {
  if (making.document.report.account !== null) return [];
  return [
    ...accountsSection(making),
    ...worstSection(making),
    ...coverageSection(making),
    ...vantagesSection(making),
  ];
}

function missedOf(subjects: readonly ReportSubject[]): number {
  return subjects.filter(isMissed).length;
}

function accountsSection({ document, words }: Making): Content[] {
  const { report, accountNames } = document;
  const byAccount = groupBy(report.subjects, ({ account }) => account);
  const accounts = [...byAccount].toSorted(
    ([a, one], [b, other]) => missedOf(other) - missedOf(one) || (a < b ? -1 : 1),
  );
  const rows = accounts.slice(0, LIMITS.accounts).map(([account, subjects]): TableCell[] => {
    const lowest = lowestBy(subjects, ({ availabilityPercent }) => availabilityPercent);
    const bad = subjects.reduce((sum, subject) => sum + badSecondsOf(subject), 0);
    const credits = report.credits.filter((credit) => credit.account === account);
    const owed = owedText({ credits }, words);
    const missed = missedOf(subjects);
    const name = accountNames[account] ?? account;
    const unclear = countVerdicts(subjects)["insufficient-data"];
    return [
      {
        text: [
          { text: name, bold: true },
          ...(name === account ? [] : [{ text: `  ${account}`, style: "note", fontSize: 7 }]),
        ],
      },
      numberCell(String(subjects.length)),
      numberCell(String(missed), missed > 0),
      numberCell(String(unclear)),
      numberCell(lowest === null ? words.nothing : `${lowest.availabilityPercent} %`, missed > 0),
      numberCell(durationText(bad, words)),
      numberCell(owed === "" ? words.nothing : owed),
    ];
  });
  const c = words.columns;
  const left = accounts.length - rows.length;
  return tableSection({
    title: words.sections.accounts,
    columns: [
      { name: c.account, width: "*" },
      { name: c.count, width: "auto", align: "right" },
      { name: c.missed, width: "auto", align: "right" },
      { name: words.verdicts["insufficient-data"], width: "auto", align: "right" },
      { name: c.worst, width: "auto", align: "right" },
      { name: c.badTime, width: "auto", align: "right" },
      { name: words.sections.credits, width: "auto", align: "right" },
    ],
    rows,
    none: words.none.subjects,
    after: left > 0 ? moreText(left, words.sections.accounts, words) : "",
  });
}

type Shown = {
  /** The figure that the objective is about. */
  readonly isFigure: boolean;
  readonly title: string;
  readonly name: string;
  readonly read: (subject: ReportSubject) => string | null;
};

function worstSection(making: Making): Content[] {
  const { sections, columns } = making.words;
  return lowestTable(making, {
    isFigure: true,
    title: sections.worst,
    name: columns.availability,
    read: ({ availabilityPercent }) => availabilityPercent,
  });
}

function coverageSection(making: Making): Content[] {
  const { sections, columns } = making.words;
  return lowestTable(making, {
    isFigure: false,
    title: sections.coverage,
    name: columns.coverage,
    read: ({ coveragePercent }) => coveragePercent,
  });
}

const hours = (minutes: number) => numberCell(grouped(Math.floor(minutes / 60)));

/** What each vantage measured; without it for an earlier revision. */
function vantagesSection({ document, words }: Making): Content[] {
  const { vantages } = document;
  if (vantages === null) return [];
  const c = words.columns;
  return tableSection({
    title: words.sections.vantages,
    note: words.notes.vantages,
    columns: [
      { name: c.vantage, width: "*" },
      ...[c.targets, c.planned, c.measured, c.failedShare, c.coverage].map((name) => ({
        name,
        width: "auto" as const,
        align: "right" as const,
      })),
    ],
    rows: vantages.map((one): TableCell[] => {
      const percent = vantagePercent(one);
      return [
        one.vantage,
        numberCell(grouped(one.targets)),
        hours(one.planned),
        hours(one.measured),
        hours(one.failed),
        numberCell(percent === null ? words.nothing : `${percent} %`),
      ];
    }),
    none: words.none.vantages,
  });
}

/** Those below 100 % of something, the lowest first. */
function lowestTable({ document, words, lang }: Making, shownBy: Shown): Content[] {
  const { isFigure, title, name, read } = shownBy;
  const { shown, left } = belowWhole(document.report.subjects, read);
  const rows = shown.map((subject): TableCell[] => [
    {
      stack: [
        subject.id,
        {
          text: `${subject.account} · ${subject.agreement} · ${placeName(subject, lang)}`,
          style: "note",
          fontSize: 7,
        },
      ],
    },
    numberCell(`${subject.objectivePercent} %`),
    numberCell(`${read(subject)} %`, isFigure && isMissed(subject)),
    verdictCell(subject.verdict, words),
  ]);
  return tableSection({
    title,
    columns: [
      { name: words.columns.subject, width: "*" },
      { name: words.columns.objective, width: "auto", align: "right" },
      { name, width: "auto", align: "right" },
      { name: words.columns.verdict, width: "auto" },
    ],
    rows,
    none: words.none.below,
    after: left > 0 ? moreText(left, title, words) : "",
  });
}
