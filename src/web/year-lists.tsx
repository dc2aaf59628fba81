import type { ComponentChildren } from "preact";
import { durationText } from "../core/duration-text.ts";
import { placeName } from "../core/place-name.ts";
import { reasonText } from "../core/reason-text.ts";
import type { MonthCounts, YearCreditLine, YearCredits, YearMonth } from "../core/year-report.ts";
import { badTimeText, minutesText } from "../core/year-time-text.ts";
import { Time } from "./document.tsx";
import { ListHead } from "./form-parts.tsx";
import { figure, instant, monthName } from "./format.ts";
import { pageHref, yearHref } from "./links.ts";
import { Part } from "./reports-parts.tsx";
import { reportPageHref } from "./reports.tsx";
import { amountsText, owedText, type YearParts } from "./year-parts.ts";

const MOST_CREDITS = 100;
const MOST_ACCOUNTS = 100;

/** A table that becomes blocks on a narrow screen. */
function List(props: { readonly heads: readonly string[]; readonly children: ComponentChildren }) {
  return (
    <div class="card">
      <table class="list tight" role="table">
        <ListHead texts={props.heads} />
        <tbody role="rowgroup">{props.children}</tbody>
      </table>
    </div>
  );
}

function Cell(props: {
  readonly label?: string;
  readonly look?: string | undefined;
  readonly children: ComponentChildren;
}) {
  const { label, look, children } = props;
  return (
    <td role="cell" class={look} data-label={label}>
      {children}
    </td>
  );
}

function Counts({ counts, words }: { readonly counts: MonthCounts } & Pick<YearParts, "words">) {
  return (
    <>
      <Cell label={words.kept}>{counts.kept}</Cell>
      <Cell label={words.missed} look={counts.missed > 0 ? "t-missed strong" : undefined}>
        {counts.missed}
      </Cell>
      <Cell label={words.undecidedHead}>{counts.undecided}</Cell>
      <Cell label={words.notClosedHead}>{counts.notClosed}</Cell>
    </>
  );
}

const countHeads = ({ words }: YearParts) => [
  words.kept,
  words.missed,
  words.undecidedHead,
  words.notClosedHead,
];

type Summed = Pick<YearMonth, "subjects" | "counts" | "time" | "credits">;

/** What a month or an account comes to, under `sumHeads`. */
function Sums({ speech, words, subjects, counts, time, credits }: YearParts & Summed) {
  return (
    <>
      <Cell label={words.subjects}>{subjects}</Cell>
      <Counts counts={counts} words={words} />
      <Cell label={words.badTime}>{badTimeText(time, speech.t)}</Cell>
      <Cell label={words.coverage}>{figure(time.coveragePercent)}</Cell>
      <Cell label={words.owedHead} look="strong">
        {owedText(credits)}
      </Cell>
      <Cell label={words.claimedHead}>{amountsText(credits, ({ claimed }) => claimed) || "–"}</Cell>
    </>
  );
}

const sumHeads = (parts: YearParts) => [
  parts.words.subjects,
  ...countHeads(parts),
  parts.words.badTime,
  parts.words.coverage,
  parts.words.owedHead,
  parts.words.claimedHead,
];

/** All twelve, with what each comes to. */
export function YearMonths(parts: YearParts) {
  const { model, words } = parts;
  const heads = [words.month, words.report, ...sumHeads(parts)];
  return (
    <Part id="months" title={words.months}>
      <List heads={heads}>
        {model.report.months.map((month) => (
          <MonthLine {...parts} month={month} />
        ))}
      </List>
    </Part>
  );
}

function MonthLine(props: YearParts & { readonly month: YearMonth }) {
  const { model, speech, words, month } = props;
  const { state, revision, settledUntil } = month;
  const { account } = model.report;
  const name = monthName(month.month, speech.t);
  const said =
    state === "closed"
      ? `${words.states.closed}, ${words.revision(revision)}`
      : settledUntil === null
        ? words.states[state]
        : `${words.states[state]}, ${speech.t.settledUntil} ${instant(Date.parse(settledUntil), model.timeZone)}`;
  const isSure = state === "closed" || state === "ahead";
  const has = state !== "none" && state !== "ahead";
  const href =
    account === null
      ? pageHref("/reports", speech.lang, { month: month.month })
      : reportPageHref(speech.lang, month.month, { account });
  return (
    <tr role="row">
      <Cell>{has ? <a href={href}>{name}</a> : name}</Cell>
      <Cell look={isSure ? "quiet" : "t-minor"}>{said}</Cell>
      {month.subjects === 0 ? (
        sumHeads(props).map(() => <Cell>{null}</Cell>)
      ) : (
        <Sums {...props} {...month} />
      )}
    </tr>
  );
}

/** For who sees all: what each account comes to. */
export function YearAccounts(parts: YearParts) {
  const { model, speech, words } = parts;
  const { report, accountNames } = model;
  if (report.account !== null || report.accounts.length === 0) return null;
  const shown = report.accounts
    .toSorted((a, b) => b.counts.missed - a.counts.missed)
    .slice(0, MOST_ACCOUNTS);
  return (
    <Part id="accounts" title={words.accounts}>
      <List heads={[words.account, ...sumHeads(parts)]}>
        {shown.map(({ account, ...summed }) => (
          <tr role="row">
            <Cell>
              <a class="name" href={yearHref(speech.lang, report.year, { account })}>
                {accountNames[account] ?? account}
              </a>
            </Cell>
            <Sums {...parts} {...summed} />
          </tr>
        ))}
      </List>
    </Part>
  );
}

/** Every credit, and the sum of each currency. */
export function YearCreditList(parts: YearParts) {
  const { model, words } = parts;
  const { creditLines, credits } = model.report;
  if (creditLines.length === 0) {
    return (
      <Part id="credits" title={words.credits}>
        <p class="quiet">{words.creditsNone}</p>
      </Part>
    );
  }
  const shown = creditLines.slice(0, MOST_CREDITS);
  const left = creditLines.length - shown.length;
  const heads = [
    words.month,
    words.subject,
    words.credit,
    words.owedHead,
    words.claimedHead,
    words.creditedHead,
    words.claim,
  ];
  return (
    <Part id="credits" title={words.credits}>
      <List heads={heads}>
        {shown.map((line) => (
          <CreditLine {...parts} line={line} />
        ))}
        {credits.map((sum) => (
          <CreditSum {...parts} sum={sum} />
        ))}
      </List>
      {left > 0 ? <p class="more quiet">{words.moreCredits(left)}</p> : null}
    </Part>
  );
}

function CreditLine(props: YearParts & { readonly line: YearCreditLine }) {
  const { model, speech, words, line } = props;
  const { month, id, agreement, account, percent, amount, currency, claim } = line;
  const href = reportPageHref(speech.lang, month, { account });
  const money = (text: string | null) => (text === null ? "–" : `${text} ${currency}`);
  return (
    <tr role="row">
      <Cell>{monthName(month, speech.t)}</Cell>
      <Cell>
        <span class="name">{id}</span>
        <span class="members quiet">
          {agreement}
          {model.report.account === null ? ` · ${model.accountNames[account] ?? account}` : ""}
        </span>
      </Cell>
      <Cell label={words.credit}>{`${percent} %`}</Cell>
      <Cell label={words.owedHead} look="strong nowrap">
        {amount === null ? words.noFee : money(amount)}
      </Cell>
      <Cell label={words.claimedHead} look="nowrap">
        {money(line.claimed)}
      </Cell>
      <Cell label={words.creditedHead} look="nowrap">
        {money(line.credited)}
      </Cell>
      <Cell>
        {claim === null ? (
          "–"
        ) : (
          <a href={`${href}#claim-${claim.id}`}>{words.claims[claim.state]}</a>
        )}
      </Cell>
    </tr>
  );
}

function CreditSum({ words, sum }: YearParts & { readonly sum: YearCredits }) {
  const money = (text: string) => `${text} ${sum.currency}`;
  return (
    <tr role="row" class="sum-row">
      <Cell look="strong">{words.sum(sum.currency)}</Cell>
      <Cell look="quiet">{sum.withoutAmount === 0 ? null : words.partly(sum.withoutAmount)}</Cell>
      <Cell>{null}</Cell>
      <Cell label={words.owedHead} look="strong nowrap">
        {money(sum.owed)}
      </Cell>
      <Cell label={words.claimedHead} look="strong nowrap">
        {money(sum.claimed)}
      </Cell>
      <Cell label={words.creditedHead} look="strong nowrap">
        {money(sum.credited)}
      </Cell>
      <Cell>{null}</Cell>
    </tr>
  );
}

/** Each product and region, slots of one length together. */
export function YearPlaces(parts: YearParts) {
  const { model, speech, words } = parts;
  const { places } = model.report;
  if (places.length === 0) return null;
  const heads = [
    words.place,
    words.slots,
    words.subjects,
    ...countHeads(parts),
    words.badTime,
    words.countedTime,
    words.year,
    words.owedHead,
  ];
  return (
    <Part id="places" title={words.places}>
      <p class="quiet small">{words.placesNote}</p>
      <List heads={heads}>
        {places.map((place) => (
          <tr role="row">
            <Cell>
              <span class="name">{placeName(place, speech.lang)}</span>
              {place.worst === null ? null : (
                <span class="members quiet">{words.worst(place.worst.id)}</span>
              )}
            </Cell>
            <Cell label={words.slots}>{durationText(place.slotSeconds, speech.t)}</Cell>
            <Cell label={words.subjects}>{place.subjects}</Cell>
            <Counts counts={place.counts} words={words} />
            <Cell label={words.badTime}>{badTimeText(place.time, speech.t)}</Cell>
            <Cell label={words.countedTime}>
              {minutesText(place.time.countedMinutes, speech.t)}
            </Cell>
            <Cell label={words.year} look="strong nowrap">
              {figure(place.availabilityPercent)}
            </Cell>
            <Cell label={words.owedHead}>{owedText(place.credits)}</Cell>
          </tr>
        ))}
      </List>
    </Part>
  );
}

/** Those that lasted longest. */
export function YearOutages(parts: YearParts) {
  const { model, speech, words } = parts;
  const { report, timeZone, accountNames } = model;
  const { t } = speech;
  return (
    <Part id="outages" title={words.outages}>
      {report.outages.length === 0 ? (
        <p class="quiet">{words.outagesNone}</p>
      ) : (
        <List heads={[words.subject, t.from, t.until, words.length, words.reason]}>
          {report.outages.map((outage) => (
            <tr role="row">
              <Cell>
                <span class="name">{outage.id}</span>
                <span class="members quiet">
                  {report.account === null
                    ? `${accountNames[outage.account] ?? outage.account} · ${outage.agreement}`
                    : outage.agreement}
                  {` · ${placeName(outage, speech.lang)}`}
                </span>
              </Cell>
              <Cell>
                <Time ms={Date.parse(outage.from)} zone={timeZone} />
              </Cell>
              <Cell>
                <Time ms={Date.parse(outage.until)} zone={timeZone} />
              </Cell>
              <Cell label={words.length}>{minutesText(outage.minutes, speech.t)}</Cell>
              <Cell look="wrap">{reasonText(outage.reason, speech.lang)}</Cell>
            </tr>
          ))}
        </List>
      )}
    </Part>
  );
}

/** How the year is added up. */
export function YearHow({ words }: YearParts) {
  return (
    <Part id="how" title={words.how}>
      <ul class="year-how quiet">
        {words.howLines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </Part>
  );
}
