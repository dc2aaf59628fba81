import { durationText } from "../core/duration-text.ts";
import type {
  CreditLine,
  MissedLine,
  ReportLine,
  ReportsModel,
  ReportsMonth,
} from "../core/report-views.ts";
import { formatAmount, parseAmount } from "../core/money.ts";
import { reasonText } from "../core/reason-text.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { FilterForm, ListHead } from "./form-parts.tsx";
import { formText } from "./form-text.ts";
import { figure, instant, monthName, zoneLabel } from "./format.ts";
import { Badge } from "./icons.tsx";
import { malfunctionHref, pageHref, yearHref } from "./links.ts";
import { reportsText } from "./reports-text.ts";
import { MonthsStrip } from "./reports-strip.tsx";
import type { ReportsText } from "./reports-text-en.ts";
import { messages } from "./text.ts";
import { yearText } from "./year-text.ts";

type Words = { readonly speech: Speech; readonly words: ReportsText; readonly timeZone: string };

/** The address of a month's report. */
export function reportPageHref(
  lang: Lang,
  month: string,
  query: { readonly account?: string; readonly revision?: string; readonly against?: string } = {},
): string {
  return pageHref(`/reports/${month}`, lang, query);
}

/** The page at `/reports`: newest month first, in it the accounts that missed something first. */
export function renderReports(model: ReportsModel, lang: Lang, reader: Reader): string {
  const { nowMs, timeZone, months, choices, filter } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = reportsText[lang];
  const t = formText[lang];
  const query = {
    ...(filter.month === null ? {} : { month: filter.month }),
    ...(filter.account === null ? {} : { account: filter.account }),
  };
  const filters = [
    {
      name: "month",
      label: t.month,
      value: filter.month,
      choices: asked(choices.months, filter.month).map((value) => ({
        value,
        text: monthName(value, speech.t),
      })),
    },
    {
      name: "account",
      label: t.account,
      value: filter.account,
      choices: choices.accounts.map(({ id, name }) => ({ value: id, text: name })),
    },
  ];
  return renderDocument({
    reader,
    path: "/reports",
    speech,
    title: words.reports,
    otherHref: pageHref("/reports", lang === "en" ? "zh" : "en", query),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{words.reports}</h1>
            <p class="quiet">{words.lead}</p>
          </div>
          <Years model={model} lang={lang} />
        </div>
        <FilterForm path="/reports" lang={lang} filters={filters} />
        {months.length === 0 ? (
          <p class="card empty">{words.noMonths}</p>
        ) : (
          <>
            <Summary {...{ months, words, timeZone }} />
            <MonthsStrip {...{ months, speech, words }} />
          </>
        )}
        {months.map((one) => (
          <MonthSection {...{ one, model, speech, words, timeZone }} />
        ))}
      </>
    ),
  });
}

/** A month that nothing is listed of is the chosen one all the same. */
function asked(months: readonly string[], month: string | null): readonly string[] {
  return month === null || months.includes(month) ? months : [month, ...months];
}

const MOST_YEARS = 6;

/** The years of the months that can be chosen, the newest first. */
function Years({ model, lang }: { readonly model: ReportsModel; readonly lang: Lang }) {
  const { choices, filter } = model;
  const years = new Set(choices.months.map((month) => month.slice(0, 4)));
  const query = filter.account === null ? {} : { account: filter.account };
  return (
    <div class="page-tools">
      {[...years]
        .toSorted()
        .toReversed()
        .slice(0, MOST_YEARS)
        .map((year) => (
          <a class="button" href={yearHref(lang, year, query)}>
            {yearText[lang].theYear(year)}
          </a>
        ))}
    </div>
  );
}

/** How many months missed something, and what can still be claimed. */
function Summary(props: {
  readonly months: readonly ReportsMonth[];
  readonly words: ReportsText;
  readonly timeZone: string;
}) {
  const { months, words, timeZone } = props;
  const missed = months.filter((one) => one.missed > 0).length;
  const judged = months.filter((one) => one.judged > 0).length;
  const isWhole = judged > 0 && months.every((one) => one.judged === one.subjects);
  const look =
    missed > 0
      ? ({ icon: "missed", tone: "missed" } as const)
      : isWhole
        ? ({ icon: "check", tone: "good" } as const)
        : ({ icon: "dash", tone: "quiet" } as const);
  const open = months
    .flatMap(({ lines }) => lines.flatMap(({ credits }) => credits))
    .filter(({ state }) => state === "owed" || state === "acknowledged");
  const amounts = sumsOf(open);
  const firstEnd = Math.min(...open.map(({ claimUntilMs }) => claimUntilMs));
  return (
    <p class="verdict-line">
      <Badge
        {...look}
        text={
          judged === 0
            ? words.summaryUnjudged(months.length)
            : words.summaryMissed(missed, months.length)
        }
      />
      {amounts.length === 0 || amounts.length > 6 ? null : (
        <span class="strong">
          {" "}
          {words.summaryOwed(amounts.join(" + "), instant(firstEnd - 1, timeZone).slice(0, 10))}
        </span>
      )}
    </p>
  );
}

/** What is owed in each currency; what nobody knows the fee of is in no sum. */
function sumsOf(credits: readonly CreditLine[]): string[] {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of credits) {
    const minor = amount === null ? null : parseAmount(amount, currency);
    if (minor !== null) sums.set(currency, (sums.get(currency) ?? 0n) + minor);
  }
  return [...sums].map(([currency, minor]) => `${formatAmount(minor, currency)} ${currency}`);
}

const amountText =
  (words: ReportsText) =>
  ({ amount, currency }: CreditLine): string =>
    amount === null ? words.noFee : `${amount} ${currency}`;

function MonthSection(props: Words & { readonly one: ReportsMonth; readonly model: ReportsModel }) {
  const { one, model, speech, words } = props;
  const { month, status, lines, missed, subjects, judged, more, isCounted } = one;
  const id = `m-${month}`;
  const head = [words.account, words.verdict, words.missedOnes, words.credit, words.report];
  return (
    <section aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>{monthName(month, speech.t)}</h2>
        <span class={`pill ${status === "running" ? "running" : ""}`}>
          {words.statuses[status]}
        </span>
        {judged === 0 ? null : (
          <span class={missed > 0 ? "t-missed strong" : "quiet"}>
            {missed > 0 ? words.monthMissed(missed, subjects) : words.monthFine(judged)}
          </span>
        )}
        {model.seesAll && model.filter.account === null ? (
          <a href={reportPageHref(speech.lang, month)}>{words.wholeMonth}</a>
        ) : null}
      </div>
      {lines.length === 0 ? (
        <p class="card empty">{isCounted ? words.noLines : words.notCounted}</p>
      ) : (
        <div class="card">
          <table class="list reports-list" role="table">
            <ListHead texts={head} />
            <tbody role="rowgroup">
              {lines.map((line) => (
                <AccountRow {...props} line={line} />
              ))}
            </tbody>
          </table>
          {more > 0 ? (
            <p class="more">
              <a href={pageHref("/reports", speech.lang, { month })}>
                {formText[speech.lang].more(more)}
              </a>
            </p>
          ) : null}
        </div>
      )}
    </section>
  );
}

function AccountRow(props: Words & { readonly one: ReportsMonth; readonly line: ReportLine }) {
  const { one, line, speech, words, timeZone } = props;
  const href = reportPageHref(speech.lang, one.month, { account: line.account });
  const count = line.verdicts.missed + line.verdicts["already-missed"];
  return (
    <tr role="row" class={count > 0 ? "row-missed" : undefined}>
      <td role="cell">
        <a class="name" href={href}>
          {line.name}
        </a>
        {line.name === line.account ? null : <span class="members quiet">{line.account}</span>}
      </td>
      <td role="cell">
        <Verdict line={line} words={words} />
      </td>
      <td role="cell" class="wide-cell">
        {line.missed.length === 0 ? null : (
          <ul class="missed-list">
            {line.missed.map((missed) => (
              <Missed {...{ missed, speech, words, timeZone }} />
            ))}
            {count > line.missed.length ? (
              <li class="quiet">{formText[speech.lang].more(count - line.missed.length)}</li>
            ) : null}
          </ul>
        )}
      </td>
      <td role="cell">
        {line.credits.map((credit) => (
          <Credit {...{ credit, words, timeZone }} />
        ))}
      </td>
      <td role="cell">
        <a href={href}>{words.open}</a>
        {line.revision === 0 ? null : (
          <span class="members quiet">{words.revision(line.revision)}</span>
        )}
      </td>
    </tr>
  );
}

function Verdict({ line, words }: { readonly line: ReportLine; readonly words: ReportsText }) {
  const { verdicts, subjects } = line;
  const missed = verdicts.missed + verdicts["already-missed"];
  const atRisk = verdicts["at-risk"];
  const little = verdicts["insufficient-data"];
  const fine = subjects - missed - atRisk - little;
  return (
    <span class="stacked">
      {missed > 0 ? (
        <Badge icon="missed" tone="missed" text={words.missedOf(missed, subjects)} />
      ) : null}
      {atRisk > 0 ? <Badge icon="warn" tone="minor" text={words.atRisk(atRisk)} /> : null}
      {little > 0 ? <Badge icon="dash" tone="quiet" text={words.littleData(little)} /> : null}
      {fine > 0 && fine === subjects ? (
        <Badge
          icon="check"
          tone="good"
          text={verdicts["on-track"] > 0 ? words.allOnTrack(fine) : words.allMet(fine)}
        />
      ) : null}
    </span>
  );
}

function Missed(props: Words & { readonly missed: MissedLine }) {
  const { missed, speech, words, timeZone } = props;
  const { longest, malfunction } = missed;
  const ms = longest === null ? 0 : Date.parse(longest.until) - Date.parse(longest.from);
  return (
    <li>
      <span class="name">{missed.id}</span>{" "}
      <span class="nowrap">
        {words.instead(figure(missed.availabilityPercent), `${missed.objectivePercent} %`)}
      </span>
      {longest === null ? null : (
        <span class="members quiet">
          {words.longest(
            instant(Date.parse(longest.from), timeZone),
            durationText(ms / 1000, speech.t),
            reasonText(longest.reason, speech.lang),
          )}
        </span>
      )}
      {malfunction === null ? null : (
        <span class="members">
          <a href={malfunctionHref(speech.lang, malfunction.id)}>
            {words.malfunction(malfunction.id)}
          </a>{" "}
          {malfunction.cause === null ? "" : words.cause(firstLine(malfunction.cause))}
        </span>
      )}
    </li>
  );
}

/** Of what may be a long text. */
function firstLine(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

function Credit(props: {
  readonly credit: CreditLine;
  readonly words: ReportsText;
  readonly timeZone: string;
}) {
  const { credit, words, timeZone } = props;
  const isOpen = credit.state === "owed" || credit.state === "acknowledged";
  return (
    <span class="credit-line">
      <span class="strong nowrap">{amountText(words)(credit)}</span>{" "}
      <span class={isOpen ? "t-minor" : "quiet"}>{words.claimStates[credit.state]}</span>
      {isOpen ? (
        <span class="members quiet">
          {words.claimWindow(
            instant(credit.claimFromMs, timeZone).slice(0, 10),
            instant(credit.claimUntilMs - 1, timeZone).slice(0, 10),
          )}
        </span>
      ) : null}
    </span>
  );
}
