import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CountRun } from "../../src/core/counts.ts";
import {
  BLOCK_SIZE,
  MINUTES_PER_DAY,
  decodeDayCounts,
  encodeDayCounts,
  pushRun,
  replaceRuns,
} from "../../src/core/day-counts.ts";

const DAY_START = 20_000 * MINUTES_PER_DAY;
const BLOCK = 3;
const place = { block: BLOCK, dayStart: DAY_START };

/** A minute's counts, or null for a gap. */
type Cell = { valid: number; failed: number; reason: number } | null;

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  fc
    .record({ valid: fc.integer({ min: 0, max: 70_000 }), share: fc.nat(100), reason: fc.nat(41) })
    .map(({ valid, share, reason }) => ({
      valid,
      failed: Math.floor((valid * share) / 100),
      reason,
    })),
  fc.constant({ valid: 4, failed: 0, reason: 0 }),
);

/** Stretches of equal minutes that fill at most a day. */
const cells = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 300 }), cell), { maxLength: 12 })
  .map((parts) =>
    parts.flatMap(([length, one]) => Array.from({ length }, () => one)).slice(0, MINUTES_PER_DAY),
  );

function toRuns(minutes: readonly Cell[], from = DAY_START): CountRun[] {
  const runs: CountRun[] = [];
  for (const [index, one] of minutes.entries()) {
    if (one !== null) pushRun(runs, { from: from + index, until: from + index + 1, ...one });
  }
  return runs;
}

function toCells(runs: readonly CountRun[], length: number): Cell[] {
  const minutes: Cell[] = Array.from({ length }, () => null);
  for (const { from, until, valid, failed, reason } of runs) {
    for (let at = from; at < until; at += 1) minutes[at - DAY_START] = { valid, failed, reason };
  }
  return minutes;
}

describe("the counts of a day as bytes", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.nat(BLOCK_SIZE - 1).map(String), cells), (byTarget) => {
        const counts = new Map(
          Object.entries(byTarget)
            .map(
              ([target, minutes]) =>
                [BLOCK * BLOCK_SIZE + Number(target), toRuns(minutes)] as const,
            )
            .filter(([, runs]) => runs.length > 0),
        );
        expect(decodeDayCounts(encodeDayCounts(counts, DAY_START), place)).toEqual(counts);
      }),
    );
  });

  test("do not depend on the order in which targets were added", () => {
    const run = { from: DAY_START, until: DAY_START + 9, valid: 4, failed: 1, reason: 3 };
    const first = new Map([
      [384, [run]],
      [400, [run]],
    ]);
    const second = new Map([
      [400, [run]],
      [384, [run]],
    ]);
    expect(encodeDayCounts(first, DAY_START)).toEqual(encodeDayCounts(second, DAY_START));
  });

  test("are eight bytes for a target that was well all day", () => {
    const run = {
      from: DAY_START,
      until: DAY_START + MINUTES_PER_DAY,
      valid: 4,
      failed: 0,
      reason: 0,
    };
    expect(encodeDayCounts(new Map([[384, [run]]]), DAY_START)).toHaveLength(8);
  });

  test("hold nothing for a target without runs", () => {
    expect(encodeDayCounts(new Map([[384, []]]), DAY_START)).toHaveLength(0);
  });

  test("are not written for runs that overlap or lie before the day", () => {
    const run = { from: DAY_START - 1, until: DAY_START + 1, valid: 1, failed: 0, reason: 0 };
    expect(() => encodeDayCounts(new Map([[384, [run]]]), DAY_START)).toThrow(RangeError);
  });

  test.each([
    ["cut inside a number", [0x80]],
    ["cut inside a run", [0, 1, 0, 5]],
    ["without runs for a target", [0, 0]],
    ["with a run of no length", [0, 1, 0, 0, 4, 0, 0]],
    ["with more failed than valid", [0, 1, 0, 5, 4, 5, 0]],
    ["with a target of another block", [0x80, 1, 1, 0, 5, 4, 0, 0]],
    ["with a target twice", [7, 1, 0, 5, 4, 0, 0, 7, 1, 0, 5, 4, 0, 0]],
    ["with targets out of order", [7, 1, 0, 5, 4, 0, 0, 6, 1, 0, 5, 4, 0, 0]],
    ["with runs past the end of the day", [0, 1, 1, 0xa0, 0x0b, 4, 0, 0]],
    ["with a number written longer than need be", [0, 1, 0, 0x85, 0, 4, 0, 0]],
    ["with a number of five bytes", [0, 1, 0, 5, 0xff, 0xff, 0xff, 0xff, 1, 0, 0]],
    ["with more runs than bytes", [0, 0xff, 0xff, 0x7f, 0, 1, 4, 0, 0]],
  ])("are refused %s", (_name, bytes) => {
    expect(() => decodeDayCounts(Uint8Array.from(bytes), place)).toThrow(RangeError);
  });

  test("with any one bit flipped are refused or are other counts", () => {
    fc.assert(
      fc.property(cells, cells, fc.nat(), (one, other, at) => {
        const counts = new Map([
          [384, toRuns(one)],
          [400, toRuns(other)],
        ]);
        const bytes = encodeDayCounts(counts, DAY_START);
        fc.pre(bytes.length > 0);
        const bit = at % (bytes.length * 8);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        let read: unknown;
        try {
          read = decodeDayCounts(bytes, place);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(read).not.toEqual(new Map([...counts].filter(([, runs]) => runs.length > 0)));
      }),
    );
  });

  test("that are any bytes at all end in counts or a RangeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const counts = decodeDayCounts(bytes, place);
          expect(encodeDayCounts(counts, DAY_START)).toEqual(Uint8Array.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

describe("replacing a range of runs", () => {
  const range = fc
    .tuple(fc.nat(MINUTES_PER_DAY), fc.nat(MINUTES_PER_DAY))
    .map(([a, b]) => ({ from: Math.min(a, b), until: Math.max(a, b) }));

  test("equals replacing minute by minute", () => {
    fc.assert(
      fc.property(cells, cells, range, (before, fresh, { from, until }) => {
        const length = MINUTES_PER_DAY;
        const wanted = toCells(toRuns(before), length);
        const inRange = fresh.slice(0, until - from);
        for (let minute = from; minute < until; minute += 1)
          wanted[minute] = inRange[minute - from] ?? null;

        const replaced = replaceRuns(
          toRuns(before),
          { from: DAY_START + from, until: DAY_START + until },
          toRuns(inRange, DAY_START + from),
        );

        expect(toCells(replaced, length)).toEqual(wanted);
        expect(replaced).toEqual(toRuns(wanted));
      }),
    );
  });

  test("leaves the runs it was given as they are", () => {
    const runs = [{ from: DAY_START, until: DAY_START + 10, valid: 4, failed: 0, reason: 0 }];
    replaceRuns(runs, { from: DAY_START + 3, until: DAY_START + 4 }, []);
    expect(runs).toEqual([
      { from: DAY_START, until: DAY_START + 10, valid: 4, failed: 0, reason: 0 },
    ]);
  });
});
