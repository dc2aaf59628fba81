import { claimDays, commonWindow } from "../core/claim-words.ts";
import { isOwed, isOwedInPart } from "../core/credit.ts";
import { durationText } from "../core/duration-text.ts";
import { placeName } from "../core/place-name.ts";
import type { Lang, Reader } from "../core/views.ts";
import { monthAt } from "../core/month.ts";
import { budgetOf, numberOf } from "../core/overview-view.ts";
import { reasonText } from "../core/reason-text.ts";
import type { ReportModel } from "../core/report-views.ts";
import type { ReportSubject } from "../core/report.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { ListHead } from "./form-parts.tsx";
import { figure, instant, monthName, zoneLabel } from "./format.ts";
import { Badge, VERDICT_LOOK } from "./icons.tsx";
import { pageHref, reportFileHref, targetHref } from "./links.ts";
import { Claims } from "./reports-claims.tsx";
import { lengthOf, longestFirst, Outages, placed } from "./reports-outages.tsx";
import { forPeopleFirst, Part, type ReportParts, type TypedStep } from "./reports-parts.tsx";
import { Exclusions, Malfunctions } from "./reports-troubles.tsx";
import { Proof, Revisions } from "./reports-proof.tsx";
import { reportPageHref } from "./reports.tsx";
import { reportsText } from "./reports-text.ts";
import { messages } from "./text.ts";

const MOST_SUBJECTS = 100;

/** The page at `/reports/2026-10`: the report to read, and what may be done about it. */
export function renderReport(
  model: ReportModel,
  lang: Lang,
  { reader, typed }: { readonly reader: Reader; readonly typed: TypedStep },
): string {
  const { report, timeZone, nowMs } = model;
  const { month, account } = report;
  const speech: Speech = { lang, t: messages[lang] };
  const words = reportsText[lang];
  const who = model.accountName ?? words.everyone;
  const title = words.title(monthName(month, speech.t), who);
  const newest = model.revisions[0]?.revision ?? 0;
  const isOld = report.revision !== newest;
  const query = {
    ...(account === null ? {} : { account }),
    ...(isOld ? { revision: String(report.revision) } : {}),
  };
  const parts: ReportParts = { model, speech, words, reader };
  return renderDocument({
    reader,
    path: "/reports",
    speech,
    title,
    otherHref: reportPageHref(lang === "en" ? "zh" : "en", month, query),
    month,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <p class="crumbs">
          <a href={pageHref("/reports", lang)}>{words.allReports}</a>
          <span class="fact">
            <a href={pageHref("/reports", lang, { month })}>{monthName(month, speech.t)}</a>
          </span>
          <span class="fact">
            {newest === 0
              ? words.statuses[openStatus(model)]
              : `${words.statuses.closed}${speech.lang === "zh" ? "，" : ", "}${words.revision(report.revision === 0 ? newest : report.revision)}`}
          </span>
        </p>
        <div class="page-head">
          <h1>{title}</h1>
          <Downloads {...parts} query={query} />
        </div>
        {newest > 0 && isOld ? <NotTheOne {...parts} newest={newest} /> : null}
        <VerdictCard {...parts} />
        <Subjects {...parts} />
        <Claims {...parts} typed={typed} />
        <Outages {...parts} />
        <Malfunctions {...parts} />
        <Exclusions {...parts} />
        <Revisions {...parts} typed={typed} />
        <Proof {...parts} />
      </>
    ),
  });
}

function Downloads(props: ReportParts & { readonly query: Readonly<Record<string, string>> }) {
  const { model, speech, words, query } = props;
  const names: Readonly<Record<string, string>> = words.formatNames;
  return (
    <div class="page-tools">
      <span class="quiet">{words.download}</span>
      {forPeopleFirst(model.formats).map((format) => (
        <a
          class="button"
          href={reportFileHref(speech.lang, { month: model.report.month, format, query })}
        >
          {names[format] ?? format}
        </a>
      ))}
    </div>
  );
}

/** Of a month that is not closed. */
function openStatus({ report, nowMs, timeZone }: ReportModel): "to-come" | "running" | "open" {
  if (report.status !== "running") return "open";
  return monthAt(nowMs, timeZone) < report.month ? "to-come" : "running";
}

/** The revision that is shown is not the one that holds. */
function NotTheOne(props: ReportParts & { readonly newest: number }) {
  const { model, speech, words, newest } = props;
  const { month, account, revision } = model.report;
  const href = reportPageHref(speech.lang, month, account === null ? {} : { account });
  return (
    <p class="told">
      {revision === 0 ? words.showingNow : words.older(newest)}{" "}
      <a href={href}>{revision === 0 ? words.toSigned : words.toNewest}</a>
    </p>
  );
}

const isMissed = ({ verdict }: Pick<ReportSubject, "verdict">) =>
  verdict === "missed" || verdict === "already-missed";

/** What the month came to, in a sentence. */
function VerdictCard({ model, speech, words }: ReportParts) {
  const { report } = model;
  const { subjects, status } = report;
  const who = model.accountName ?? words.everyone;
  const month = monthName(report.month, speech.t);
  const missed = subjects.filter(isMissed);
  const little = subjects.filter(({ verdict }) => verdict === "insufficient-data").length;
  const tone =
    missed.length > 0
      ? "missed"
      : little === subjects.length
        ? "quiet"
        : little > 0
          ? "minor"
          : "good";
  return (
    <section class={`card verdict-card t-edge-${tone}`} aria-label={words.verdict}>
      <p class="says">
        {subjects.every(({ availabilityPercent }) => availabilityPercent === null)
          ? words.sentenceNothing(who, month)
          : little === subjects.length
            ? words.sentenceLittle(who, little, month)
            : missed.length > 0
              ? words.sentenceMissed(who, missed.length, subjects.length) +
                (status === "running" ? words.soFar(month) : words.inMonth(month))
              : little > 0
                ? words.sentenceMet(who, subjects.length - little, month)
                : status === "running"
                  ? words.sentenceOnTrack(who, subjects.length, month)
                  : words.sentenceMet(who, subjects.length, month)}
      </p>
      {little > 0 && little < subjects.length ? <p>{words.littleDataToo(little)}</p> : null}
      <Longest {...{ model, speech, words }} />
      <Owed {...{ model, speech, words }} />
    </section>
  );
}

/** The outage that did most to what was missed. */
function Longest({ model, speech, words }: Omit<ReportParts, "reader">) {
  const [longest] = model.report.subjects.filter(isMissed).flatMap(placed).toSorted(longestFirst);
  if (longest === undefined) return null;
  const { subject, from, reason } = longest;
  const at = instant(Date.parse(from), model.timeZone);
  const length = durationText(lengthOf(longest) / 1000, speech.t);
  const why = `${subject.id}${speech.t.colon}${words.longest(at, length, reasonText(reason, speech.lang))}`;
  return <p>{why}</p>;
}

function Owed({ model, words }: Omit<ReportParts, "reader">) {
  const { report, timeZone } = model;
  const credits = report.subjects.flatMap(({ credit }) =>
    credit !== null && isOwed(credit) ? [credit] : [],
  );
  const window = commonWindow(credits);
  if (window === null) return null;
  const { from, until } = claimDays(window, timeZone);
  const amounts = report.credits
    .filter((sum) => sum.by === "account" && isOwed(sum))
    .map(({ amount, currency }) => `${amount} ${currency}`);
  const isOver = credits.every(({ claimUntil }) => Date.parse(claimUntil) <= model.nowMs);
  const over = isOver ? ` ${words.owedOver}` : "";
  if (amounts.length > 0) {
    const owed = isOwedInPart(report.subjects) ? words.owedAtLeast : words.owedSentence;
    return <p>{owed(amounts.join(" + "), from, until) + over}</p>;
  }
  const percents = [...new Set(credits.map(({ percent }) => `${percent} %`))].join(", ");
  return <p>{words.owedNoAmount(percents, from, until) + over}</p>;
}

const RANK = { missed: 0, "already-missed": 0, "at-risk": 1, "insufficient-data": 2 } as const;
const rankOf = ({ verdict }: ReportSubject) =>
  verdict === "met" || verdict === "on-track" ? 3 : RANK[verdict];

function Subjects(props: ReportParts) {
  const { model, speech, words } = props;
  const inOrder = model.report.subjects.toSorted((a, b) => rankOf(a) - rankOf(b));
  const shown = inOrder.slice(0, MOST_SUBJECTS);
  const head = [
    words.subject,
    words.place,
    words.verdict,
    words.figure,
    words.objective,
    words.badTime,
    words.coverage,
    words.credit,
  ];
  if (shown.length === 0) return null;
  return (
    <Part id="subjects" title={words.subjects}>
      <div class="card">
        <table class="list" role="table">
          <ListHead texts={head} />
          <tbody role="rowgroup">
            {shown.map((subject) => (
              <SubjectLine {...{ subject, model, speech, words }} />
            ))}
          </tbody>
        </table>
        {inOrder.length > shown.length ? (
          <p class="more quiet">{words.moreSubjects(inOrder.length - shown.length)}</p>
        ) : null}
      </div>
    </Part>
  );
}

/** By the verdict. */
const SAID_ALREADY: ReadonlySet<string> = new Set(["met", "running", "insufficient-data"]);

type SubjectProps = Omit<ReportParts, "reader"> & { readonly subject: ReportSubject };

function SubjectLine(props: SubjectProps) {
  const { subject, model, speech, words } = props;
  const { t, lang } = speech;
  const { id, verdict, credit, creditNote } = subject;
  const [only, ...others] = subject.targets;
  const href =
    only === undefined || others.length > 0 ? null : targetHref(lang, only, model.report.month);
  return (
    <tr role="row" class={isMissed(subject) ? "row-missed" : undefined}>
      <td role="cell">
        {href === null ? (
          <span class="name">{id}</span>
        ) : (
          <a class="name" href={href}>
            {id}
          </a>
        )}
        <span class="members quiet">
          {words.agreement}{" "}
          <a href={`${pageHref("/agreements", lang)}#${subject.agreement}`}>{subject.agreement}</a>
          {model.report.account === null ? ` · ${subject.account}` : ""}
        </span>
      </td>
      <td role="cell" class="quiet">
        {placeName(subject, lang)}
      </td>
      <td role="cell">
        <Badge {...VERDICT_LOOK[verdict]} text={t.verdicts[verdict]} />
      </td>
      <td role="cell" class="strong nowrap" data-label={words.figure}>
        {figure(subject.availabilityPercent)}
      </td>
      <td
        role="cell"
        class="nowrap"
        data-label={words.objective}
      >{`${subject.objectivePercent} %`}</td>
      <td role="cell" data-label={words.badTime}>
        {badTimeText(props)}
        {subject.outages.length < 2 ? null : (
          <span class="members quiet">{words.outageCount(subject.outages.length)}</span>
        )}
      </td>
      <td role="cell" class="nowrap" data-label={words.coverage}>
        {figure(subject.coveragePercent)}
      </td>
      <td role="cell" data-label={credit === null ? undefined : words.credit}>
        {credit === null ? (
          creditNote === null || SAID_ALREADY.has(creditNote) ? null : (
            <span class="quiet small">{words.creditNotes[creditNote]}</span>
          )
        ) : (
          <>
            <span class="strong nowrap">
              {credit.amount === null
                ? words.percentOfFee(credit.percent)
                : `${credit.amount} ${credit.currency}`}
            </span>
            {credit.amount === null ? null : (
              <span class="members quiet">{words.percentOfFee(credit.percent)}</span>
            )}
          </>
        )}
      </td>
    </tr>
  );
}

/** Bad time and what is allowed of it: of a running month in the whole month, as its verdict goes by. */
function badTimeText({ subject, model, speech, words }: SubjectProps): string {
  const { report } = model;
  if (subject.availabilityPercent === null) return "–";
  const bad = durationText(numberOf(subject.bad) * subject.slotSeconds, speech.t);
  if (report.status !== "running") {
    const allowed = numberOf(subject.allowedBad) * subject.slotSeconds;
    return words.ofAllowed(bad, durationText(allowed, speech.t));
  }
  const restMs = Math.max(0, Date.parse(report.until) - Date.parse(report.settledUntil));
  const { allowedSeconds } = budgetOf(subject, restMs / 1000);
  return words.ofAllowedInMonth(bad, durationText(allowedSeconds, speech.t));
}
