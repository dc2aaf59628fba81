import type { Lang, Reader } from "../core/views.ts";
import type { YearMonth } from "../core/year-report.ts";
import { monthRuns } from "../core/year-sums.ts";
import { badTimeText, minutesText } from "../core/year-time-text.ts";
import type { YearModel } from "../core/year-view.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { FilterForm } from "./form-parts.tsx";
import { figure, zoneLabel } from "./format.ts";
import { pageHref, yearHref } from "./links.ts";
import { forPeopleFirst } from "./reports-parts.tsx";
import { messages } from "./text.ts";
import { YearGrid } from "./year-grid.tsx";
import { YearAccounts, YearCreditList, YearMonths } from "./year-lists.tsx";
import { amountsText, owedText, type YearParts } from "./year-parts.ts";
import { YearHow, YearOutages, YearPlaces } from "./year-places.tsx";
import { yearText } from "./year-text.ts";

/** The page at `/years/2026`: twelve months of reports side by side. */
export function renderYear(model: YearModel, lang: Lang, reader: Reader): string {
  const { report, timeZone, nowMs, choices, seesAll } = model;
  const { year, account } = report;
  const speech: Speech = { lang, t: messages[lang] };
  const words = yearText[lang];
  const parts: YearParts = { model, speech, words };
  const title = words.title(year, model.accountName ?? words.everyone);
  const query = account === null ? {} : { account };
  const isChoice = choices.length > 1;
  return renderDocument({
    reader,
    path: "/reports",
    speech,
    title,
    otherHref: yearHref(lang === "en" ? "zh" : "en", year, query),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <p class="crumbs">
          <a href={pageHref("/reports", lang, query)}>{words.allReports}</a>
        </p>
        <div class="page-head">
          <h1>{title}</h1>
          <div class="page-tools">
            <YearNav {...parts} />
            <span class="quiet">{words.download}</span>
            <Downloads {...parts} />
          </div>
        </div>
        {isChoice ? (
          <FilterForm
            path={`/years/${year}`}
            lang={lang}
            filters={[
              {
                name: "account",
                label: words.account,
                value: seesAll ? account : (account ?? choices[0]?.id ?? null),
                choices: choices.map(({ id, name }) => ({ value: id, text: name })),
              },
            ]}
          />
        ) : null}
        <Verdict {...parts} />
        <Facts {...parts} />
        <YearGrid {...parts} />
        <YearMonths {...parts} />
        <YearAccounts {...parts} />
        <YearCreditList {...parts} />
        <YearPlaces {...parts} />
        <YearOutages {...parts} />
        <YearHow {...parts} />
      </>
    ),
  });
}

/** The year with data before this one, and the one after it. */
function YearNav({ model, speech, words }: YearParts) {
  const { year, account } = model.report;
  const query = account === null ? {} : { account };
  const previous = model.years.findLast((one) => one < year);
  const next = model.years.find((one) => one > year);
  const step = (to: string | undefined, mark: string, label: string) =>
    to === undefined ? (
      <span class="step off" aria-hidden="true">
        {mark}
      </span>
    ) : (
      <a class="step" href={yearHref(speech.lang, to, query)} aria-label={label} title={label}>
        {mark}
      </a>
    );
  return (
    <nav class="months" aria-label={words.years}>
      {step(previous, "‹", words.previous(previous ?? ""))}
      <span class="button strong" aria-current="page">
        {year}
      </span>
      {step(next, "›", words.next(next ?? ""))}
    </nav>
  );
}

function Downloads({ model, speech, words }: YearParts) {
  const { year, account } = model.report;
  const names: Readonly<Record<string, string>> = words.formatNames;
  return (
    <>
      {forPeopleFirst(model.formats).map((format) => (
        <a
          class="button"
          href={pageHref(`/api/v1/years/${year}`, speech.lang, {
            ...(account === null ? {} : { account }),
            format,
          })}
        >
          {names[format] ?? format}
        </a>
      ))}
    </>
  );
}

/** What the year came to, in a sentence, and what of it is wanting. */
function Verdict(parts: YearParts) {
  const { model, words } = parts;
  const { counts, credits, months, year } = model.report;
  const who = model.accountName ?? words.everyone;
  const isEmpty = months.every(({ state }) => state === "none" || state === "ahead");
  const isJudged = counts.kept + counts.missed + counts.undecided > 0;
  const isGood = counts.kept > 0 && counts.undecided === 0;
  const tone = counts.missed > 0 ? "missed" : isGood ? "good" : "quiet";
  const owed = amountsText(credits);
  const claimed = amountsText(credits, (one) => one.claimed);
  return (
    <section class={`card verdict-card t-edge-${tone}`} aria-label={words.verdict}>
      <p class="says">
        {isEmpty
          ? words.empty(who, year)
          : isJudged
            ? words.says(who, counts)
            : words.noneClosed(who, year)}
      </p>
      {isJudged && counts.undecided > 0 && counts.kept > 0 ? (
        <p>{words.undecided(counts.undecided)}</p>
      ) : null}
      {credits.length === 0 ? null : <p>{owed === "" ? words.owedUnknown : words.owed(owed)}</p>}
      {claimed === "" ? null : <p>{words.claimedToo(claimed)}</p>}
      {isEmpty ? null : <Caveats {...parts} />}
      <p class="quiet">{words.informative}</p>
    </section>
  );
}

function Caveats(parts: YearParts) {
  const { model, words } = parts;
  const named = (states: readonly YearMonth["state"][]) =>
    model.report.months.filter(({ state }) => states.includes(state)).map(({ month }) => month);
  const [open, gaps] = [named(["open", "running"]), named(["none"])];
  return (
    <>
      {open.length === 0 ? null : (
        <p class="t-minor strong">{words.notClosed(monthsText(open, parts))}</p>
      )}
      {gaps.length === 0 ? null : (
        <p class="t-minor strong">{words.gaps(monthsText(gaps, parts))}</p>
      )}
    </>
  );
}

/** "January to March and May 2026" */
function monthsText(months: readonly string[], { words, speech }: YearParts): string {
  const year = Number(months[0]?.slice(0, 4));
  const nameOf = (number: number) => speech.t.monthName(year, number);
  return words.listOf(
    monthRuns(months).map(([first, last]) =>
      first === last ? nameOf(first) : words.monthRange(nameOf(first), nameOf(last)),
    ),
  );
}

function Facts({ model, speech, words }: YearParts) {
  const { counts, time, exclusions, credits, subjects } = model.report;
  if (subjects.length === 0) return null;
  const { facts } = words;
  const judged = counts.kept + counts.missed + counts.undecided;
  const rows: readonly (readonly [string, string])[] = [
    [facts.kept, judged === 0 ? "–" : `${counts.kept} / ${judged}`],
    [facts.badTime, badTimeText(time, speech.t)],
    [facts.excluded, words.exclusions(exclusions, minutesText(time.excludedMinutes, speech.t))],
    [facts.coverage, figure(time.coveragePercent)],
    [facts.owed, owedText(credits)],
    [facts.claimed, amountsText(credits, (one) => one.claimed) || "–"],
  ];
  return (
    <dl class="year-facts">
      {rows.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
