import { canonicalJson, type Json } from "./canonical-json.ts";
import { readInputs, writeInputs } from "./closed-inputs.ts";
import { evidenceText, signedText } from "./closing.ts";
import { diffReports } from "./report-diff.ts";
import { readReport } from "./read-report.ts";
import { recountReport, type CountsOf } from "./recount.ts";
import type { Report } from "./report.ts";

/** One revision of a closed month's report as it is stored. */
export type SignedReport = { readonly body: string; readonly inputs: string };

/** What the checks need that is not arithmetic. */
export type ReportTools = {
  /** "sha256:" and the digest of a text's UTF-8 in hexadecimal. */
  readonly digest: (text: string) => string;
  /** Whether a text is signed by the key of this id; null for a key that is not known. */
  readonly isSigned: (
    signed: { readonly text: string; readonly signature: string },
    keyId: string,
  ) => boolean | null;
};

/**
 * Checks that a report is as it was signed and names what it was counted with. `before` is the
 * revision before it, null for the first. Returns what is wrong; null when it holds.
 */
export function checkSigned(
  { body, inputs }: SignedReport,
  before: SignedReport | null,
  tools: ReportTools,
): string | null {
  const report = parse(body);
  if (report === null) return "it is not a report in canonical form";
  const { proof, closing } = report;
  if (proof.signature === null || proof.key === null) return "it is not signed";
  const signed = { text: signedText(report), signature: proof.signature };
  const isSigned = tools.isSigned(signed, proof.key);
  if (isSigned === null) return `its key ${proof.key} is not known`;
  if (!isSigned) return `its signature is not that of key ${proof.key}`;
  if (proof.inputs !== tools.digest(inputs)) return "its inputs are not those that it names";
  if (!isInputs(inputs)) return "its inputs cannot be read";
  if (proof.digest !== tools.digest(evidenceText(proof.seals))) {
    return "its digest is not that of its seals";
  }
  if (closing?.previous !== (before === null ? null : tools.digest(before.body))) {
    return "it does not follow the revision before it";
  }
  const previous = before === null ? 0 : (parse(before.body)?.revision ?? 0);
  return report.revision === previous + 1 ? null : `it follows revision ${previous}`;
}

/** Counts the report again from its inputs and the counts. Null when the same comes out. */
export function checkCounted({ body, inputs }: SignedReport, countsOf: CountsOf): string | null {
  const report = readReport(body);
  const again = recountReport(readInputs(inputs), countsOf, report);
  if (canonicalJson(again) === body) return null;
  const [change] = diffReports(report, again);
  if (change === undefined) return "counted again it is another";
  const { agreement, subject, field, before, after } = change;
  return `${`${agreement} ${subject}`.trim()}: ${field ?? "subject"} is ${before ?? "none"}, counted again ${after ?? "none"}`;
}

function parse(body: string): Report | null {
  try {
    const report = readReport(body);
    return canonicalJson(toJson(body)) === body ? report : null;
  } catch {
    return null;
  }
}

function toJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

function isInputs(text: string): boolean {
  try {
    return writeInputs(readInputs(text)) === text;
  } catch {
    return false;
  }
}
