import { compareText } from "./subject.ts";

/** What says whether outages belong together. */
export type JoinableOutage = {
  readonly agreement: string;
  readonly subject: string;
  readonly product: string;
  readonly region: string;
  readonly targets: readonly string[];
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly untilMs: number | null;
};

/** Names an outage among all. */
export function outageKey({
  agreement,
  subject,
  fromMs,
}: Pick<JoinableOutage, "agreement" | "subject" | "fromMs">): string {
  return `${agreement}/${subject}/${fromMs}`;
}

/**
 * Puts outages that belong together into one list: those that began within the time of each other
 * in one region or of one product, and those of one target with no longer a time between them;
 * also over others in between. The order of the input is of no account.
 */
export function groupOutages<Outage extends JoinableOutage>(
  outages: readonly Outage[],
  withinMs: number,
): Outage[][] {
  const sorted = outages.toSorted(
    (a, b) => a.fromMs - b.fromMs || compareText(outageKey(a), outageKey(b)),
  );
  const groups = createGroups(sorted.length);
  // The last one in a region or of a product: who is too late for it is too late for all before.
  const lastIn = new Map<string, { readonly index: number; readonly fromMs: number }>();
  const lastOf = new Map<string, { readonly index: number; readonly untilMs: number }>();
  for (const [index, outage] of sorted.entries()) {
    const { fromMs, untilMs } = outage;
    for (const place of placesOf(outage)) {
      const last = lastIn.get(place);
      if (last !== undefined && fromMs - last.fromMs <= withinMs) groups.join(last.index, index);
      lastIn.set(place, { index, fromMs });
    }
    for (const target of outage.targets) {
      const last = lastOf.get(target);
      if (last !== undefined && fromMs - last.untilMs <= withinMs) groups.join(last.index, index);
      const endMs = untilMs ?? Infinity;
      lastOf.set(target, { index, untilMs: Math.max(endMs, last?.untilMs ?? -Infinity) });
    }
  }
  const found = new Map<number, Outage[]>();
  for (const [index, outage] of sorted.entries()) {
    const root = groups.rootOf(index);
    const group = found.get(root);
    if (group === undefined) found.set(root, [outage]);
    else group.push(outage);
  }
  return [...found.values()];
}

function placesOf({ region, product }: JoinableOutage): string[] {
  return [`region ${region}`, `product ${product}`];
}

/** Sets of numbers that are joined two by two; the lowest number stands for its set. */
function createGroups(size: number) {
  const parents = Int32Array.from({ length: size }, (_, index) => index);
  const rootOf = (start: number): number => {
    let at = start;
    for (;;) {
      const parent = parents[at] ?? at;
      if (parent === at) return at;
      parents[at] = parents[parent] ?? parent;
      at = parent;
    }
  };
  const join = (a: number, b: number): void => {
    const [one, other] = [rootOf(a), rootOf(b)];
    parents[Math.max(one, other)] = Math.min(one, other);
  };
  return { rootOf, join };
}

/**
 * Gives the function that finds the malfunction which an outage belongs to, by the outages that
 * the malfunctions have: the one with the lowest number, so that it does not depend on any order.
 */
export function createMalfunctionFinder(
  members: readonly (JoinableOutage & { readonly malfunction: number })[],
  withinMs: number,
): (outage: JoinableOutage) => number | null {
  /** By place and begin the lowest malfunction: of ten thousand outages few begins differ. */
  const begins = new Map<string, Map<number, number>>();
  const byTarget = new Map<string, (typeof members)[number][]>();
  for (const member of members) {
    for (const place of placesOf(member)) {
      const known = begins.get(place) ?? new Map<number, number>();
      const lowest = known.get(member.fromMs) ?? Infinity;
      begins.set(place, known.set(member.fromMs, Math.min(lowest, member.malfunction)));
    }
    for (const target of member.targets) {
      const known = byTarget.get(target);
      if (known === undefined) byTarget.set(target, [member]);
      else known.push(member);
    }
  }
  return (outage) => {
    let lowest = Infinity;
    for (const place of placesOf(outage)) {
      for (const [fromMs, malfunction] of begins.get(place) ?? []) {
        if (Math.abs(outage.fromMs - fromMs) <= withinMs) lowest = Math.min(lowest, malfunction);
      }
    }
    for (const target of outage.targets) {
      for (const member of byTarget.get(target) ?? []) {
        if (gapMs(member, outage) <= withinMs) lowest = Math.min(lowest, member.malfunction);
      }
    }
    return lowest === Infinity ? null : lowest;
  };
}

/** The time between two outages; 0 or less when they overlap. */
function gapMs(a: JoinableOutage, b: JoinableOutage): number {
  return Math.max(b.fromMs - (a.untilMs ?? Infinity), a.fromMs - (b.untilMs ?? Infinity));
}
