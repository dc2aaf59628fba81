import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advanceMalfunction, newMalfunction } from "../../src/core/advance-malfunction.ts";
import {
  classifyOutages,
  leastBadPpm,
  worseLevel,
  type ClassifiedOutage,
} from "../../src/core/classify-malfunction.ts";
import { LEVELS, type Malfunction, type MalfunctionOutage } from "../../src/core/malfunction.ts";
import { toMalfunctionRules } from "../../src/parse-alerting.ts";

const MINUTE_MS = 60_000;
const RULES = toMalfunctionRules(undefined);

const outageOf = (more: Partial<ClassifiedOutage> = {}): ClassifiedOutage => ({
  product: "ecs",
  region: "cn-hangzhou",
  targets: ["web-1"],
  fromMs: 0,
  untilMs: MINUTE_MS,
  num: 1,
  den: 1,
  ...more,
});
const minutes = (from: number, until: number) => ({
  fromMs: from * MINUTE_MS,
  untilMs: until * MINUTE_MS,
});

describe("without rules of one's own", () => {
  test.each([
    ["a single minute of one target", [outageOf()], "P4"],
    ["five minutes", [outageOf(minutes(0, 5))], "P3"],
    ["half an hour", [outageOf(minutes(0, 30))], "P2"],
    ["three targets", [outageOf({ targets: ["a", "b"] }), outageOf({ targets: ["c"] })], "P2"],
    ["two regions", [outageOf(), outageOf({ region: "cn-beijing", targets: ["b"] })], "P1"],
    [
      "ten targets for five minutes",
      [outageOf({ targets: "abcdefghij".split(""), ...minutes(0, 5) })],
      "P1",
    ],
    ["one target under two agreements", [outageOf(), outageOf()], "P4"],
    ["a group of which a twentieth fails", [outageOf({ num: 1, den: 20 })], "P4"],
  ])("%s", (_, outages, level) => {
    expect(classifyOutages(outages, RULES)).toBe(level);
  });

  test("less than a twentieth is none", () => {
    const outage = outageOf({ num: 1, den: 21, ...minutes(0, 600) });
    expect(classifyOutages([outage], RULES)).toBeNull();
    expect(leastBadPpm("ecs", RULES)).toBe(50_000);
  });

  test("a time in which two fail is counted once, and good time between them is not", () => {
    expect(classifyOutages([outageOf(minutes(0, 4)), outageOf(minutes(1, 4))], RULES)).toBe("P4");
    expect(classifyOutages([outageOf(minutes(0, 2)), outageOf(minutes(10, 12))], RULES)).toBe("P4");
    expect(classifyOutages([outageOf(minutes(0, 2)), outageOf(minutes(10, 13))], RULES)).toBe("P3");
  });
});

test("a rule of some products looks at their outages alone", () => {
  const rules = toMalfunctionRules({ rules: [{ level: "P1", products: ["rds"], targets: 2 }] });
  const rds = outageOf({ product: "rds" });
  const ecs = outageOf({ targets: ["web-2"] });
  expect(classifyOutages([rds, ecs], rules)).toBeNull();
  expect(leastBadPpm("ecs", rules)).toBeNull();
  const other = outageOf({ product: "rds", targets: ["db-2"] });
  expect(classifyOutages([rds, other, ecs], rules)).toBe("P1");
});

const level = fc.constantFrom(...LEVELS);
const member = fc
  .record({
    from: fc.integer({ min: 0, max: 60 }),
    lasts: fc.option(fc.integer({ min: 1, max: 60 })),
  })
  .map(({ from, lasts }): MalfunctionOutage => ({
    malfunction: 1,
    agreement: "ecs",
    subject: "web-1",
    account: "acme",
    product: "ecs",
    region: "cn-hangzhou",
    targets: ["web-1"],
    fromMs: from * MINUTE_MS,
    untilMs: lasts === null ? null : (from + lasts) * MINUTE_MS,
    reason: "refused",
  }));
const found = fc.record({
  outages: fc.array(member, { minLength: 1, maxLength: 5 }),
  joined: fc.nat({ max: 2 }),
  level: fc.option(level),
  nowMs: fc.nat({ max: 10_000 * MINUTE_MS }),
});

test("whatever the outages do, the level never falls, and the time to respond grows only when it is open again", () => {
  fc.assert(
    fc.property(level, fc.array(found, { maxLength: 8 }), (first, all) => {
      let now: Malfunction = { id: 1, ...newMalfunction([], { level: first, nowMs: 0 }, RULES) };
      for (const one of all) {
        for (const { verb, before, after } of advanceMalfunction(now, one, RULES)) {
          expect(before).toEqual(now);
          expect(worseLevel(before.level, after.level)).toBe(after.level);
          const mostMs =
            verb === "again" ? one.nowMs + RULES.respondWithinMs[now.level] : before.respondByMs;
          expect(after.respondByMs).toBeLessThanOrEqual(mostMs);
          now = after;
        }
        const lasts = one.outages.some(({ untilMs }) => untilMs === null);
        expect(now.state).toBe(lasts ? "open" : "restored");
        expect(now.restoredAtMs === null).toBe(lasts);
        // Nothing new leads to nothing more.
        expect(advanceMalfunction(now, { ...one, joined: 0 }, RULES)).toEqual([]);
      }
    }),
  );
});

test("a level that a person has set, and one that is closed, stay as they are", () => {
  const opened = { id: 1, ...newMalfunction([], { level: "P4", nowMs: 0 }, RULES) } as const;
  const outages = [{ ...fc.sample(member, 1)[0]!, untilMs: null }];
  const set: Malfunction = { ...opened, levelBy: "user:li" };
  expect(advanceMalfunction(set, { outages, joined: 0, level: "P1", nowMs: 0 }, RULES)).toEqual([]);
  const closed: Malfunction = { ...opened, state: "closed" };
  expect(advanceMalfunction(closed, { outages, joined: 0, level: "P1", nowMs: 0 }, RULES)).toEqual(
    [],
  );
});
