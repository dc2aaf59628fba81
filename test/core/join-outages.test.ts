import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createMalfunctionFinder,
  groupOutages,
  outageKey,
  type JoinableOutage,
} from "../../src/core/join-outages.ts";

const MINUTE_MS = 60_000;
const WITHIN_MS = 10 * MINUTE_MS;

const minute = fc.integer({ min: 0, max: 90 });
const outage: fc.Arbitrary<JoinableOutage> = fc
  .record({
    agreement: fc.constantFrom("ecs", "ecs-multi-zone", "oss"),
    subject: fc.constantFrom("web-1", "web-2", "group"),
    product: fc.constantFrom("ecs", "oss", "rds", "cdn"),
    region: fc.constantFrom("cn-hangzhou", "cn-hongkong", "cn-beijing", "us-west-1"),
    targets: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 }),
    from: minute,
    lasts: fc.option(fc.integer({ min: 1, max: 40 })),
  })
  .map(({ from, lasts, ...rest }) => ({
    ...rest,
    fromMs: from * MINUTE_MS,
    untilMs: lasts === null ? null : (from + lasts) * MINUTE_MS,
  }));
const outages = fc.uniqueArray(outage, { selector: outageKey, maxLength: 12 });

/** The rule, two by two. */
function belongTogether(a: JoinableOutage, b: JoinableOutage): boolean {
  const isNear = Math.abs(a.fromMs - b.fromMs) <= WITHIN_MS;
  if (isNear && (a.region === b.region || a.product === b.product)) return true;
  if (!a.targets.some((target) => b.targets.includes(target))) return false;
  const [first, second] = a.fromMs <= b.fromMs ? [a, b] : [b, a];
  return second.fromMs - (first.untilMs ?? Infinity) <= WITHIN_MS;
}

const keysOf = (groups: readonly (readonly JoinableOutage[])[]) =>
  groups.map((group) => group.map(outageKey).toSorted().join(" ")).toSorted();

test("every outage is in exactly one group", () => {
  fc.assert(
    fc.property(outages, (all) => {
      const keys = groupOutages(all, WITHIN_MS).flat().map(outageKey);
      expect(keys.toSorted()).toEqual(all.map(outageKey).toSorted());
    }),
  );
});

test("the order in which outages come is of no account", () => {
  fc.assert(
    fc.property(
      outages.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
      ),
      ([all, shuffled]) => {
        expect(groupOutages(shuffled, WITHIN_MS)).toEqual(groupOutages(all, WITHIN_MS));
      },
    ),
  );
});

test("groups are what belongs together two by two, and nothing else", () => {
  fc.assert(
    fc.property(outages, (all) => {
      const groups: JoinableOutage[][] = [];
      for (const one of all) {
        const mine = groups.filter((group) => group.some((other) => belongTogether(one, other)));
        for (const group of mine) groups.splice(groups.indexOf(group), 1);
        groups.push([one, ...mine.flat()]);
      }
      expect(keysOf(groupOutages(all, WITHIN_MS))).toEqual(keysOf(groups));
    }),
    { numRuns: 500 },
  );
});

test("an outage joins the first malfunction that has one it belongs to", () => {
  fc.assert(
    fc.property(outages, outage, fc.array(fc.integer({ min: 1, max: 4 })), (all, one, numbers) => {
      const members = all.map((member, index) => ({
        ...member,
        malfunction: numbers[index % Math.max(1, numbers.length)] ?? 1,
      }));
      const fitting = members.filter((member) => belongTogether(one, member));
      const expected = Math.min(...fitting.map(({ malfunction }) => malfunction));
      const found = createMalfunctionFinder(members, WITHIN_MS)(one);
      expect(found).toBe(fitting.length === 0 ? null : expected);
    }),
    { numRuns: 500 },
  );
});
