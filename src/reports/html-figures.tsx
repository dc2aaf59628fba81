import type { ComponentChildren } from "preact";
import { durationText } from "../core/duration-text.ts";
import { groupBy } from "../core/group-by.ts";
import { placeName } from "../core/place-name.ts";
import type { ReportSubject } from "../core/report.ts";
import { belowWhole, firstOf, placesOf, subjectsOf } from "./figure-choices.ts";
import {
  moreText,
  Named,
  numbers,
  ownerOf,
  Section,
  Table,
  VerdictText,
  type Head,
  type Making,
} from "./html-parts.tsx";
import { lowestBy } from "./cover-facts.ts";
import { LIMITS } from "./pdf-limits.ts";
import {
  allowedSecondsOf,
  badSecondsOf,
  countedText,
  countVerdicts,
  isMissed,
  owedText,
  vantagePercent,
  percentText,
} from "./report-words-facts.ts";
import { grouped } from "../core/grouped.ts";
import type { ReportWords } from "./report-words-type.ts";

/** For the operator: each account, the lowest figures of all, and where data is wanting. */
export function Operator(making: Making) {
  const { words, document } = making;
  if (document.report.account !== null) return null;
  return (
    <>
      <Accounts {...making} />
      <Lowest
        making={making}
        {...{ id: "worst", title: words.sections.worst, name: words.columns.availability }}
        read={({ availabilityPercent }) => availabilityPercent}
      />
      <Lowest
        making={making}
        {...{ id: "coverage", title: words.sections.coverage, name: words.columns.coverage }}
        read={({ coveragePercent }) => coveragePercent}
      />
      <Vantages {...making} />
    </>
  );
}

const hours = (minutes: number) => grouped(Math.floor(minutes / 60));

/** What each vantage measured; without it for an earlier revision. */
function Vantages({ document, words }: Making) {
  const { columns: c, sections, notes, none } = words;
  const { vantages } = document;
  if (vantages === null) return null;
  return (
    <Section id="vantages" title={sections.vantages} note={notes.vantages}>
      <Table
        caption={sections.vantages}
        heads={[
          { name: c.vantage },
          ...numbers(c.targets, c.planned, c.measured, c.failedShare, c.coverage),
        ]}
        rows={vantages.map((one) => ({
          key: one.vantage,
          cells: [
            one.vantage,
            grouped(one.targets),
            hours(one.planned),
            hours(one.measured),
            hours(one.failed),
            percentText(vantagePercent(one), words),
          ],
        }))}
        none={none.vantages}
      />
    </Section>
  );
}

const countMissed = (subjects: readonly ReportSubject[]) => subjects.filter(isMissed).length;

function Accounts(making: Making) {
  const { document, words } = making;
  const { columns: c, sections } = words;
  const { report, accountNames } = document;
  const accounts = [...groupBy(report.subjects, ({ account }) => account)].toSorted(
    ([a, one], [b, other]) => countMissed(other) - countMissed(one) || (a < b ? -1 : 1),
  );
  const { shown, left } = firstOf(accounts, LIMITS.accounts);
  return (
    <Section id="accounts" title={sections.accounts}>
      <Table
        caption={sections.accounts}
        heads={[
          { name: c.account },
          ...numbers(c.count, c.missed, words.verdicts["insufficient-data"]),
          ...numbers(c.worst, c.badTime, sections.credits),
        ]}
        rows={shown.map(([account, subjects]) => {
          const missed = countMissed(subjects);
          const lowest = lowestBy(subjects, ({ availabilityPercent }) => availabilityPercent);
          const bad = subjects.reduce((sum, subject) => sum + badSecondsOf(subject), 0);
          const credits = report.credits.filter((credit) => credit.account === account);
          const name = accountNames[account] ?? account;
          return {
            key: account,
            cells: [
              <Named name={name} under={name === account ? "" : account} />,
              subjects.length,
              <Bad isBad={missed > 0}>{missed}</Bad>,
              countVerdicts(subjects)["insufficient-data"],
              <Bad isBad={missed > 0}>
                {percentText(lowest?.availabilityPercent ?? null, words)}
              </Bad>,
              durationText(bad, words),
              owedText({ credits }, words) || words.nothing,
            ],
          };
        })}
        none={words.none.subjects}
        more={moreText(making, left, sections.accounts)}
      />
    </Section>
  );
}

function Bad(props: { readonly isBad: boolean; readonly children: ComponentChildren }) {
  return props.isBad ? <span class="missed">{props.children}</span> : <>{props.children}</>;
}

function Lowest(props: {
  readonly making: Making;
  readonly id: string;
  readonly title: string;
  readonly name: string;
  readonly read: (subject: ReportSubject) => string | null;
}) {
  const { making, id, title, name, read } = props;
  const { document, words } = making;
  const { columns: c } = words;
  const { shown, left } = belowWhole(document.report.subjects, read);
  return (
    <Section id={id} title={title}>
      <Table
        caption={title}
        heads={[{ name: c.subject }, ...numbers(c.objective, name), { name: c.verdict }]}
        rows={shown.map((subject) => ({
          key: `${subject.agreement} ${subject.id}`,
          cells: [
            <SubjectName {...{ making, subject }} />,
            `${subject.objectivePercent} %`,
            <Bad isBad={id === "worst" && isMissed(subject)}>
              {percentText(read(subject), words)}
            </Bad>,
            <VerdictText verdict={subject.verdict} words={words} />,
          ],
        }))}
        none={words.none.below}
        more={moreText(making, left, title)}
      />
    </Section>
  );
}

function SubjectName({
  making,
  subject,
}: {
  readonly making: Making;
  readonly subject: ReportSubject;
}) {
  const place = placeName(subject, making.lang);
  return <Named name={subject.id} under={`${ownerOf(making, subject)} · ${place}`} />;
}

/** Each product and region, by its worst subject. */
export function Places(making: Making) {
  const { document, words } = making;
  const { columns: c, sections } = words;
  const { shown, left } = firstOf(placesOf(document.report.subjects), LIMITS.places);
  return (
    <Section id="places" title={sections.places} note={words.notes.places}>
      <Table
        caption={sections.places}
        heads={[{ name: c.place }, ...numbers(c.count), ...figureHeads(making)]}
        rows={shown.map(({ subjects, worst }) => ({
          key: `${worst.agreement} ${worst.id}`,
          cells: [
            <Named
              name={placeName(worst, making.lang)}
              under={`${worst.agreement} · ${worst.id}`}
            />,
            subjects.length,
            ...figureCells(worst, words),
          ],
        }))}
        none={words.none.subjects}
        more={moreText(making, left, sections.places)}
      />
    </Section>
  );
}

/** Every subject; of very many, those that missed their objective or were struck. */
export function Subjects(making: Making) {
  const { document, words } = making;
  const { sections } = words;
  const { shown, left } = subjectsOf(document);
  return (
    <Section id="subjects" title={sections.subjects} note={words.cutNote}>
      <Table
        caption={sections.subjects}
        heads={[{ name: words.columns.subject }, ...figureHeads(making)]}
        rows={shown.map((subject) => ({
          key: `${subject.agreement} ${subject.id}`,
          cells: [<SubjectName {...{ making, subject }} />, ...figureCells(subject, words)],
        }))}
        none={words.none.subjects}
        more={moreText(making, left, sections.subjects)}
      />
    </Section>
  );
}

function figureHeads({ document, words: { columns: c } }: Making): Head[] {
  const allowed = document.report.status === "running" ? c.allowedSoFar : c.allowedTime;
  return [
    ...numbers(c.objective, c.availability, c.badTime, allowed, c.coverage),
    { name: c.verdict },
  ];
}

function figureCells(subject: ReportSubject, words: ReportWords): ComponentChildren[] {
  const isBad = isMissed(subject);
  return [
    `${subject.objectivePercent} %`,
    <Bad isBad={isBad}>{percentText(subject.availabilityPercent, words)}</Bad>,
    <Bad isBad={isBad}>{countedText(subject, badSecondsOf(subject), words)}</Bad>,
    countedText(subject, allowedSecondsOf(subject), words),
    percentText(subject.coveragePercent, words),
    <VerdictText verdict={subject.verdict} words={words} />,
  ];
}
