import type { ComponentChildren } from "preact";
import { durationText } from "../core/duration-text.ts";
import { placeName } from "../core/place-name.ts";
import { reasonText } from "../core/reason-text.ts";
import type { MonthCounts, YearCreditLine, YearCredits, YearMonth } from "../core/year-report.ts";
import { badTimeText, minutesText } from "../core/year-time-text.ts";
import { Named, numbers, Section, Table, type Head } from "./html-parts.tsx";
import { LIMITS } from "./pdf-limits.ts";
import { instantText, moneyText, percentText } from "./report-words-facts.ts";
import { grouped } from "../core/grouped.ts";
import { leftText, owedCell, owedText, stateText, type YearMaking } from "./year-facts.ts";

type Props = { readonly making: YearMaking };

/** A row for each month, also for those without a report. */
export function MonthTable({ making }: Props) {
  const { document, own, words } = making;
  const c = own.columns;
  return (
    <Table
      caption={own.months}
      heads={[
        { name: words.columns.month },
        { name: c.report },
        ...numbers(words.columns.count, c.kept, c.missed, c.undecided, c.notClosed),
        ...numbers(c.badTime, c.excludedTime, words.columns.coverage, c.owed, c.claimed),
      ]}
      rows={document.report.months.map((month) => ({
        key: month.month,
        cells: monthCells(month, making),
      }))}
      none={own.noSubjects}
    />
  );
}

function monthCells(month: YearMonth, making: YearMaking): ComponentChildren[] {
  const { words } = making;
  const { state, subjects, counts, time, credits } = month;
  const said = stateText(month, making);
  const isSure = state === "closed" || state === "ahead";
  const name = words.monthName(Number(month.month.slice(0, 4)), Number(month.month.slice(5)));
  const report = isSure ? said : <span class="open">{said}</span>;
  if (subjects === 0) return [name, report, ...Array.from({ length: 10 }, () => "")];
  return [
    name,
    report,
    grouped(subjects),
    ...countCells(counts),
    badTimeText(time, making.words),
    time.excludedMinutes === 0 ? words.nothing : minutesText(time.excludedMinutes, making.words),
    percentText(time.coveragePercent, making.words),
    owedCell(credits, making),
    claimedText(credits, making),
  ];
}

function countCells({ kept, missed, undecided, notClosed }: MonthCounts): ComponentChildren[] {
  return [
    grouped(kept),
    missed > 0 ? <span class="missed">{grouped(missed)}</span> : grouped(missed),
    grouped(undecided),
    grouped(notClosed),
  ];
}

const claimedText = (credits: readonly YearCredits[], making: YearMaking) =>
  owedText(credits, making, ({ claimed }) => claimed) || making.words.nothing;

/** Of the operator's year: what each account comes to. */
export function Accounts({ making }: Props) {
  const { document, own, words } = making;
  const { report, accountNames } = document;
  if (report.account !== null || report.accounts.length === 0) return null;
  const c = own.columns;
  const shown = report.accounts
    .toSorted((a, b) => b.counts.missed - a.counts.missed)
    .slice(0, LIMITS.accounts);
  return (
    <Section id="accounts" title={own.accounts}>
      <Table
        caption={own.accounts}
        heads={[
          { name: words.columns.account },
          ...numbers(words.columns.count, c.kept, c.missed, c.undecided, c.notClosed),
          ...numbers(c.badTime, words.columns.coverage, c.owed, c.claimed),
        ]}
        rows={shown.map(({ account, subjects, counts, time, credits }) => {
          const name = accountNames[account] ?? account;
          return {
            key: account,
            cells: [
              <Named name={name} under={name === account ? "" : account} />,
              grouped(subjects),
              ...countCells(counts),
              badTimeText(time, making.words),
              percentText(time.coveragePercent, making.words),
              owedCell(credits, making),
              claimedText(credits, making),
            ],
          };
        })}
        none={own.noSubjects}
        more={leftText(report.accounts.length - shown.length, own.accounts, making)}
      />
    </Section>
  );
}

/** Each product and region, slots of one length together. */
export function Places({ making }: Props) {
  const { document, own, words } = making;
  const { places } = document.report;
  const c = own.columns;
  const shown = places.slice(0, LIMITS.places);
  return (
    <Section id="places" title={own.places} note={own.placesNote}>
      <Table
        caption={own.places}
        heads={[
          { name: words.columns.place },
          ...numbers(words.columns.slot, words.columns.count),
          ...numbers(c.kept, c.missed, c.undecided, c.notClosed),
          ...numbers(c.badTime, c.countedTime, c.availability, words.columns.coverage, c.owed),
        ]}
        rows={shown.map((place) => ({
          key: `${place.product} ${place.region} ${place.slotSeconds}`,
          cells: [
            <Named
              name={placeName(place, making.lang)}
              under={place.worst === null ? "" : `${words.columns.worst}: ${place.worst.id}`}
            />,
            durationText(place.slotSeconds, words),
            grouped(place.subjects),
            ...countCells(place.counts),
            badTimeText(place.time, making.words),
            minutesText(place.time.countedMinutes, making.words),
            percentText(place.availabilityPercent, making.words),
            percentText(place.time.coveragePercent, making.words),
            owedCell(place.credits, making),
          ],
        }))}
        none={own.noSubjects}
        more={leftText(places.length - shown.length, own.places, making)}
      />
    </Section>
  );
}

/** Every credit by month, and each currency's sum. */
export function Credits({ making }: Props) {
  const { document, own, words } = making;
  const { creditLines, credits } = document.report;
  const c = own.columns;
  const shown = creditLines.slice(0, LIMITS.credits);
  const heads: Head[] = [
    { name: words.columns.month },
    { name: words.columns.subject },
    ...numbers(words.columns.creditPercent, c.owed, c.claimed, c.credited),
    { name: c.claim },
  ];
  return (
    <Section id="credits" title={own.credits} note={creditLines.length > 0 ? own.creditsNote : ""}>
      <Table
        caption={own.credits}
        heads={heads}
        rows={[
          ...shown.map((line) => ({
            key: `${line.month} ${line.agreement} ${line.id}`,
            cells: creditCells(line, making),
          })),
          ...credits.map((sum) => ({ key: sum.currency, cells: sumCells(sum, making) })),
        ]}
        none={own.noCredits}
        more={leftText(creditLines.length - shown.length, own.credits, making)}
      />
    </Section>
  );
}

function creditCells(line: YearCreditLine, making: YearMaking): ComponentChildren[] {
  const { document, own, words } = making;
  const { month, id, agreement, account, percent: share, currency, amount, claim } = line;
  const owner = document.report.account === null ? `${account} · ` : "";
  const money = (text: string | null) =>
    text === null ? words.nothing : moneyText(text, currency);
  return [
    words.monthName(Number(month.slice(0, 4)), Number(month.slice(5))),
    <>
      {id}
      <span class="under">{`${owner}${agreement}`}</span>
    </>,
    `${share} %`,
    amount === null ? own.columns.noAmount : money(amount),
    money(line.claimed),
    money(line.credited),
    claim === null ? words.nothing : own.claims[claim.state],
  ];
}

function sumCells(sum: YearCredits, { own }: YearMaking): ComponentChildren[] {
  const money = (text: string) => <strong>{moneyText(text, sum.currency)}</strong>;
  return [
    `${own.creditTotal} · ${sum.currency}`,
    sum.withoutAmount === 0 ? "" : own.partly(sum.withoutAmount),
    "",
    money(sum.owed),
    money(sum.claimed),
    money(sum.credited),
    "",
  ];
}

/** Those that lasted longest. */
export function Outages({ making }: Props) {
  const { document, lang, own, words } = making;
  const { report, timeZone } = document;
  const { columns: c } = words;
  return (
    <Section
      id="outages"
      title={own.outages}
      note={report.outages.length > 0 ? own.outagesNote : ""}
    >
      <Table
        caption={own.outages}
        heads={[
          { name: c.subject },
          { name: c.from },
          { name: c.until },
          ...numbers(c.length),
          { name: c.reason },
        ]}
        rows={report.outages.map((outage) => ({
          key: `${outage.agreement} ${outage.id} ${outage.from}`,
          cells: [
            <Named
              name={outage.id}
              under={`${report.account === null ? `${outage.account} · ` : ""}${outage.agreement} · ${placeName(outage, making.lang)}`}
            />,
            <span class="time">{instantText(outage.from, timeZone)}</span>,
            <span class="time">{instantText(outage.until, timeZone)}</span>,
            minutesText(outage.minutes, making.words),
            reasonText(outage.reason, lang),
          ],
        }))}
        none={own.noOutages}
      />
    </Section>
  );
}
