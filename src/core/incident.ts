import type { SeenMalfunction, TimelineEntry } from "./malfunction-view.ts";
import { malfunctionScope } from "./malfunction-view.ts";
import { lengthText, type MalfunctionWords } from "./malfunction-text.ts";

/** A malfunction as it is reported to others: what its reader may see, at an instant. */
export type Incident = SeenMalfunction & {
  /** See `isInTime`. */
  readonly inTime: boolean | null;
  readonly timeline: readonly TimelineEntry[];
  readonly writtenAtMs: number;
  /** Of its times. */
  readonly timeZone: string;
};

/** Its title, or what it struck: "ecs, oss · cn-hangzhou". */
export function incidentTitle(seen: SeenMalfunction, words: MalfunctionWords): string {
  const { title, id } = seen.malfunction;
  if (title !== null) return title;
  const { products, regions } = malfunctionScope(seen);
  const what = [products, regions].map((names) => shortList(names, words)).filter(Boolean);
  return what.length === 0 ? words.name(id) : what.join(" · ");
}

const MOST_NAMES = 4;

function shortList(names: readonly string[], words: MalfunctionWords): string {
  const more = names.length - MOST_NAMES;
  if (more <= 0) return names.join(", ");
  return `${names.slice(0, MOST_NAMES).join(", ")} ${words.more(more)}`;
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
