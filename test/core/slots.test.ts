import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlay, slotsStartingIn, uniteRanges } from "../../src/core/ranges.ts";
import { combineVantages, mergeRuns, slotsOfVantage, sumSlotCounts } from "../../src/core/slots.ts";
import { testRun } from "../helpers/sla.ts";

const everything = { from: -1_000_000, until: 1_000_000 };
const count = (from: number, until: number, valid: number, failed: number) => ({
  from,
  until,
  valid,
  failed,
});

describe("mergeRuns", () => {
  test("makes one run of a healthy month that came by days", () => {
    const days = Array.from({ length: 31 }, (_, day) => [testRun(day * 1440, (day + 1) * 1440)]);
    expect(mergeRuns(days)).toEqual([testRun(0, 44_640)]);
  });

  test("keeps neighbours apart that differ, and those with a gap between them", () => {
    const runs = [
      testRun(0, 5),
      testRun(5, 6, { failed: 4, reason: 3 }),
      testRun(6, 9),
      testRun(12, 14),
    ];
    expect(mergeRuns([runs.slice(0, 2), runs.slice(2)])).toEqual(runs);
  });

  test("refuses runs that overlap, since they would count twice", () => {
    expect(() => mergeRuns([[testRun(0, 5)], [testRun(4, 9)]])).toThrow(/overlap/);
  });
});

describe("slotsOfVantage", () => {
  test("keeps minutes as slots of one minute", () => {
    expect(slotsOfVantage([testRun(3, 10)], 1, everything)).toEqual([count(3, 10, 4, 0)]);
  });

  test("shares runs that straddle a slot by minutes, exactly", () => {
    const runs = [testRun(3, 12), testRun(12, 13, { valid: 2, failed: 1 }), testRun(14, 15)];
    // Slot 0 holds minutes 3 and 4, slot 1 five minutes, slot 2 minutes 10 to 12 and 14.
    expect(slotsOfVantage(runs, 5, everything)).toEqual([
      count(0, 1, 8, 0),
      count(1, 2, 20, 0),
      count(2, 3, 14, 1),
    ]);
  });

  test("leaves out minutes without a valid result", () => {
    const runs = [testRun(0, 5), testRun(5, 10, { valid: 0, reason: 33 }), testRun(10, 15)];
    expect(slotsOfVantage(runs, 5, everything)).toEqual([count(0, 1, 20, 0), count(2, 3, 20, 0)]);
  });

  test("keeps to the range, and works before the epoch too", () => {
    const range = { from: -2, until: 1 };
    expect(slotsOfVantage([testRun(-30, 30)], 5, range)).toEqual([count(-2, 1, 20, 0)]);
  });

  test("is the sum over the slot's minutes, whatever the runs", () => {
    const pieces = fc.array(
      fc.record({ gap: fc.nat(6), length: fc.integer({ min: 1, max: 20 }), valid: fc.nat(3) }),
    );
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 9 }), (list, slotMinutes) => {
        let at = 0;
        const runs = list.map(({ gap, length, valid }) => {
          const from = at + gap;
          at = from + length;
          return testRun(from, at, { valid, failed: Math.min(valid, 1) });
        });
        const expected = new Map<number, { valid: number; failed: number }>();
        for (const { from, until, valid, failed } of runs) {
          for (let minute = from; minute < until; minute += 1) {
            const slot = Math.floor(minute / slotMinutes);
            const sum = expected.get(slot) ?? { valid: 0, failed: 0 };
            expected.set(slot, { valid: sum.valid + valid, failed: sum.failed + failed });
          }
        }
        const slots = slotsOfVantage(runs, slotMinutes, everything).flatMap((slot) =>
          Array.from({ length: slot.until - slot.from }, (_, index) => [
            slot.from + index,
            { valid: slot.valid, failed: slot.failed },
          ]),
        );
        expect(slots).toEqual([...expected].filter(([, { valid }]) => valid > 0));
      }),
    );
  });
});

test("a thousand healthy targets sum to one run", () => {
  const lists = Array.from({ length: 1000 }, () => [count(0, 8928, 20, 0)]);
  expect(sumSlotCounts(lists)).toEqual([count(0, 8928, 20_000, 0)]);
});

test("sums change where one of the lists changes", () => {
  const sum = sumSlotCounts([[count(0, 4, 2, 0)], [count(2, 6, 3, 1)], [count(8, 9, 1, 1)], []]);
  expect(sum).toEqual([count(0, 2, 2, 0), count(2, 4, 5, 1), count(4, 6, 3, 1), count(8, 9, 1, 1)]);
});

test("vantages are laid over each other without a gap, each slot with its votes", () => {
  const lists = [[count(0, 4, 4, 4)], [count(2, 6, 4, 0)]];
  const runs = combineVantages(lists, { from: -1, until: 7 });
  expect(runs.map(({ from, until, votes, downVotes }) => [from, until, votes, downVotes])).toEqual([
    [-1, 0, 0, 0],
    [0, 2, 1, 1],
    [2, 4, 2, 1],
    [4, 6, 1, 0],
    [6, 7, 0, 0],
  ]);
});

describe("ranges", () => {
  test("slots are those that start in the interval, aligned to the Unix epoch", () => {
    const interval = { fromMs: 300_001, untilMs: 900_000 };
    expect(slotsStartingIn(interval, 300_000)).toEqual({ from: 2, until: 3 });
    expect(slotsStartingIn({ ...interval, untilMs: 900_001 }, 300_000)).toEqual({
      from: 2,
      until: 4,
    });
    const unbounded = slotsStartingIn({ fromMs: null, untilMs: null }, 300_000);
    expect(unbounded).toEqual({ from: -Infinity, until: Infinity });
  });

  test("united ranges are sorted and apart", () => {
    const ranges = [
      { from: 8, until: 9 },
      { from: 0, until: 3 },
      { from: 3, until: 5 },
      { from: 6, until: 6 },
      { from: 1, until: 2 },
    ];
    expect(uniteRanges(ranges)).toEqual([
      { from: 0, until: 5 },
      { from: 8, until: 9 },
    ]);
  });

  test("an overlay cuts runs at the edges of ranges", () => {
    const runs = [
      { from: 0, until: 5 },
      { from: 5, until: 9 },
    ];
    const ranges = [
      { from: 2, until: 3 },
      { from: 4, until: 7 },
    ];
    const pieces = overlay(runs, ranges, ({ from, until }, inside) => [from, until, inside]);
    expect(pieces).toEqual([
      [0, 2, false],
      [2, 3, true],
      [3, 4, false],
      [4, 5, true],
      [5, 7, true],
      [7, 9, false],
    ]);
  });
});
