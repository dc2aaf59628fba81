/** What is drawn over the graphs of others. */
export const ANNOTATION_KINDS = ["outage", "exclusion", "breach"] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];

/** Something that happened, in words, and over what time. */
export type Annotation = {
  readonly kind: AnnotationKind;
  readonly fromMs: number;
  /** The same as `fromMs` for what happened at one instant. */
  readonly untilMs: number;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  /** Of the page about it, from the root of ours. */
  readonly path: string;
};

/** Where a subject stands, and in which month its page is to be shown. */
export type Place = {
  readonly subject: string;
  /** Its only target is itself: it has a page of its own. */
  readonly isTarget: boolean;
  readonly product: string;
  readonly region: string;
  readonly account: string;
  readonly month: string;
};

/** One subject's outage under one agreement. */
export type SubjectOutage = Place & {
  readonly agreement: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly reason: string;
  /** It had not ended when the newest minute was settled. */
  readonly isOpen: boolean;
};

const NAMES_SHOWN = 5;
const MINUTE_MS = 60_000;

/**
 * Outages as annotations, newest first. What begins and ends together in one region makes one
 * annotation: fifty over each other cannot be read.
 */
export function annotateOutages(outages: readonly SubjectOutage[]): Annotation[] {
  const together = new Map<string, SubjectOutage[]>();
  for (const outage of outages) {
    const { product, region, fromMs, untilMs } = outage;
    const key = `${product} ${region} ${fromMs} ${untilMs}`;
    const known = together.get(key);
    if (known === undefined) together.set(key, [outage]);
    else known.push(outage);
  }
  return [...together.values()].flatMap(annotateTogether).toSorted(newestFirst);
}

function annotateTogether(outages: readonly SubjectOutage[]): Annotation[] {
  const [first] = outages;
  if (first === undefined) return [];
  const { product, region, fromMs, untilMs } = first;
  const all = (of: (outage: SubjectOutage) => string) => [...new Set(outages.map(of))].toSorted();
  const subjects = all(({ subject }) => subject);
  const reasons = all(({ reason }) => reason).filter((reason) => reason !== "");
  const minutes = Math.max(1, Math.round((untilMs - fromMs) / MINUTE_MS));
  const isOpen = outages.some((outage) => outage.isOpen);
  const facts = [
    `${isOpen ? "Lasts since" : "Lasted"} ${minutes} min`,
    ...(reasons.length === 0 ? [] : [reasons.join(", ")]),
    `counts under ${all(({ agreement }) => agreement).join(", ")}`,
    `account ${all(({ account }) => account).join(", ")}`,
  ];
  const [only, ...others] = subjects;
  const isOne = others.length === 0;
  return [
    {
      kind: "outage",
      fromMs,
      untilMs,
      title: `Outage: ${isOne ? only : `${subjects.length} subjects`} (${product}, ${region})`,
      text: `${facts.join("; ")}.${isOne ? "" : ` ${listed(subjects)}.`}`,
      tags: ["outage", product, region, ...all(({ account }) => account)],
      path: isOne ? pathOf(first) : pathOf({ ...first, isTarget: false }),
    },
  ];
}

/** A month's objective that can no longer be met, or can be met again. */
export function annotateBreach(
  place: Place & {
    readonly kind: "breach" | "breach-over";
    readonly agreement: string;
    readonly atMs: number;
    readonly objectivePercent: string | null;
    readonly availabilityPercent: string | null;
  },
): Annotation {
  const { subject, agreement, product, region, account, month, atMs } = place;
  const isOver = place.kind === "breach-over";
  const said = isOver ? "can meet its objective again" : "cannot meet its objective any more";
  const figures = [
    ...(place.availabilityPercent === null ? [] : [`availability ${place.availabilityPercent} %`]),
    ...(place.objectivePercent === null ? [] : [`objective ${place.objectivePercent} %`]),
    `account ${account}`,
  ];
  return {
    kind: "breach",
    fromMs: atMs,
    untilMs: atMs,
    title: `${isOver ? "Breach over" : "Breach"}: ${subject} (${product}, ${region})`,
    text: `${subject} ${said} under ${agreement} in ${month}; ${figures.join("; ")}.`,
    tags: ["breach", product, region, account],
    path: pathOf(place),
  };
}

/** One occurrence of an exclusion. */
export function annotateExclusion(exclusion: {
  readonly kind: string;
  /** "web-1, web-2", "ecs in cn-hangzhou", "everything" */
  readonly scope: string;
  readonly reason: string;
  readonly evidence: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly month: string;
  readonly tags: readonly string[];
}): Annotation {
  const { kind, scope, reason, evidence, fromMs, untilMs } = exclusion;
  return {
    kind: "exclusion",
    fromMs,
    untilMs,
    title: `Excluded (${kind}): ${scope}`,
    text: `${reason} (${evidence})`,
    tags: ["exclusion", kind, ...exclusion.tags],
    path: `/?${new URLSearchParams({ month: exclusion.month })}`,
  };
}

/** "a, b, c, d, e and 7 more" */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

export function newestFirst(a: Annotation, b: Annotation): number {
  return b.fromMs - a.fromMs;
}

function pathOf({ subject, isTarget, product, region, month }: Place): string {
  if (isTarget) return `/targets/${encodeURIComponent(subject)}?${new URLSearchParams({ month })}`;
  return `/?${new URLSearchParams({ month, product, region })}`;
}
