import fc from "fast-check";
import { expect, test } from "vitest";
import type { CountRun } from "../../src/core/counts.ts";
import { REASONS, type Reason } from "../../src/core/outcome.ts";
import { MINUTE_MS, tallyRounds, type TallyRound } from "../../src/core/tally.ts";

const FROM = 1_000;
const range = { from: FROM, until: FROM + 10 };
const reasonAt = (reason: Reason) => REASONS.indexOf(reason);

function round(
  atMs: number,
  results: Readonly<Record<number, string>>,
  reasons: Readonly<Record<number, Reason>> = {},
): TallyRound {
  return {
    plannedAtMs: FROM * MINUTE_MS + atMs,
    targets: Object.keys(results).map(Number),
    outcomes: Object.values(results).join(""),
    reasons: new Map(Object.entries(reasons).map(([index, reason]) => [Number(index), reason])),
  };
}

const run = (minute: number, counts: Partial<CountRun>): CountRun => ({
  from: FROM + minute,
  until: FROM + minute + 1,
  valid: 0,
  failed: 0,
  reason: 0,
  ...counts,
});

test("valid and failed results are counted by target and minute", () => {
  const counts = tallyRounds(
    [
      round(0, { 1: "o", 2: "f" }, { 1: "connect-refused" }),
      round(15_000, { 1: "o", 2: "o" }),
      round(60_000, { 1: "f" }, { 0: "no-reply" }),
    ],
    range,
  );
  expect(counts.get(1)).toEqual([
    run(0, { valid: 2 }),
    run(1, { valid: 1, failed: 1, reason: reasonAt("no-reply") }),
  ]);
  expect(counts.get(2)).toEqual([
    run(0, { valid: 2, failed: 1, reason: reasonAt("connect-refused") }),
  ]);
});

test("a minute is counted by its planned instant, from its start to just before the next", () => {
  const rounds = [round(-1, { 1: "o" }), round(59_999, { 1: "o" }), round(600_000, { 1: "o" })];
  expect(tallyRounds(rounds, range)).toEqual(new Map([[1, [run(0, { valid: 1 })]]]));
});

test("of two results with one target and planned instant the one stored first counts", () => {
  const first = round(0, { 1: "f" }, { 0: "connect-reset" });
  const second = round(0, { 1: "o" });
  const failed = [run(0, { valid: 1, failed: 1, reason: reasonAt("connect-reset") })];
  expect(tallyRounds([first, second], range).get(1)).toEqual(failed);
  expect(tallyRounds([second, first], range).get(1)).toEqual([run(0, { valid: 1 })]);
});

test("doubles are seen across shards and among many rounds of one instant", () => {
  const counts = tallyRounds(
    [
      round(0, { 1: "o", 2: "o" }),
      round(0, { 3: "o" }),
      round(0, { 2: "f", 3: "f", 4: "f" }),
      round(0, { 4: "o", 5: "o" }),
    ],
    range,
  );
  expect([...counts].map(([target, [one]]) => [target, one?.valid, one?.failed])).toEqual([
    [1, 1, 0],
    [2, 1, 0],
    [3, 1, 0],
    [4, 1, 1],
    [5, 1, 0],
  ]);
});

test("an `invalid` or `unknown` that was stored first keeps a later result out", () => {
  const rounds = [
    round(0, { 1: "u" }, { 0: "clock-jump" }),
    round(0, { 1: "f" }, { 0: "no-reply" }),
  ];
  expect(tallyRounds(rounds, range).get(1)).toEqual([run(0, { reason: reasonAt("clock-jump") })]);
});

test("`invalid` and `unknown` are not counted, but leave their reason", () => {
  const counts = tallyRounds(
    [
      round(0, { 1: "i", 2: "u" }, { 0: "forbidden", 1: "no-sockets" }),
      round(60_000, { 1: "o", 2: "i" }, { 1: "throttled" }),
      round(75_000, { 1: "u" }, { 0: "aborted" }),
    ],
    range,
  );
  expect(counts.get(1)).toEqual([
    run(0, { reason: reasonAt("forbidden") }),
    run(1, { valid: 1, reason: reasonAt("aborted") }),
  ]);
  expect(counts.get(2)).toEqual([
    run(0, { reason: reasonAt("no-sockets") }),
    run(1, { reason: reasonAt("throttled") }),
  ]);
});

test("the reason of a minute is that of most failures; other outcomes do not outvote one", () => {
  const rounds = [
    round(0, { 1: "f" }, { 0: "no-reply" }),
    round(1, { 1: "f" }, { 0: "connect-reset" }),
    round(2, { 1: "f" }, { 0: "connect-reset" }),
    ...Array.from({ length: 9 }, (_, at) => round(3 + at, { 1: "i" }, { 0: "throttled" })),
  ];
  expect(tallyRounds(rounds, range).get(1)?.[0]?.reason).toBe(reasonAt("connect-reset"));
});

test("a minute takes as many results as it has milliseconds", () => {
  const rounds = Array.from({ length: 60_000 }, (_, at) =>
    round(at, { 1: "f" }, { 0: "no-reply" }),
  );
  expect(tallyRounds(rounds, range).get(1)).toEqual([
    run(0, { valid: 60_000, failed: 60_000, reason: reasonAt("no-reply") }),
  ]);
});

const someRound = fc
  .record({
    at: fc.nat(11 * 4),
    targets: fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 5 }),
    letters: fc.string({ unit: fc.constantFrom("o", "f", "i", "u"), minLength: 5, maxLength: 5 }),
    reason: fc.constantFrom(...REASONS.slice(1, 6)),
  })
  .map(({ at, targets, letters, reason }) => ({
    plannedAtMs: FROM * MINUTE_MS + at * 15_000,
    targets,
    outcomes: letters.slice(0, targets.length),
    reasons: new Map(
      targets.flatMap((_, index) => (letters[index] === "o" ? [] : [[index, reason] as const])),
    ),
  }));

/** Counts result by result, the plainest way. */
function naive(rounds: readonly TallyRound[]): Map<string, { valid: number; failed: number }> {
  const seen = new Set<string>();
  const cells = new Map<string, { valid: number; failed: number }>();
  for (const { plannedAtMs, targets, outcomes } of rounds) {
    for (const [index, target] of targets.entries()) {
      const minute = Math.floor(plannedAtMs / MINUTE_MS);
      if (minute < range.from || minute >= range.until) continue;
      if (seen.has(`${target}@${plannedAtMs}`)) continue;
      seen.add(`${target}@${plannedAtMs}`);
      const key = `${target}@${minute}`;
      const cell = cells.get(key) ?? { valid: 0, failed: 0 };
      cells.set(key, cell);
      if (outcomes[index] === "o" || outcomes[index] === "f") cell.valid += 1;
      if (outcomes[index] === "f") cell.failed += 1;
    }
  }
  return cells;
}

test("equals counting result by result", () => {
  fc.assert(
    fc.property(fc.array(someRound, { maxLength: 30 }), (rounds) => {
      const counted = new Map<string, { valid: number; failed: number }>();
      for (const [target, runs] of tallyRounds(rounds, range)) {
        for (const { from, until, valid, failed } of runs) {
          for (let minute = from; minute < until; minute += 1)
            counted.set(`${target}@${minute}`, { valid, failed });
        }
      }
      expect(counted).toEqual(naive(rounds));
    }),
  );
});

test("the order of rounds matters for doubles alone", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(someRound, { selector: ({ plannedAtMs }) => plannedAtMs, maxLength: 20 }),
      fc.infiniteStream(fc.nat(1_000)),
      (rounds, keys) => {
        const keyed = rounds.map((one) => ({ one, key: keys.next().value as number }));
        const shuffled = keyed.toSorted((a, b) => a.key - b.key).map(({ one }) => one);
        expect(tallyRounds(shuffled, range)).toEqual(tallyRounds(rounds, range));
      },
    ),
  );
});
