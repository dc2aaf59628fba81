import type { Lang, Reader } from "../core/views.ts";
import { may } from "../core/access.ts";
import { numberOf } from "../core/overview-view.ts";
import { reasonText } from "../core/reason-text.ts";
import type { ReportModel } from "../core/report-views.ts";
import type { ReportOutage, ReportSubject } from "../core/report.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { ListHead } from "./form-parts.tsx";
import { duration, figure, instant, monthName, zoneLabel } from "./format.ts";
import { Badge, VERDICT_LOOK } from "./icons.tsx";
import { pageHref, proposeHref, reportFileHref, targetHref } from "./links.ts";
import { Claims } from "./reports-claims.tsx";
import { Part, type ReportParts, type TypedClaim } from "./reports-parts.tsx";
import { Exclusions, Malfunctions } from "./reports-troubles.tsx";
import { Proof, Revisions } from "./reports-proof.tsx";
import { reportPageHref } from "./reports.tsx";
import { reportsText } from "./reports-text.ts";
import { messages } from "./text.ts";

const MOST_SUBJECTS = 100;
const FIRST_OUTAGES = 20;
const MOST_OUTAGES = 120;

/** The page at `/reports/2026-10`: the report to read, and what may be done about it. */
export function renderReport(
  model: ReportModel,
  lang: Lang,
  { reader, typed }: { readonly reader: Reader; readonly typed: TypedClaim },
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
              ? words.statuses[report.status === "running" ? "running" : "open"]
              : `${words.statuses.closed}, ${words.revision(report.revision === 0 ? newest : report.revision)}`}
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
        <Revisions {...parts} />
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
      {model.formats.map((format) => (
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
        {subjects.length === 0
          ? words.sentenceNothing(who, month)
          : missed.length > 0
            ? words.sentenceMissed(who, missed.length, subjects.length) +
              (status === "running" ? words.soFar(month) : words.inMonth(month))
            : little > 0
              ? words.sentenceMet(who, subjects.length - little, month)
              : status === "running"
                ? words.sentenceOnTrack(who, subjects.length, month)
                : words.sentenceMet(who, subjects.length, month)}
      </p>
      {little > 0 ? <p>{words.littleDataToo(little)}</p> : null}
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
  const length = duration(lengthOf(longest) / 1000, speech.t);
  const why = `${subject.id}: ${words.longest(at, length, reasonText(reason, speech.lang))}`;
  return <p>{why}</p>;
}

function Owed({ model, words }: Omit<ReportParts, "reader">) {
  const { report, timeZone } = model;
  const credits = report.subjects.flatMap(({ credit }) => (credit === null ? [] : [credit]));
  if (credits.length === 0) return null;
  const day = (text: string, back = 0) => instant(Date.parse(text) - back, timeZone).slice(0, 10);
  const from = day(credits.map(({ claimFrom }) => claimFrom).toSorted()[0] ?? "");
  const until = day(credits.map(({ claimUntil }) => claimUntil).toSorted()[0] ?? "", 1);
  const amounts = report.credits
    .filter(({ by }) => by === "account")
    .map(({ amount, currency }) => `${amount} ${currency}`);
  const isOver = credits.every(({ claimUntil }) => Date.parse(claimUntil) <= model.nowMs);
  const over = isOver ? ` ${words.owedOver}` : "";
  if (amounts.length > 0) {
    return <p>{words.owedSentence(amounts.join(" + "), from, until) + over}</p>;
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

function SubjectLine(props: Omit<ReportParts, "reader"> & { readonly subject: ReportSubject }) {
  const { subject, model, speech, words } = props;
  const { t, lang } = speech;
  const { id, verdict, credit, creditNote, slotSeconds } = subject;
  const [only, ...others] = subject.targets;
  const href =
    only === undefined || others.length > 0 ? null : targetHref(lang, only, model.report.month);
  const time = (slots: string) => duration(numberOf(slots) * slotSeconds, t);
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
          {subject.agreement}
          {model.report.account === null ? ` · ${subject.account}` : ""}
        </span>
      </td>
      <td
        role="cell"
        class="quiet"
      >{`${t.productNames[productOf(subject.product)][0]} · ${subject.region}`}</td>
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
        {words.ofAllowed(time(subject.bad), time(subject.allowedBad))}
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

const PRODUCTS = ["ecs", "slb", "oss", "rds", "cdn", "vpc", "security"] as const;
const productOf = (product: string) => PRODUCTS.find((one) => one === product) ?? "ecs";

type PlacedOutage = ReportOutage & { readonly subject: ReportSubject };

const placed = (subject: ReportSubject) =>
  subject.outages.map((outage): PlacedOutage => ({ ...outage, subject }));
const lengthOf = ({ from, until }: PlacedOutage) => Date.parse(until) - Date.parse(from);
const longestFirst = (a: PlacedOutage, b: PlacedOutage) =>
  lengthOf(b) - lengthOf(a) || Date.parse(b.from) - Date.parse(a.from);

function Outages(props: ReportParts) {
  const { model, words } = props;
  const all = model.report.subjects.flatMap(placed).toSorted(longestFirst);
  const first = all.slice(0, FIRST_OUTAGES);
  const others = all.slice(FIRST_OUTAGES, MOST_OUTAGES);
  const left = all.length - first.length - others.length;
  return (
    <Part id="outages" title={words.outages}>
      {first.length === 0 ? (
        <p class="quiet">{words.outagesNone}</p>
      ) : (
        <div class="card">
          <OutageTable {...{ ...props, outages: first }} />
          {others.length === 0 ? null : (
            <details class="more fold">
              <summary>{words.shorterOutages(others.length)}</summary>
              <OutageTable {...{ ...props, outages: others }} />
            </details>
          )}
          {left === 0 ? null : <p class="more quiet">{words.moreOutages(left)}</p>}
        </div>
      )}
    </Part>
  );
}

function OutageTable(props: ReportParts & { readonly outages: readonly PlacedOutage[] }) {
  const { outages, model, speech, words, reader } = props;
  const { t } = speech;
  const head = [words.subject, t.from, t.until, words.length, words.reason];
  const mayPropose = may({ ...reader, origin: "" }, "propose-exclusion");
  return (
    <table class="list tight" role="table">
      <ListHead texts={mayPropose ? [...head, words.exclusion] : head} />
      <tbody role="rowgroup">
        {outages.map((outage) => (
          <OutageLine {...{ ...props, outage, month: model.report.month, mayPropose }} />
        ))}
      </tbody>
    </table>
  );
}

function OutageLine(
  props: ReportParts & {
    readonly outage: PlacedOutage;
    readonly month: string;
    readonly mayPropose: boolean;
  },
) {
  const { outage, month, model, speech, words, mayPropose } = props;
  const { subject, from, until } = outage;
  const [fromMs, untilMs] = [Date.parse(from), Date.parse(until)];
  const [only, ...others] = subject.targets;
  const propose = proposeHref(speech.lang, { targets: subject.targets, fromMs, untilMs });
  return (
    <tr role="row">
      <td role="cell">
        {only !== undefined && others.length === 0 ? (
          <a href={targetHref(speech.lang, only, month)}>{subject.id}</a>
        ) : (
          subject.id
        )}
      </td>
      <td role="cell">
        <Time ms={fromMs} zone={model.timeZone} />
      </td>
      <td role="cell">
        <Time ms={untilMs} zone={model.timeZone} />
      </td>
      <td role="cell" data-label={words.length}>
        {duration((untilMs - fromMs) / 1000, speech.t)}
      </td>
      <td role="cell" class="wrap">
        {reasonText(outage.reason, speech.lang)}
      </td>
      {mayPropose ? (
        <td role="cell">
          {subject.targets.length > MOST_PROPOSED ? null : (
            <a href={propose} aria-label={`${words.proposeFor}: ${subject.id}`}>
              {words.proposeFor}
            </a>
          )}
        </td>
      ) : null}
    </tr>
  );
}

/** More would not fit into an address. */
const MOST_PROPOSED = 40;
