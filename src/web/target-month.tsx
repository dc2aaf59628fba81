import { may } from "../core/access.ts";
import { durationText } from "../core/duration-text.ts";
import { malfunctionWords } from "../core/malfunction-text.ts";
import { numberOf } from "../core/overview-view.ts";
import type { ReportOutage, ReportSubject } from "../core/report.ts";
import type {
  Reader,
  ShownState,
  TargetAgreement,
  TargetModel,
  TimelineDay,
} from "../core/views.ts";
import { BookSwatch, BooksBar } from "./charts/books.tsx";
import { BurnChart } from "./charts/burn.tsx";
import { MonthTimeline, SlotSwatch } from "./charts/timeline.tsx";
import { Good, Time } from "./document.tsx";
import type { Speech } from "./document.tsx";
import { count, dayAndHour, figure, instant, monthName, percent } from "./format.ts";
import { Badge, VERDICT_LOOK } from "./icons.tsx";
import { dayHref, evidenceHref, malfunctionHref, pageHref, proposeHref } from "./links.ts";
import { reasonText } from "../core/reason-text.ts";
import { slotsText } from "./slots-text.ts";
import { TermsSection } from "./terms.tsx";

type Props = {
  readonly agreement: TargetAgreement;
  readonly model: TargetModel;
  readonly speech: Speech;
  readonly reader: Reader | null;
};

const STATES: readonly ShownState[] = ["good", "partial", "bad", "excluded", "no-data"];

/** What one agreement says about the month: figures, timeline, books, budget, outages. */
export function MonthSection(props: Props) {
  const { agreement, model, speech } = props;
  const { t } = speech;
  const { subject, timeline } = agreement;
  const key = agreement.terms.id;
  const several = model.agreements.length > 1;
  const lostSeconds = numberOf(subject.bad) * subject.slotSeconds;
  const month = monthName(model.frame.month, t);
  return (
    <section aria-label={`${t.termNames.agreement} ${key}`}>
      {several ? <h2 class="agreement">{`${t.termNames.agreement} ${key}`}</h2> : null}
      {subject.scope === "group" ? (
        <p class="quiet group-note">
          {t.groupFigure(subject.targets.length, subject.id.replace(/\/$/, ""))}
        </p>
      ) : null}
      <Figures {...props} />
      <Credit {...props} />
      <div class="columns">
        <section class="card pad">
          <h2>{t.timeline}</h2>
          <MonthTimeline
            days={timeline}
            label={t.timelineLabel(month, durationText(lostSeconds, t))}
            t={t}
            linksLabel={slotsText[speech.lang].days}
            linkOf={(day) => dayLink(day, props)}
          />
          <ul class="legend">
            {STATES.map((state) => (
              <li>
                <SlotSwatch state={state} />
                {t.slotStates[state]}
              </li>
            ))}
          </ul>
        </section>
        <div class="stack">
          <Books {...props} />
          <Burn {...props} />
          <TermsSection terms={agreement.terms} speech={speech} />
        </div>
      </div>
      <Outages {...props} />
    </section>
  );
}

function Figures({ agreement, speech }: Props) {
  const { t } = speech;
  const { subject, budget, terms } = agreement;
  const look = VERDICT_LOOK[subject.verdict];
  const none = subject.availabilityPercent === null;
  const minCoverage = (Number(terms.minCoverage.num) / Number(terms.minCoverage.den)) * 100;
  const leftShare = budget.leftPercent === null ? "–" : percent(budget.leftPercent);
  return (
    <dl class="figures">
      <div class={`figure-box lead t-edge-${look.tone}`}>
        <dt>{t.availability}</dt>
        <dd class="big">{none ? t.noData : figure(subject.availabilityPercent)}</dd>
        <dd class="note">
          <Badge icon={look.icon} tone={look.tone} text={t.verdicts[subject.verdict]} />{" "}
          {t.objective(subject.objectivePercent)}
        </dd>
      </div>
      <div class="figure-box">
        <dt>{t.budget}</dt>
        <dd class={budget.leftSeconds < 0 ? "mid t-missed" : "mid"}>
          {none ? "–" : durationText(budget.leftSeconds, t)}
        </dd>
        {none ? null : (
          <dd class="note">{t.allowedTime(leftShare, durationText(budget.allowedSeconds, t))}</dd>
        )}
      </div>
      <div class="figure-box">
        <dt>{t.reachability}</dt>
        <dd class="mid">{figure(subject.reachabilityPercent)}</dd>
        <dd class="note">{t.reachabilityNote}</dd>
      </div>
      <div class="figure-box">
        <dt>{t.coverage}</dt>
        <dd class="mid">{figure(subject.coveragePercent)}</dd>
        <dd class="note">{t.coverageNote(String(minCoverage))}</dd>
      </div>
      <div class="figure-box">
        <dt>{t.range}</dt>
        <dd class="mid">
          {subject.lowPercent === subject.highPercent
            ? figure(subject.lowPercent)
            : `${subject.lowPercent ?? "–"} – ${figure(subject.highPercent)}`}
        </dd>
        <dd class="note">{t.rangeNote}</dd>
      </div>
    </dl>
  );
}

function Books({ agreement, speech }: Props) {
  const { t } = speech;
  const { books, slotSeconds, total } = agreement.subject;
  const rows = [
    { state: "good", name: t.bookNames.good, exact: books.good },
    { state: "missed", name: t.bookNames.bad, exact: books.bad },
    { state: "excluded", name: t.bookNames.excluded, exact: books.excluded },
    { state: "no-data", name: t.bookNames.noData, exact: books.noData },
  ] as const;
  const label = rows.map((row) => `${row.name} ${slotCount(row.exact)}`).join(", ");
  return (
    <section class="card pad">
      <h2>{t.books}</h2>
      <BooksBar books={rows.map((row) => ({ ...row, size: numberOf(row.exact) }))} label={label} />
      <table class="plain" aria-label={t.books}>
        <thead class="hidden">
          <tr>
            <th scope="col">{t.books}</th>
            <th scope="col">{t.termNames.slot}</th>
            <th scope="col">{t.duration}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">
                <BookSwatch state={row.state} /> {row.name}
              </th>
              <td class="number">{t.slots(slotCount(row.exact))}</td>
              <td class="number">{durationText(numberOf(row.exact) * slotSeconds, t)}</td>
            </tr>
          ))}
          <tr class="sum">
            <th scope="row">{t.bookNames.total}</th>
            <td class="number">{t.slots(count(String(total)))}</td>
            <td class="number">{durationText(total * slotSeconds, t)}</td>
          </tr>
        </tbody>
      </table>
      <p class="quiet small">{t.booksNote}</p>
    </section>
  );
}

/** Slots in groups of three; a fraction cut to two decimals, and marked when that loses some. */
function slotCount(exact: string): string {
  const value = numberOf(exact);
  const cut = Math.floor(value * 100 + 1e-6) / 100;
  const [whole = "", decimals] = String(cut).split(".");
  const about = Math.abs(cut - value) > 1e-6 ? "≈ " : "";
  return `${about}${count(whole)}${decimals === undefined ? "" : `.${decimals}`}`;
}

function Burn({ agreement, model, speech }: Props) {
  const { t } = speech;
  const { budget, burn, subject } = agreement;
  const lost = durationText(numberOf(subject.bad) * subject.slotSeconds, t);
  const days = agreement.timeline;
  return (
    <section class="card pad">
      <h2>{t.burn}</h2>
      <BurnChart
        points={burn}
        fromMs={model.monthFromMs}
        untilMs={model.monthUntilMs}
        allowedSeconds={budget.allowedSeconds}
        label={t.burnLabel(lost, durationText(budget.allowedSeconds, t))}
        t={t}
        firstDay={days.at(0)?.day.slice(5) ?? ""}
        lastDay={days.at(-1)?.day.slice(5) ?? ""}
      />
      <p class="keys">
        <span class={budget.leftSeconds < 0 ? "key over" : "key solid"}>
          {t.lostSoFar} <strong>{lost}</strong>
        </span>
        <span class="key dotted">{t.evenPace}</span>
      </p>
    </section>
  );
}

/** A day that is still to come has no page. */
function dayLink(day: TimelineDay, { agreement, model, speech }: Props) {
  if (day.runs.length === 0) return null;
  const { lang, t } = speech;
  const place = { id: model.id, day: day.day };
  const several = model.agreements.length > 1;
  const href = dayHref(lang, place, several ? { agreement: agreement.terms.id } : {});
  const lost = day.badSeconds > 0 ? durationText(day.badSeconds, t) : null;
  return { href, text: slotsText[lang].openDay(day.day, lost) };
}

function Outages({ agreement, model, speech, reader }: Props) {
  const { t, lang } = speech;
  const words = slotsText[lang];
  const { outages } = agreement.subject;
  const heads = [t.from, t.until, t.duration, t.reason, words.malfunctionColumn, words.evidence];
  return (
    <section>
      <div class="section-head">
        <h2>{t.outages}</h2>
      </div>
      {outages.length === 0 ? (
        <NoOutage {...{ subject: agreement.subject, speech }} />
      ) : (
        <div class="card">
          <table class="list span" role="table" aria-label={t.outages}>
            <thead role="rowgroup">
              <tr role="row">
                {heads.map((text) => (
                  <th scope="col" role="columnheader">
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {outages.toReversed().map((outage) => (
                <OutageRow {...{ outage, agreement, model, speech, reader }} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Where nothing was measured, nobody knows of none. */
function NoOutage(props: { readonly subject: ReportSubject; readonly speech: Speech }) {
  const { subject, speech } = props;
  const { t } = speech;
  if (subject.availabilityPercent === null) return <p class="quiet">{t.outagesUnseen}</p>;
  return <Good text={t.outagesNone} />;
}

/** What is owed for a missed month, and the way to its claim. */
function Credit({ agreement, model, speech }: Props) {
  const { lang, t } = speech;
  const { credit } = agreement.subject;
  if (credit === null) return null;
  const day = (ms: number) => instant(ms, model.frame.timeZone).slice(0, 10);
  const amount =
    credit.amount === null
      ? t.creditShare(credit.percent)
      : `${credit.amount} ${credit.currency} (${t.creditShare(credit.percent)})`;
  const until = day(Date.parse(credit.claimUntil) - 1);
  return (
    <p class="told">
      {t.creditOwed(amount, day(Date.parse(credit.claimFrom)), until)}{" "}
      <a href={pageHref(`/reports/${model.frame.month}`, lang, { account: model.account })}>
        {t.reportPage}
      </a>
    </p>
  );
}

function OutageRow(props: Props & { readonly outage: ReportOutage }) {
  const { outage, agreement, model, speech, reader } = props;
  const { t, lang } = speech;
  const words = slotsText[lang];
  const { timeZone, status, settledUntilMs } = model.frame;
  const fromMs = Date.parse(outage.from);
  const untilMs = Date.parse(outage.until);
  // Its last minutes may not be counted yet.
  const lasts = model.state.now === "down" && model.state.sinceMs === fromMs;
  const open = status === "running" && (lasts || untilMs >= settledUntilMs);
  const { day, hour } = dayAndHour(fromMs, timeZone);
  const malfunction = agreement.malfunctions.get(fromMs);
  const mayPropose = reader !== null && may({ ...reader, origin: "" }, "propose-exclusion");
  const { targets } = agreement.subject;
  const place = { id: model.id, day };
  return (
    <tr role="row">
      <td role="cell">
        <a href={dayHref(lang, place, { agreement: agreement.terms.id, hour })}>
          <Time ms={fromMs} zone={timeZone} />
        </a>
      </td>
      <td role="cell">
        {open ? (
          <Badge icon="down" tone="missed" text={t.ongoing} />
        ) : (
          <Time ms={untilMs} zone={timeZone} />
        )}
      </td>
      <td role="cell">
        <span class="strong">{durationText((untilMs - fromMs) / 1000, t)}</span>
      </td>
      <td role="cell">{reasonText(outage.reason, lang)}</td>
      <td role="cell">
        {malfunction === undefined ? null : (
          <a href={malfunctionHref(lang, malfunction.id)}>
            {`${malfunction.level} · ${malfunctionWords[lang].name(malfunction.id)}`}
          </a>
        )}
      </td>
      <td role="cell" class="links">
        <a href={evidenceHref(lang, { id: model.id, fromMs, untilMs })}>{words.results}</a>
        {mayPropose ? (
          <a href={proposeHref(lang, { targets, fromMs, untilMs })} title={words.proposeNote}>
            {words.propose}
          </a>
        ) : null}
      </td>
    </tr>
  );
}
