import type { Agreement } from "./agreement.ts";
import type { Interval } from "./month.ts";
import type { Target } from "./target.ts";

/** What an agreement gives one figure for: a target, or a group of targets. */
export type Subject = {
  readonly agreement: Agreement;
  /** The target's id, or account/product/region and, when not empty, /class of a group. */
  readonly id: string;
  readonly account: string;
  readonly product: string;
  readonly region: string;
  /** One, or those of the group in the order of their ids. */
  readonly targets: readonly Target[];
  /**
   * Those of the group that live only before or after the month, in the order of their ids: they
   * count in the stretches and burn windows that cross its edges, and nowhere else.
   */
  readonly neighbours: readonly Target[];
  /**
   * Scope `multi-zone`: those of the same account, product and region in other zones, also those
   * that live only before or after the month.
   */
  readonly siblings: readonly Target[];
};

/** Whose results sum up to the subject's slots, in its month and around it. */
export function membersOf({ targets, neighbours }: Members): readonly Target[] {
  return neighbours.length === 0 ? targets : [...targets, ...neighbours];
}

/** All targets whose results a subject's figure rests on. */
export function evidenceTargets(subject: Members): readonly Target[] {
  return [...membersOf(subject), ...subject.siblings];
}

type Members = Pick<Subject, "targets" | "neighbours" | "siblings">;

/**
 * The subjects of a month: each target under each of its agreements, groups collected (section 4).
 * A target that does not live in the month has no subject, and makes none of others; neither does
 * an agreement that `resolveAgreement` answers with null. In the order of agreements, then ids.
 */
export function listSubjects(input: {
  readonly targets: readonly Target[];
  /** The month in the agreement's own time zone. */
  readonly boundsOf: (agreement: Agreement) => Interval;
  /** The version in force at the month's start, inherited terms resolved. */
  readonly resolveAgreement: (target: Target, agreementId: string) => Agreement | null;
}): Subject[] {
  const places = collect(input.targets, placeOf);
  const single: Subject[] = [];
  const members: Member[] = [];
  for (const target of input.targets) {
    for (const agreementId of new Set(target.agreements)) {
      const agreement = input.resolveAgreement(target, agreementId);
      if (agreement === null) continue;
      const month = input.boundsOf(agreement);
      const lives = livesIn(target, month);
      if (agreement.scope === "group") {
        members.push({ target, agreement, lives });
      } else if (lives) {
        const siblings = siblingsOf(target, agreement, places);
        if (agreement.scope === "target" || siblings.some((other) => livesIn(other, month))) {
          single.push(
            subjectOf(agreement, target.id, { targets: [target], neighbours: [], siblings }),
          );
        }
      }
    }
  }
  return [...single, ...groupsOf(members)].toSorted(
    (a, b) => compareText(a.agreement.id, b.agreement.id) || compareText(a.id, b.id),
  );
}

function livesIn(target: Target, { fromMs, untilMs }: Interval): boolean {
  return (target.fromMs ?? -Infinity) < untilMs && (target.untilMs ?? Infinity) > fromMs;
}

function placeOf({ account, product, region }: Target): string {
  return `${account}/${product}/${region}`;
}

/** A target without a zone takes no part, neither as subject nor as sibling. */
function siblingsOf(
  target: Target,
  { scope }: Agreement,
  places: ReadonlyMap<string, readonly Target[]>,
): Target[] {
  if (scope !== "multi-zone" || target.zone === null) {
    return [];
  }
  return (places.get(placeOf(target)) ?? []).filter(
    ({ zone }) => zone !== null && zone !== target.zone,
  );
}

/** A target of a group, and whether it lives in the month. */
type Member = {
  readonly target: Target;
  readonly agreement: Agreement;
  readonly lives: boolean;
};

function groupsOf(members: readonly Member[]): Subject[] {
  const groups = collect(members, ({ target, agreement }) =>
    JSON.stringify([agreement.id, placeOf(target), target.class]),
  );
  return [...groups.values()].flatMap((group) => {
    const first = group.find(({ lives }) => lives);
    if (first === undefined) {
      return [];
    }
    const place = placeOf(first.target);
    const id = first.target.class === "" ? place : `${place}/${first.target.class}`;
    const sorted = group.toSorted((a, b) => compareText(a.target.id, b.target.id));
    const targets = sorted.filter(({ lives }) => lives).map(({ target }) => target);
    const neighbours = sorted.filter(({ lives }) => !lives).map(({ target }) => target);
    return [subjectOf(first.agreement, id, { targets, neighbours, siblings: [] })];
  });
}

function subjectOf(
  agreement: Agreement,
  id: string,
  { targets, neighbours, siblings }: Members,
): Subject {
  const { account = "", product = "", region = "" } = targets[0] ?? {};
  return { agreement, id, account, product, region, targets, neighbours, siblings };
}

function collect<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const collected = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = collected.get(key);
    if (known === undefined) {
      collected.set(key, [item]);
    } else {
      known.push(item);
    }
  }
  return collected;
}

/** Order by code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}
