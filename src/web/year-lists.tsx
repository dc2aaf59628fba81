import type { YearCreditLine, YearCredits, YearMonth } from "../core/year-report.ts";
import { badTimeText } from "../core/year-time-text.ts";
import { figure, instant, monthName } from "./format.ts";
import { pageHref, yearHref } from "./links.ts";
import { Part } from "./reports-parts.tsx";
import { reportPageHref } from "./reports.tsx";
import { amountsText, owedText, type YearParts } from "./year-parts.ts";
import { ASIDE, asideIf, Cell, countHeads, Counts, List } from "./year-table.tsx";

const MOST_CREDITS = 100;
const MOST_ACCOUNTS = 100;

type Summed = Pick<YearMonth, "subjects" | "counts" | "time" | "credits">;

/** What a month or an account comes to, under `sumHeads`. */
function Sums({ speech, words, subjects, counts, time, credits }: YearParts & Summed) {
  const claimed = amountsText(credits, (one) => one.claimed);
  return (
    <>
      <Cell label={words.subjects} look={ASIDE}>
        {subjects}
      </Cell>
      <Counts counts={counts} words={words} />
      <Cell label={words.badTime} look="nowrap">
        {badTimeText(time, speech.t)}
      </Cell>
      <Cell label={words.coverage}>{figure(time.coveragePercent)}</Cell>
      <Cell label={words.owedHead} look={asideIf(credits.length === 0, "strong nowrap")}>
        {owedText(credits)}
      </Cell>
      <Cell label={words.claimedHead} look={asideIf(claimed === "", "nowrap")}>
        {claimed || "–"}
      </Cell>
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

const hasSums = ({ state }: YearMonth) => state !== "none" && state !== "ahead";

/** All twelve, with what each comes to; months without a report that follow each other share a line. */
export function YearMonths(parts: YearParts) {
  const { model, words } = parts;
  const heads = [words.month, words.report, ...sumHeads(parts)];
  const { months } = model.report;
  return (
    <Part id="months" title={words.months}>
      <List heads={heads}>
        {months.map((month, index) => {
          if (hasSums(month)) return <MonthLine {...parts} month={month} />;
          if (months[index - 1]?.state === month.state) return null;
          const end = months.findIndex((one, later) => later > index && one.state !== month.state);
          const last = months.at(end === -1 ? -1 : end - 1) ?? month;
          return <EmptyMonths {...parts} first={month} last={last} />;
        })}
      </List>
    </Part>
  );
}

function EmptyMonths(props: YearParts & { readonly first: YearMonth; readonly last: YearMonth }) {
  const { speech, words, first, last } = props;
  const [from, to] = [monthName(first.month, speech.t), monthName(last.month, speech.t)];
  return (
    <tr role="row">
      <Cell look="nowrap">{first === last ? from : words.monthRange(from, to)}</Cell>
      <Cell look={first.state === "ahead" ? "quiet" : "t-minor"}>{words.states[first.state]}</Cell>
      {sumHeads(props).map(() => (
        <Cell>{null}</Cell>
      ))}
    </tr>
  );
}

function MonthLine(props: YearParts & { readonly month: YearMonth }) {
  const { model, speech, words, month } = props;
  const { state, revision, settledUntil } = month;
  const { account } = model.report;
  const name = monthName(month.month, speech.t);
  const said =
    state === "closed"
      ? words.both(words.states.closed, words.revision(revision))
      : settledUntil === null
        ? words.states[state]
        : words.both(
            words.states[state],
            `${speech.t.settledUntil} ${instant(Date.parse(settledUntil), model.timeZone)}`,
          );
  const href =
    account === null
      ? pageHref("/reports", speech.lang, { month: month.month })
      : reportPageHref(speech.lang, month.month, { account });
  return (
    <tr role="row">
      <Cell look="nowrap">
        <a href={href}>{name}</a>
      </Cell>
      <Cell look={state === "closed" ? "quiet" : "t-minor"}>{said}</Cell>
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
      <Cell label={words.claimedHead} look={asideIf(line.claimed === null, "nowrap")}>
        {money(line.claimed)}
      </Cell>
      <Cell label={words.creditedHead} look={asideIf(line.credited === null, "nowrap")}>
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
