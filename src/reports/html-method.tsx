import type { Agreement } from "../core/agreement.ts";
import { firstOf } from "./html-choices.ts";
import { moreText, Section, Table, type Making } from "./html-parts.tsx";
import { LIMITS } from "./pdf-limits.ts";
import { instantText, methodText, proofRows, verifyText } from "./report-words-facts.ts";

/** What this revision changed against the one before. */
export function Changes(making: Making) {
  const { document, words } = making;
  const { columns: c, sections } = words;
  const { closing } = document.report;
  if (closing === null || closing.changes.length === 0) return null;
  const { shown, left } = firstOf(closing.changes, LIMITS.changes);
  return (
    <Section id="changes" title={sections.changes} note={closing.reason}>
      <Table
        caption={sections.changes}
        heads={[c.subject, c.field, c.before, c.after].map((name) => ({ name }))}
        rows={shown.map(({ agreement, subject, field, before, after }) => ({
          key: `${agreement} ${subject} ${field}`,
          cells: [
            agreement === "" ? subject : `${subject} · ${agreement}`,
            field ?? words.nothing,
            before ?? words.nothing,
            after ?? words.nothing,
          ],
        }))}
        none={words.nothing}
        more={moreText(making, left, sections.changes)}
      />
    </Section>
  );
}

/** How each agreement of the report is counted, and where its terms are written. */
export function Method({ document, words, lang }: Making) {
  const { report, terms } = document;
  const used = new Set(report.subjects.map(({ agreement }) => agreement));
  if (used.size === 0) return null;
  const known = terms.filter(({ id }) => used.has(id));
  const unknown = [...used].filter((id) => !known.some((agreement) => agreement.id === id));
  const headOf = ({ id, objectivePercent, fromMs, timeZone }: Agreement) => {
    const from = instantText(new Date(fromMs).toISOString(), timeZone).slice(0, 10);
    return `${id} · ${objectivePercent} % · ${words.method.inForce(from)}`;
  };
  return (
    <Section id="method" title={words.sections.method}>
      {known.map((agreement) => (
        <>
          <h3>{headOf(agreement)}</h3>
          <ul class="method">
            {methodText(agreement, lang).map((line) => (
              <li>{line}</li>
            ))}
          </ul>
        </>
      ))}
      {unknown.map((id) => (
        <>
          <h3>{id}</h3>
          <p>{words.method.unknown}</p>
        </>
      ))}
    </Section>
  );
}

/** What proves the report, and how anybody checks it. */
export function Proof({ document, words, own }: Making) {
  const { columns: c, sections, proof } = words;
  const { seals } = document.report.proof;
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
      <p>{verifyText(document, words)}</p>
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
