import { durationText } from "../core/duration-text.ts";
import type { MonthDocument } from "../core/month-document.ts";
import type { Report, ReportSubject } from "../core/report.ts";
import {
  badSecondsOf,
  countVerdicts,
  isMissed,
  owedTile,
  percentText,
} from "./report-words-facts.ts";
import { grouped } from "../core/grouped.ts";
import type { ReportWords } from "./report-words-type.ts";

/** Whose report it is, in words: "Acme Ltd (acme)". */
export function ownerText(
  of: {
    readonly report: { readonly account: string | null };
    readonly accountName: string | null;
  },
  words: ReportWords,
): string {
  const { account } = of.report;
  if (account === null) return words.allAccounts;
  return of.accountName === null || of.accountName === account
    ? account
    : `${of.accountName} (${account})`;
}

/** How a report turned out as a whole. */
export type Tone = "missed" | "risk" | "unclear" | "met";

export function toneOf({ status, subjects }: Report): Tone {
  const counts = countVerdicts(subjects);
  if (counts.missed + counts["already-missed"] > 0) return "missed";
  if (status === "running" && counts["at-risk"] > 0) return "risk";
  return counts["insufficient-data"] > 0 || counts.all === 0 ? "unclear" : "met";
}

/** A key figure. */
export type Tile = { readonly name: string; readonly value: string; readonly isBad: boolean };

export function tile(name: string, value: string, isBad = false): Tile {
  return { name, value, isBad };
}

/** The key figures of a month. */
export function monthTiles({ report, accountNames }: MonthDocument, words: ReportWords): Tile[] {
  const { subjects } = report;
  const names = words.keyFigures;
  const isRunning = report.status === "running";
  const counts = countVerdicts(subjects);
  const missed = counts.missed + counts["already-missed"];
  const good = counts.met + counts["on-track"] + counts["at-risk"];
  const badSeconds = subjects.reduce((sum, subject) => sum + badSecondsOf(subject), 0);
  const outages = subjects.reduce((sum, subject) => sum + subject.outages.length, 0);
  const lowest = lowestBy(subjects, ({ availabilityPercent }) => availabilityPercent);
  const covered = lowestBy(subjects, ({ coveragePercent }) => coveragePercent);
  const accounts = Object.keys(accountNames).length;
  return [
    ...(report.account === null ? [tile(names.accounts, grouped(accounts))] : []),
    tile(
      isRunning ? names.within : names.met,
      `${grouped(good)} / ${grouped(counts.all)}`,
      missed > 0,
    ),
    tile(
      names.lowest,
      percentText(lowest?.availabilityPercent ?? null, words),
      lowest !== null && isMissed(lowest),
    ),
    tile(names.badTime, durationText(badSeconds, words)),
    tile(names.outages, grouped(outages)),
    ...(isRunning ? [] : [tile(names.owed, owedTile(report, words))]),
    tile(names.coverage, percentText(covered?.coveragePercent ?? null, words)),
  ];
}

/** By a printed percentage, which is enough to say which stands lowest; the first of equals. */
export function lowestBy(
  subjects: readonly ReportSubject[],
  read: (subject: ReportSubject) => string | null,
): ReportSubject | null {
  let lowest: ReportSubject | null = null;
  for (const subject of subjects) {
    const value = read(subject);
    if (value === null) continue;
    if (lowest === null || Number(value) < Number(read(lowest))) lowest = subject;
  }
  return lowest;
}
