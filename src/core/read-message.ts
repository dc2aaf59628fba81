import type { Message } from "./message.ts";
import { parseJson } from "./parse-json.ts";

/** A message from its JSON, as it was stored. Throws RangeError for a text that is none. */
export function readMessage(text: string): Message {
  const value = parseJson(text);
  if (!isMessage(value)) throw new RangeError("a stored message cannot be read");
  return value;
}

/** What is stored was written by `canonicalJson` of a message: its outline tells it from damage. */
function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null) return false;
  const hasTexts =
    "title" in value &&
    typeof value.title === "string" &&
    "summary" in value &&
    typeof value.summary === "string";
  const hasLists =
    "facts" in value &&
    Array.isArray(value.facts) &&
    "members" in value &&
    Array.isArray(value.members);
  return hasTexts && hasLists && "id" in value && "thread" in value && "status" in value;
}
