import { parseJson } from "./parse-json.ts";

/** What an entry of the audit log says of one field; null where there was or is none. */
export type FieldChange = {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
};

/** An entry as a page shows it. */
export type AuditRow = {
  readonly seq: number;
  readonly atMs: number;
  readonly actor: string;
  readonly origin: string;
  readonly action: string;
  readonly item: string;
  readonly changes: readonly FieldChange[];
};

/** How many fields differ between two states of an item, as JSON; null for none. */
export function fieldChanges(before: string | null, after: string | null): FieldChange[] {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  return names
    .map((field) => ({
      field,
      before: old.get(field) ?? null,
      after: fresh.get(field) ?? null,
    }))
    .filter((change) => change.before !== change.after);
}

/** A field within another is named "outer.inner"; what has no value is as if it were not there. */
function fieldsOf(json: string | null): Map<string, string> {
  const fields = new Map<string, string>();
  const collect = (name: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value === "object" && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) {
        collect(name === "" ? key : `${name}.${key}`, inner);
      }
      return;
    }
    const isList = Array.isArray(value) && value.every((one) => typeof one === "string");
    const text = isList
      ? value.join(", ")
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
    if (text !== "") fields.set(name, text);
  };
  collect("", json === null ? null : parseJson(json));
  return fields;
}
