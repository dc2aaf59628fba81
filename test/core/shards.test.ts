import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignShards, SHARD_SIZE, type Shard } from "../../src/core/shards.ts";
import { probeKey, type Target } from "../../src/core/target.ts";
import { testTarget } from "../helpers/sla.ts";

function target(number: number, changes: Partial<Target> = {}): Target {
  const probe = { kind: "tcp", address: `192.0.2.1:${number}` };
  return testTarget({ id: `t${number}`, probe, ...changes });
}

const targets = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => target(from + index));

const placeOf = (shards: readonly Shard[], id: string, vantage = "a") => {
  const found = shards.filter((shard) => shard.vantage === vantage && shard.targets.includes(id));
  expect(found).toHaveLength(1);
  const [{ id: shard, everyMs, offsetMs }] = found as [Shard];
  return { shard, everyMs, offsetMs };
};

const someTarget = fc
  .record({
    number: fc.nat(260),
    // Few addresses, so that many targets share a measurement.
    address: fc.oneof(fc.nat(20), fc.integer({ min: 21, max: 400 })),
    intervalMs: fc.constantFrom(15_000, 15_000, 15_000, 60_000),
    vantages: fc.constantFrom(["a"], ["a", "b"], ["b"]),
    account: fc.constantFrom("acme", "acme", "globex", "lanting"),
  })
  .map(({ number, address, intervalMs, vantages, account }) =>
    target(number, {
      intervalMs,
      vantages,
      account,
      probe: { kind: "tcp", address: `192.0.2.1:${address}` },
    }),
  );

const fleet = fc.uniqueArray(someTarget, { selector: ({ id }) => id, maxLength: 250 });

describe("shards", () => {
  test("hold every target once for each of its vantages, at its interval", () => {
    fc.assert(
      fc.property(fleet, fleet, (before, now) => {
        const shards = assignShards(now, assignShards(before, []));
        const placed = shards.flatMap(({ vantage, everyMs, targets: ids }) =>
          ids.map((id) => `${id} ${vantage} ${everyMs}`),
        );
        const wanted = now.flatMap(({ id, vantages, intervalMs }) =>
          vantages.map((vantage) => `${id} ${vantage} ${intervalMs}`),
        );
        expect(placed.toSorted()).toEqual(wanted.toSorted());
        const ids = shards.map(({ vantage, id }) => `${vantage} ${id}`);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  test("hold a hundred targets at most, unless more share one measurement", () => {
    fc.assert(
      fc.property(fleet, fleet, (before, now) => {
        const keys = new Map(now.map((one) => [one.id, probeKey(one)]));
        for (const { targets: ids } of assignShards(now, assignShards(before, []))) {
          const measurements = new Set(ids.map((id) => keys.get(id)));
          expect(ids.length <= SHARD_SIZE || measurements.size === 1).toBe(true);
        }
      }),
    );
    const shared = Array.from({ length: 130 }, (_, at) =>
      target(at, { probe: { kind: "tcp", address: "x:1" } }),
    );
    expect(assignShards([...shared, target(999)], []).map((shard) => shard.targets.length)).toEqual(
      [130, 1],
    );
  });

  test("hold the targets of one account, so that its rounds show it nothing of another's", () => {
    fc.assert(
      fc.property(fleet, fleet, (before, now) => {
        const accounts = new Map(now.map(({ id, account }) => [id, account]));
        for (const { targets: ids } of assignShards(now, assignShards(before, []))) {
          expect(new Set(ids.map((id) => accounts.get(id))).size).toBe(1);
        }
      }),
    );
  });

  test("keep together what an account measures with one measurement", () => {
    fc.assert(
      fc.property(fleet, fleet, (before, now) => {
        const homes = new Map<string, string>();
        const keys = new Map(now.map((one) => [one.id, `${one.account} ${probeKey(one)}`]));
        for (const { vantage, id: shard, everyMs, targets: ids } of assignShards(
          now,
          assignShards(before, []),
        )) {
          for (const id of ids) {
            const measurement = `${vantage} ${everyMs} ${keys.get(id)}`;
            expect(homes.get(measurement) ?? shard).toBe(shard);
            homes.set(measurement, shard);
          }
        }
      }),
    );
  });

  test("stay as they are when the targets do, in whatever order the file has them", () => {
    fc.assert(
      fc.property(fleet, (now) => {
        const shards = assignShards(now, []);
        const byId = (list: readonly Shard[]) =>
          list.toSorted((a, b) => (`${a.vantage} ${a.id}` < `${b.vantage} ${b.id}` ? -1 : 1));
        expect(byId(assignShards(now.toReversed(), shards))).toEqual(byId(shards));
      }),
    );
  });

  test("keep their targets when others are added, changed and removed", () => {
    // Targets that measure alone: who shares a measurement with a newcomer may have to move.
    const alone = fc.uniqueArray(fc.nat(400), { maxLength: 300 });
    fc.assert(
      fc.property(alone, alone, (before, now) => {
        const old = assignShards(
          before.map((number) => target(number)),
          [],
        );
        const fresh = assignShards(
          now.map((number) => target(number)),
          old,
        );
        const kept = before.filter((number) => now.includes(number));
        for (const number of kept) {
          expect(placeOf(fresh, `t${number}`)).toEqual(placeOf(old, `t${number}`));
        }
      }),
    );
  });

  test("do not lose a target's place to a newcomer that shares another's measurement", () => {
    const full = targets(SHARD_SIZE);
    const before = assignShards(full, []);
    const newcomer = target(500, { probe: full[0]!.probe });
    const now = assignShards([newcomer, ...full], before);
    for (const { id } of full.slice(1)) expect(placeOf(now, id)).toEqual(placeOf(before, id));
    expect(placeOf(now, "t0")).toEqual(placeOf(now, "t500"));
  });

  test("take newcomers where there is room", () => {
    const before = assignShards(targets(150), []);
    const without = assignShards(targets(140, 10), before);
    const now = assignShards([...targets(140, 10), ...targets(60, 500)], without);
    expect(now.map(({ targets: ids }) => ids.length)).toEqual([100, 100]);
  });

  test("have offsets that do not depend on the other shards, and lie evenly in the interval", () => {
    for (const count of [1, 2, 7, 40, 100]) {
      const shards = assignShards(targets(count * SHARD_SIZE), []);
      expect(shards).toHaveLength(count);
      const offsets = shards.map(({ offsetMs }) => offsetMs).toSorted((a, b) => a - b);
      expect(new Set(offsets).size).toBe(count);
      expect(offsets.every((offset) => offset >= 0 && offset < 15_000)).toBe(true);
      const gaps = offsets.map((offset, at) => (offsets[at + 1] ?? 15_000 + offsets[0]!) - offset);
      // No gap is wider than three times the even one.
      expect(Math.max(...gaps)).toBeLessThanOrEqual((3 * 15_000) / count);
    }
  });
});
