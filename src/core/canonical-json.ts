/** What JSON can say. Numbers are finite. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON by RFC 8785: no blanks, keys in the order of their UTF-16 units, numbers as
 * ECMAScript writes them. A key without a value is left out. Throws RangeError for what JSON
 * cannot say: a number that is not finite, a lone surrogate.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is no number of JSON`);
    return JSON.stringify(value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).toSorted(compareUnits)) {
    const member = value[key];
    if (member !== undefined) members.push(`${stringText(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

function stringText(text: string): string {
  if (!text.isWellFormed()) throw new RangeError("a text holds half of a character");
  return JSON.stringify(text);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** By UTF-16 units, whatever the locale. */
function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
