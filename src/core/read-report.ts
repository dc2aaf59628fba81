import type { Report } from "./report.ts";

/** A report from its JSON, as it was stored. Throws RangeError for a text that is none. */
export function readReport(text: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (!isReport(value)) throw new RangeError("a stored report cannot be read: run nines verify");
  return value;
}

/** What is stored was written by `canonicalJson` of a report: its outline tells it from damage. */
function isReport(value: unknown): value is Report {
  if (typeof value !== "object" || value === null) return false;
  const hasLists =
    "subjects" in value &&
    Array.isArray(value.subjects) &&
    "rollups" in value &&
    Array.isArray(value.rollups);
  const hasProof = "proof" in value && typeof value.proof === "object" && value.proof !== null;
  return hasLists && hasProof && "month" in value && "revision" in value;
}
