import type { SeenMalfunction, TimelineEntry } from "./malfunction-view.ts";
import { malfunctionScope } from "./malfunction-view.ts";
import { lengthText, malfunctionWords, type MalfunctionWords } from "./malfunction-text.ts";
import { productShort } from "./product-name.ts";
import { regionName } from "./region-name.ts";
import type { Lang } from "./views.ts";

/** A malfunction as it is reported to others: what its reader may see, at an instant. */
export type Incident = SeenMalfunction & {
  /** See `isInTime`. */
  readonly inTime: boolean | null;
  readonly timeline: readonly TimelineEntry[];
  readonly writtenAtMs: number;
  /** Of its times. */
  readonly timeZone: string;
};

/** Its title, or what it struck: "ECS, OSS · China (Hangzhou)". */
export function incidentTitle(seen: SeenMalfunction, lang: Lang): string {
  const { title, id } = seen.malfunction;
  if (title !== null) return title;
  const words = malfunctionWords[lang];
  const { products, regions } = scopeNames(seen, lang);
  const what = [products, regions].map((names) => shortList(names, words)).filter(Boolean);
  return what.length === 0 ? words.name(id) : what.join(" · ");
}

/** The names of the products and regions that it struck. */
export function scopeNames(seen: SeenMalfunction, lang: Lang) {
  const { products, regions } = malfunctionScope(seen);
  return {
    products: products.map((id) => productShort(id, lang)),
    regions: regions.map((id) => regionName(id)[lang]),
  };
}

const MOST_NAMES = 4;

function shortList(names: readonly string[], words: MalfunctionWords): string {
  const more = names.length - MOST_NAMES;
  if (more <= 0) return names.join(words.comma);
  return `${names.slice(0, MOST_NAMES).join(words.comma)} ${words.more(more)}`;
}

/** Whether and how fast somebody answered, in words. */
export function responseText(
  { malfunction, inTime }: Pick<Incident, "malfunction" | "inTime">,
  words: MalfunctionWords,
): string {
  const { acknowledgedAtMs, openedAtMs, state } = malfunction;
  if (acknowledgedAtMs !== null) {
    const length = lengthText(acknowledgedAtMs - openedAtMs, words);
    return inTime === false ? words.late(length) : words.inTime(length);
  }
  if (inTime === false) return words.overdue;
  return state === "open" ? words.notAcknowledged : words.notNeeded;
}
