import type { ReportChange, ReportSeal } from "../core/report.ts";
import { Time } from "./document.tsx";
import { ListHead, Pairs } from "./form-parts.tsx";
import { count } from "./format.ts";
import { Part, type ReportParts } from "./reports-parts.tsx";
import { reportPageHref } from "./reports.tsx";

const MOST_CHANGES = 100;

/** The revisions of a closed month, and what the one shown changed. */
export function Revisions(props: ReportParts) {
  const { model, speech, words } = props;
  const { report, revisions, diff, timeZone } = model;
  const query = report.account === null ? {} : { account: report.account };
  return (
    <Part id="revisions" title={words.revisions}>
      {revisions.length === 0 ? (
        <p class="quiet">{words.revisionsNone}</p>
      ) : (
        <div class="card">
          <table class="list tight" role="table">
            <ListHead texts={[words.revisions, words.closedAt, words.by, words.why]} />
            <tbody role="rowgroup">
              {revisions.map(({ revision, closedAtMs, closedBy, reason }) => (
                <tr role="row">
                  <td role="cell">
                    {revision === report.revision ? (
                      <span class="strong">{`${words.revision(revision)} (${words.shown})`}</span>
                    ) : (
                      <a
                        href={reportPageHref(speech.lang, report.month, {
                          ...query,
                          revision: String(revision),
                        })}
                      >
                        {words.revision(revision)}
                      </a>
                    )}
                  </td>
                  <td role="cell">
                    <Time ms={closedAtMs} zone={timeZone} />
                  </td>
                  <td role="cell" data-label={words.by}>
                    {closedBy}
                  </td>
                  <td role="cell" class="wrap" lang="en">
                    {reason}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {report.revision === 0 ? null : (
            <p class="more">
              <a href={reportPageHref(speech.lang, report.month, { ...query, revision: "0" })}>
                {words.asOfNow}
              </a>
            </p>
          )}
        </div>
      )}
      {diff === null ? null : <Changes {...props} {...diff} />}
    </Part>
  );
}

function Changes(
  props: ReportParts & { readonly against: number; readonly changes: readonly ReportChange[] },
) {
  const { words, speech, changes, against } = props;
  if (changes.length === 0) return <p class="quiet">{words.changesNone(against)}</p>;
  const shown = changes.slice(0, MOST_CHANGES);
  return (
    <div class="card changes">
      <h3 class="pad">{words.changes(against)}</h3>
      <table class="list tight" role="table">
        <ListHead texts={[words.subject, words.what, words.before, words.after]} />
        <tbody role="rowgroup">
          {shown.map((change) => (
            <tr role="row">
              <td role="cell">
                <span class="name">{change.subject}</span>{" "}
                <span class="quiet small">{change.agreement}</span>
              </td>
              <td role="cell">{whatOf(change, props)}</td>
              <td role="cell" class="wrap" data-label={words.before}>
                {valueOf(change.before, change, speech)}
              </td>
              <td role="cell" class="wrap strong" data-label={words.after}>
                {valueOf(change.after, change, speech)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.length > shown.length ? (
        <p class="more quiet">{words.moreChanges(changes.length - shown.length)}</p>
      ) : null}
    </div>
  );
}

function whatOf({ field, before }: ReportChange, { words }: Pick<ReportParts, "words">): string {
  if (field === null) return before === null ? words.added : words.removed;
  const names: Readonly<Record<string, string>> = words.fields;
  return names[field] ?? field;
}

function valueOf(
  value: string | null,
  { field }: ReportChange,
  { t }: ReportParts["speech"],
): string {
  if (value === null || value === "") return "–";
  const verdicts: Readonly<Record<string, string>> = t.verdicts;
  if (field === "verdict") return verdicts[value] ?? value;
  return field?.endsWith("Percent") === true ? `${value} %` : value;
}

/** What the report rests on, and how a stranger can check it. */
export function Proof({ model, words }: ReportParts) {
  const { report } = model;
  const { proof, closing, month } = report;
  const isSigned = proof.signature !== null;
  const rows = [
    [words.rounds, count(String(proof.rounds))] as const,
    [words.digest, hash(proof.digest)] as const,
    ...(proof.inputs === null ? [] : [[words.inputs, hash(proof.inputs)] as const]),
    ...(proof.signature === null ? [] : [[words.signature, hash(proof.signature)] as const]),
    ...(proof.key === null ? [] : [[words.key, hash(proof.key)] as const]),
    ...(proof.audit === null
      ? []
      : [[words.auditEntry, hash(words.auditText(proof.audit.entry, proof.audit.hash))] as const]),
    ...(closing === null || closing.previous === null
      ? []
      : [[words.previousRevision, hash(closing.previous)] as const]),
  ];
  const account = report.account === null ? "" : ` --account ${report.account}`;
  const commands = [
    `nines verify --month ${month}`,
    `nines export --month ${month}${account} --out evidence.ndjson.gz\nnode nines-verify.mjs evidence.ndjson.gz`,
    "nines key list",
  ];
  return (
    <section aria-labelledby="proof-title" id="proof">
      <details class="card pad fold">
        <summary>
          <h2 id="proof-title">{words.proof}</h2>{" "}
          <span class="quiet">{isSigned ? `${words.key} ${proof.key}` : words.proofRunning}</span>
        </summary>
        <Pairs rows={rows} />
        <h3>{words.verifyTitle}</h3>
        <ol class="numbered">
          {words.verifySteps.map((step, index) => (
            <li>
              {step}
              <code class="command">{commands[index] ?? ""}</code>
            </li>
          ))}
        </ol>
        <Seals seals={proof.seals} words={words} />
      </details>
    </section>
  );
}

const hash = (text: string) => <span class="hash">{text}</span>;

function Seals(props: { readonly seals: readonly ReportSeal[] } & Pick<ReportParts, "words">) {
  const { seals, words } = props;
  if (seals.length === 0) return null;
  return (
    <details class="act">
      <summary>{words.seals(seals.length)}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={words.seals(seals.length)}>
        <table class="list tight" role="table">
          <ListHead texts={[words.day, words.revisions, words.root, words.sealHash]} />
          <tbody role="rowgroup">
            {seals.map((seal) => (
              <tr role="row">
                <td role="cell" class="nowrap">
                  {seal.day}
                </td>
                <td role="cell" data-label={words.revisions}>
                  {seal.revision}
                </td>
                <td role="cell">{hash(seal.root)}</td>
                <td role="cell">{hash(seal.hash)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
