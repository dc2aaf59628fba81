import type { ComponentChildren } from "preact";
import { durationText } from "../core/duration-text.ts";
import { reasonText } from "../core/reason-text.ts";
import type { ReportMalfunction, ReportSubject } from "../core/report.ts";
import { firstOf } from "./figure-choices.ts";
import { moreText, Named, numbers, ownerOf, Section, Table, type Making } from "./html-parts.tsx";
import { proseHtml } from "./markdown.ts";
import { LIMITS } from "./pdf-limits.ts";
import { kindText } from "./report-words.ts";
import {
  claimText,
  claimDaysText,
  instantText,
  isClaimable,
  isMissed,
  moneyText,
  owedOf,
  owedText,
  whoText,
  type Owed,
} from "./report-words-facts.ts";
import { listExclusions, listOutages, type ExclusionRow, type OutageRow } from "./tables-rows.ts";

/** What is owed, with a claim for each that can be sent as it stands. */
export function Credits(making: Making) {
  const { document, words } = making;
  const { columns: c, sections } = words;
  const { report } = document;
  const owed = owedOf(report);
  const { shown, left } = firstOf(owed, LIMITS.credits);
  const claims = firstOf(owed.filter(isClaimable), LIMITS.claims);
  const totals = report.credits.filter(({ by }) => by === "account");
  const total = owed.length > 1 && totals.length === 1 ? owedText(report, words) : "";
  return (
    <>
      <Section id="credits" title={sections.credits}>
        <Table
          caption={sections.credits}
          heads={[
            { name: c.subject },
            ...numbers(c.tier, c.creditPercent, c.fee, c.amount),
            { name: c.claimFrom, isTime: true },
            { name: c.claimUntil, isTime: true },
          ]}
          rows={shown.map((one) => creditRow(making, one))}
          none={report.status === "running" ? words.none.creditsYet : words.none.credits}
          more={moreText(making, left, sections.credits)}
        />
        {total === "" ? null : (
          <p class="total">
            {sections.creditTotals} <strong>{total}</strong>
          </p>
        )}
      </Section>
      {claims.shown.length === 0 ? null : (
        <Section id="claims" title={sections.claim}>
          {claims.shown.map((one) => {
            const { text, window } = claimText(document, one, words);
            return (
              <div class="card claim">
                <p>{text}</p>
                <p class="quiet small">{window}</p>
              </div>
            );
          })}
          {claims.left > 0 ? (
            <p class="note">{moreText(making, claims.left, sections.claim)}</p>
          ) : null}
        </Section>
      )}
    </>
  );
}

function creditRow(making: Making, { subject, credit }: Owed) {
  const { document, words } = making;
  const { percent, belowPercent, fee, amount, currency, yieldsTo } = credit;
  const days = claimDaysText(document, { subject, credit });
  const figure = `${subject.availabilityPercent ?? words.nothing} %`;
  const notes = [
    `${ownerOf(making, subject)} · ${figure}`,
    ...(subject.creditNote === null ? [] : [words.creditNotes[subject.creditNote]]),
    ...(yieldsTo.length === 0 ? [] : [words.notes.yieldsTo(words.listOf(yieldsTo))]),
  ];
  return {
    key: `${subject.agreement} ${subject.id}`,
    cells: [
      <>
        {subject.id}
        {notes.map((note) => (
          <span>{note}</span>
        ))}
      </>,
      `< ${belowPercent} %`,
      `${percent} %`,
      fee === null ? words.nothing : moneyText(fee, currency),
      <strong>{amount === null ? words.nothing : moneyText(amount, currency)}</strong>,
      days.from,
      <strong>{days.until}</strong>,
    ],
  };
}

const lengthOf = ({ from, until }: { readonly from: string; readonly until: string }) =>
  Date.parse(until) - Date.parse(from);

/** Every outage, in the order of time; of very many those of missed subjects and the longest. */
export function Outages(making: Making) {
  const { document, words, lang } = making;
  const { columns: c, sections, notes } = words;
  const { timeZone, report } = document;
  const { shown, left } = chooseOutages(listOutages(report));
  const linked = new Set((report.malfunctions ?? []).slice(0, LIMITS.malfunctions));
  return (
    <Section id="outages" title={sections.outages} note={words.timesIn(timeZone)}>
      <Table
        caption={sections.outages}
        heads={[
          { name: c.subject },
          { name: c.from, isTime: true },
          { name: c.until, isTime: true },
          { name: c.length, isNumber: true },
          { name: c.reason },
          { name: c.malfunction },
        ]}
        rows={shown.map(({ subject, outage, malfunction }) => ({
          key: `${subject.agreement} ${subject.id} ${outage.from}`,
          cells: [
            <Named name={subject.id} under={ownerOf(making, subject)} />,
            instantText(outage.from, timeZone),
            instantText(outage.until, timeZone),
            durationText(lengthOf(outage) / 1000, words),
            reasonText(outage.reason, lang),
            malfunction === null ? (
              words.nothing
            ) : linked.has(malfunction) ? (
              <a href={`#malfunction-${malfunction.id}`}>
                {notes.malfunctionOf(malfunction.id, malfunction.level)}
              </a>
            ) : (
              notes.malfunctionOf(malfunction.id, malfunction.level)
            ),
          ],
        }))}
        none={words.none.outages}
        more={moreText(making, left, sections.outages)}
      />
    </Section>
  );
}

const rankOf = ({ subject }: OutageRow) => Number(!isMissed(subject));

function chooseOutages(all: readonly OutageRow[]) {
  const isMany = all.length > LIMITS.outages;
  const { shown, left } = firstOf(
    isMany
      ? all.toSorted((a, b) => rankOf(a) - rankOf(b) || lengthOf(b.outage) - lengthOf(a.outage))
      : all,
    LIMITS.outages,
  );
  const inTime = shown.toSorted((a, b) => Date.parse(a.outage.from) - Date.parse(b.outage.from));
  return { shown: inTime, left };
}

/** Each malfunction with its cause and its resolution. */
export function Malfunctions(making: Making) {
  const { document, words } = making;
  const { sections } = words;
  const all = document.report.malfunctions ?? [];
  if (all.length === 0) return null;
  const { shown, left } = firstOf(all, LIMITS.malfunctions);
  return (
    <Section id="malfunctions" title={sections.malfunctions}>
      {shown.map((malfunction) => (
        <Malfunction {...{ making, malfunction }} />
      ))}
      {left > 0 ? <p class="note">{moreText(making, left, sections.malfunctions)}</p> : null}
    </Section>
  );
}

const NAMES = 12;

function Malfunction(props: { readonly making: Making; readonly malfunction: ReportMalfunction }) {
  const { making, malfunction } = props;
  const { words, document } = making;
  const { id, level, title, state, from, until, cause, resolution, subjects } = malfunction;
  const at = (instant: string) => instantText(instant, document.timeZone);
  const length =
    until === null ? words.notes.lasts : durationText(lengthOf({ from, until }) / 1000, words);
  const names = [...new Set(subjects.map(({ subject }) => subject))];
  const more = names.length > NAMES ? ` +${names.length - NAMES}` : "";
  const facts = [
    until === null ? at(from) : `${at(from)} – ${at(until)}`,
    length,
    words.malfunctionStates[state],
    words.listOf(names.slice(0, NAMES)) + more,
  ];
  return (
    <article class="card" id={`malfunction-${id}`}>
      <h3>{[words.notes.malfunctionOf(id, level), title ?? ""].filter(Boolean).join(" · ")}</h3>
      <p class="quiet small">{facts.filter((fact) => fact !== "").join(" · ")}</p>
      {cause === null && resolution === null ? (
        <p class="quiet">{words.notes.reviewToCome}</p>
      ) : (
        <>
          <Prose name={words.columns.cause} text={cause} />
          <Prose name={words.columns.resolution} text={resolution} />
        </>
      )}
    </article>
  );
}

/** What people wrote: Markdown, of which no HTML of theirs is left. */
function Prose({ name, text }: { readonly name: string; readonly text: string | null }) {
  if (text === null) return null;
  return (
    <>
      <p class="label">{name}</p>
      <div class="prose" dangerouslySetInnerHTML={{ __html: proseHtml(text) }} />
    </>
  );
}

const isMaintenance = ({ exclusion }: ExclusionRow) => exclusion.kind === "maintenance";

/** Exclusions with who approved them, and the maintenance performed. */
export function Exclusions(making: Making) {
  const all = listExclusions(making.document.report);
  return (
    <>
      <Excluded
        {...{ making, part: "exclusions", rows: all.filter((row) => !isMaintenance(row)) }}
      />
      <Excluded {...{ making, part: "maintenance", rows: all.filter(isMaintenance) }} />
    </>
  );
}

function Excluded(props: {
  readonly making: Making;
  readonly part: "exclusions" | "maintenance";
  readonly rows: readonly ExclusionRow[];
}) {
  const { making, part, rows } = props;
  const { words, document } = making;
  const { columns: c, sections } = words;
  const { shown, left } = firstOf(rows, LIMITS.exclusions);
  const at = (instant: string) => instantText(instant, document.timeZone);
  return (
    <Section id={part} title={sections[part]}>
      <Table
        caption={sections[part]}
        heads={[
          { name: c.reason },
          { name: c.from, isTime: true },
          { name: c.until, isTime: true },
          { name: c.subjects },
          { name: c.approvedBy },
        ]}
        rows={shown.map(({ exclusion, subjects }) => ({
          key: `${exclusion.id} ${exclusion.from}`,
          cells: [
            <Named name={reasonOf(exclusion, making)} under={exclusion.evidence} />,
            at(exclusion.from),
            at(exclusion.until),
            namesOf(subjects, making),
            <Beside under={`${c.proposedBy}${words.colon}${whoText(exclusion.proposedBy, words)}`}>
              {whoText(exclusion.approvedBy, words)}
            </Beside>,
          ],
        }))}
        none={words.none[part]}
        more={moreText(making, left, sections[part])}
      />
    </Section>
  );
}

function Beside(props: { readonly under: string; readonly children: ComponentChildren }) {
  return (
    <>
      {props.children}
      <span class="under">{props.under}</span>
    </>
  );
}

function reasonOf({ id, kind, reason }: ExclusionRow["exclusion"], { words }: Making): string {
  return [id, ...(kind === "maintenance" ? [] : [kindText(kind, words)]), reason].join(" · ");
}

function namesOf(subjects: readonly ReportSubject[], { words }: Making): string {
  const names = [...new Set(subjects.map(({ id }) => id))];
  const more = names.length > NAMES ? ` +${names.length - NAMES}` : "";
  return words.listOf(names.slice(0, NAMES)) + more;
}
