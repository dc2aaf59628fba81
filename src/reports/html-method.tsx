import { changeText } from "../core/change-text.ts";
import { firstOf } from "./figure-choices.ts";
import { moreText, Section, Table, type Making } from "./html-parts.tsx";
import { closingReason } from "./closing-reason.ts";
import { methodParts } from "./method-parts.ts";
import { LIMITS } from "./pdf-limits.ts";
import { proofRows, verifySteps } from "./report-words-facts.ts";

/** What this revision changed against the one before. */
export function Changes(making: Making) {
  const { document, words, lang } = making;
  const { columns: c, sections } = words;
  const { timeZone, report } = document;
  const { closing } = report;
  if (closing === null || closing.changes.length === 0) return null;
  const { shown, left } = firstOf(closing.changes, LIMITS.changes);
  return (
    <Section id="changes" title={sections.changes} note={closingReason(closing.reason, lang)}>
      <Table
        caption={sections.changes}
        heads={[c.subject, c.field, c.before, c.after].map((name) => ({ name }))}
        rows={shown.map((change) => {
          const { subject, what, before, after } = changeText(change, { lang, timeZone });
          return {
            key: `${change.agreement} ${change.subject} ${change.field}`,
            cells: [
              change.agreement === "" ? subject : `${subject} · ${change.agreement}`,
              what,
              before ?? words.nothing,
              after ?? words.nothing,
            ],
          };
        })}
        none={words.nothing}
        more={moreText(making, left, sections.changes)}
      />
    </Section>
  );
}

/** How each agreement of the report is counted, and where its terms are written. */
export function Method({ document, words, lang }: Making) {
  const { common, parts } = methodParts(document, lang);
  if (parts.length === 0) return null;
  return (
    <Section id="method" title={words.sections.method}>
      {common.length === 0 ? null : <Lines head={words.method.allAgreements} lines={common} />}
      {parts.map(({ agreement, facts, lines }) => (
        <Lines head={[agreement, ...facts].join(" · ")} lines={lines} />
      ))}
    </Section>
  );
}

function Lines({ head, lines }: { readonly head: string; readonly lines: readonly string[] }) {
  return (
    <>
      <h3>{head}</h3>
      <ul class="method">
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </>
  );
}

/** What proves the report, and how anybody checks it. */
export function Proof({ document, words, own }: Making) {
  const { columns: c, sections, proof } = words;
  const { seals } = document.report.proof;
  const { intro, steps, end } = verifySteps(document.report, words);
  return (
    <Section id="proof" title={sections.proof}>
      <Table
        caption={sections.proof}
        heads={[c.field, own.value].map((name) => ({ name }))}
        rows={proofRows(document, words).map(([name, value]) => ({
          key: name,
          cells: [name, <code>{value}</code>],
        }))}
        none={words.nothing}
      />
      <h3>{proof.how}</h3>
      <p>{intro}</p>
      {steps.map(({ what, command }) => (
        <p>
          {what}
          <br />
          <code>{command}</code>
        </p>
      ))}
      {end === "" ? null : <p>{end}</p>}
      {seals.length === 0 ? null : (
        <>
          <h3>{sections.seals}</h3>
          <Table
            caption={sections.seals}
            heads={[{ name: c.day }, { name: c.revision, isNumber: true }, { name: c.root }]}
            rows={seals.map(({ day, revision, root }) => ({
              key: day,
              cells: [day, revision, <code>{root}</code>],
            }))}
            none={words.nothing}
          />
        </>
      )}
    </Section>
  );
}
