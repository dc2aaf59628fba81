import { productNames } from "./product-name.ts";
import { regionName } from "./region-name.ts";
import type { Product, Target } from "./target.ts";
import type { TargetModel } from "./views.ts";

/** Targets on the page of a search. */
const MOST_FOUND = 50;

export type FoundTarget = Pick<
  Target,
  "id" | "product" | "region" | "zone" | "account" | "class" | "labels"
> & {
  /** How it is now; null: that was not looked at. */
  readonly now: TargetModel["state"]["now"] | null;
};

export type SearchModel = {
  readonly query: string;
  /** The month that links lead to. */
  readonly month: string;
  readonly found: readonly FoundTarget[];
  /** Targets that fit but are left out. */
  readonly more: number;
  /** Places to begin at when nothing was asked for. */
  readonly places: readonly { readonly product: Product; readonly targets: number }[];
};

/**
 * The targets in whose id, product, region, zone, account, class or labels every word of the query
 * occurs, those whose id it begins first. Never by address: that may be a secret.
 */
export function searchTargets(
  targets: readonly Target[],
  query: string,
  accountNames: ReadonlyMap<string, string>,
): { readonly found: readonly Target[]; readonly more: number } {
  const words = query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (words.length === 0) return { found: [], more: 0 };
  const ranked = targets.flatMap((target) => {
    const text = textOf(target, accountNames);
    return words.every((word) => text.includes(word))
      ? { target, rank: rankOf(target, words) }
      : [];
  });
  const sorted = ranked
    .toSorted((a, b) => a.rank - b.rank || (a.target.id < b.target.id ? -1 : 1))
    .map(({ target }) => target);
  return { found: sorted.slice(0, MOST_FOUND), more: Math.max(0, sorted.length - MOST_FOUND) };
}

function textOf(target: Target, accountNames: ReadonlyMap<string, string>): string {
  const { id, product, region, zone, account, labels } = target;
  const { en, zh } = regionName(region);
  // In both languages: a reader may think of a product or a region by either.
  const products = [product, ...productNames.en[product], ...productNames.zh[product]];
  const facts = [id, ...products, region, en, zh, zone ?? "", target.class];
  const known = [account, accountNames.get(account) ?? ""];
  const labelled = Object.entries(labels).map(
    ([name, value]) => `${name}=${value} ${name}:${value}`,
  );
  return [...facts, ...known, ...labelled].join("\n").toLowerCase();
}

function rankOf({ id }: Target, words: readonly string[]): number {
  const lower = id.toLowerCase();
  if (words.includes(lower)) return 0;
  if (words.some((word) => lower.startsWith(word))) return 1;
  return words.some((word) => lower.includes(word)) ? 2 : 3;
}
