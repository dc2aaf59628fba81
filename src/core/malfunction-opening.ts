import type { Level, Malfunction } from "./malfunction.ts";
import { parseInstant } from "./results-ndjson.ts";
import { didYouMean } from "./suggest.ts";
import { PRODUCTS } from "./target.ts";
import { isStorable } from "./text.ts";

/** A malfunction as somebody, or a ticket system, reports it. */
export type Opening = {
  readonly title: string;
  readonly level: Level;
  /** The ticket's own number. */
  readonly reference?: string | null | undefined;
  readonly account?: string | null | undefined;
  readonly product?: string | null | undefined;
  readonly region?: string | null | undefined;
  /** RFC 3339; now by default. */
  readonly beganAt?: string | null | undefined;
};

type Read = Pick<
  Malfunction,
  "title" | "level" | "reference" | "account" | "product" | "region" | "beganAtMs"
>;
type Problem = { readonly place: string; readonly message: string };

const LONGEST_TITLE = 200;
const LONGEST_REFERENCE = 100;
/** A clock that was never set says 1970. */
const OLDEST_MS = 400 * 86_400_000;

/** Reads what is reported, or tells everything that is wrong with it. */
export function readOpening(
  given: Opening,
  known: {
    readonly accounts: readonly { readonly id: string }[];
    readonly targets: readonly { readonly region: string }[];
    readonly nowMs: number;
  },
): { readonly opening: Read } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const tell = (place: string, message: string) => void problems.push({ place, message });
  const title = lineOf(given.title);
  if (title === "" || title.length > LONGEST_TITLE) {
    tell("title", `say what is wrong, in up to ${LONGEST_TITLE} characters`);
  }
  const { account = null, product = null, region = null, beganAt = null } = given;
  const reference = typeof given.reference === "string" ? lineOf(given.reference) : null;
  if (reference !== null && (reference === "" || reference.length > LONGEST_REFERENCE)) {
    tell("reference", `must be 1 to ${LONGEST_REFERENCE} characters, or left out`);
  }
  if (!isStorable(title)) tell("title", "has characters that cannot be stored");
  if (!isStorable(reference ?? "")) tell("reference", "has characters that cannot be stored");
  const accounts = known.accounts.map(({ id }) => id);
  const regions = [...new Set(known.targets.map((target) => target.region))];
  const tellUnless = (place: string, name: string | null, names: readonly string[]) => {
    if (name === null || names.includes(name)) return;
    tell(place, `"${name.slice(0, 80)}" is not in the configuration${didYouMean(name, names)}`);
  };
  tellUnless("account", account, accounts);
  tellUnless("region", region, regions);
  if (product !== null && !PRODUCTS.some((one) => one === product)) {
    tell("product", `"${product.slice(0, 80)}" is none of ${PRODUCTS.join(", ")}`);
  }
  const beganAtMs = beganAt === null ? known.nowMs : parseInstant(beganAt);
  if (beganAtMs === null) {
    tell("beganAt", "must be an RFC 3339 instant such as 2026-10-01T02:00:00+08:00");
  } else if (beganAtMs > known.nowMs) {
    tell("beganAt", "is in the future");
  } else if (beganAtMs < known.nowMs - OLDEST_MS) {
    tell("beganAt", "is more than 400 days ago");
  }
  if (problems.length > 0 || beganAtMs === null) return { problems };
  return {
    opening: { title, level: given.level, reference, account, product, region, beganAtMs },
  };
}

/** Without breaks: it stands in one line of a message. */
function lineOf(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
