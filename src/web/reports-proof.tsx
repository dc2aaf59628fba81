import { changeText } from "../core/change-text.ts";
import type { ReportChange, ReportSeal } from "../core/report.ts";
import { Time } from "./document.tsx";
import { ListHead, Pairs, Refusal } from "./form-parts.tsx";
import { count } from "./format.ts";
import { MailForm, MailNote } from "./report-mail.tsx";
import { Part, type ReportParts, type TypedStep } from "./reports-parts.tsx";
import { reportPageHref } from "./reports.tsx";

const MOST_CHANGES = 100;
/** Why a first revision was made, as it is stored. */
const MONTH_OVER = "the month is over";

/** The revisions of a closed month, and what the one shown changed. */
export function Revisions(props: ReportParts & { readonly typed: TypedStep }) {
  const { model, speech, words, typed } = props;
  const { report, revisions, diff, timeZone } = model;
  const query = report.account === null ? {} : { account: report.account };
  return (
    <Part id="revisions" title={words.revisions}>
      {typed.verb === "mail" ? <Refusal typed={typed} lang={speech.lang} places={[]} /> : null}
      {revisions.length === 0 ? (
        <p class="quiet">{words.revisionsNone}</p>
      ) : (
        <div class="card">
          <table class="list tight" role="table">
            <ListHead texts={[words.revisionHead, words.closedAt, words.by, words.why]} />
            <tbody role="rowgroup">
              {revisions.map(({ revision, closedAtMs, closedBy, reason, mail }, index) => (
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
                    {closedBy === "system" ? words.bySystem : closedBy}
                  </td>
                  <td role="cell" class="wrap">
                    {reason === MONTH_OVER ? words.monthOver : <span lang="en">{reason}</span>}
                    <MailNote mail={mail} timeZone={timeZone} lang={speech.lang} />
                    {index === 0 ? <MailForm {...props} /> : null}
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
  const { model, words, speech, changes, against } = props;
  if (changes.length === 0) return <p class="quiet">{words.changesNone(against)}</p>;
  const shown = changes.slice(0, MOST_CHANGES);
  return (
    <div class="card changes">
      <h3 class="pad">{words.changes(against)}</h3>
      <table class="list tight" role="table">
        <ListHead texts={[words.subject, words.what, words.before, words.after]} />
        <tbody role="rowgroup">
          {shown.map((change) => {
            const text = changeText(change, { lang: speech.lang, timeZone: model.timeZone });
            return (
              <tr role="row">
                <td role="cell">
                  <span class="name">{text.subject}</span>{" "}
                  <span class="quiet small">{change.agreement}</span>
                </td>
                <td role="cell">{text.what}</td>
                <td role="cell" class="wrap" data-label={words.before}>
                  {text.before ?? "–"}
                </td>
                <td role="cell" class="wrap strong" data-label={words.after}>
                  {text.after ?? "–"}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {changes.length > shown.length ? (
        <p class="more quiet">{words.moreChanges(changes.length - shown.length)}</p>
      ) : null}
    </div>
  );
}

/** What the report rests on, and how a stranger can check it. */
export function Proof({ model, words, speech }: ReportParts) {
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
        <Renditions {...{ model, words, speech }} />
        <Seals seals={proof.seals} words={words} />
      </details>
    </section>
  );
}

/** Of a digest, enough to tell it from others; the whole of it is its title. */
const DIGEST_SHOWN = 16;

/** The files that were made of this revision: everybody gets the same bytes. */
function Renditions({ model, words, speech }: Pick<ReportParts, "model" | "words" | "speech">) {
  const { renditions, timeZone } = model;
  if (renditions.length === 0) return null;
  const names: Readonly<Record<string, string>> = words.formatNames;
  const languages: Readonly<Record<string, string>> = words.languages;
  return (
    <>
      <h3>{words.files}</h3>
      <p class="quiet small">{words.filesNote}</p>
      <table class="list tight" role="table">
        <ListHead texts={[words.fileForm, words.fileMade, words.fileDigest]} />
        <tbody role="rowgroup">
          {renditions.map(({ format, lang, madeAtMs, digest }) => {
            const hex = digest.replace("sha256:", "");
            return (
              <tr role="row">
                <td role="cell">
                  {`${names[format] ?? format}${speech.lang === "zh" ? "，" : ", "}${languages[lang] ?? lang}`}
                </td>
                <td role="cell" data-label={words.fileMade}>
                  <Time ms={madeAtMs} zone={timeZone} />
                </td>
                <td role="cell" data-label={words.fileDigest}>
                  <span class="hash" title={hex}>{`${hex.slice(0, DIGEST_SHOWN)}…`}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
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
