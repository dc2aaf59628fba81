import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PHASES, type Result } from "../../src/core/outcome.ts";
import {
  keepsPhases,
  packPhases,
  phaseSteps,
  type PhaseSample,
} from "../../src/core/phase-sample.ts";

const MINUTE_MS = 60_000;
const NOON = Date.parse("2026-10-24T12:00:00Z");

describe("the phases of a round's results are kept", () => {
  test.each([
    ["of twenty rounds in five minutes once", 15_000, 1],
    ["of 300 rounds in five minutes once", 1_000, 1],
    ["of five rounds in five minutes once", MINUTE_MS, 1],
  ])("%s", (_name, everyMs, kept) => {
    const instants = Array.from(
      { length: (5 * MINUTE_MS) / everyMs },
      (_, at) => NOON + at * everyMs,
    );
    const rounds = instants.map((ms) => ({ plannedAtMs: ms + 7, everyMs }));
    expect(rounds.filter(keepsPhases)).toHaveLength(kept);
  });

  test("of each round that comes once in five minutes or less often", () => {
    for (const minutes of [5, 7, 60]) {
      expect(keepsPhases({ plannedAtMs: NOON + 90_000, everyMs: minutes * MINUTE_MS })).toBe(true);
    }
  });

  test("as whole microseconds, and only of what was ok", () => {
    const ok = {
      outcome: "ok",
      reason: "",
      latencyMs: 9,
      phasesMs: { connect: 1.2346, transfer: 0 },
    };
    const failed = { ...ok, outcome: "failed", reason: "connect-timeout" };
    expect(packPhases([ok, failed] as Result[])).toEqual(
      [
        [null, 1235, null, null, 0],
        [null, null, null, null, null],
      ].flat(),
    );
  });
});

describe("phases over a time", () => {
  const sample = (minute: number, connectUs: number | null, vantage = "a"): PhaseSample => ({
    vantage,
    atMs: NOON + minute * MINUTE_MS,
    phasesUs: [null, connectUs, null, null, null],
  });
  const range = { fromMs: NOON, untilMs: NOON + 60 * MINUTE_MS };

  test("are medians of each vantage's steps, with nothing where nothing was", () => {
    const samples = [sample(0, 1_000), sample(5, 3_000), sample(25, 7_000), sample(5, 9_000, "b")];
    expect(phaseSteps(samples, { ...range, mostSteps: 6 })).toEqual([
      {
        vantage: "a",
        atMs: [0, 10, 20, 30, 40, 50].map((minute) => NOON + minute * MINUTE_MS),
        p50Ms: { connect: [1, null, 7, null, null, null] },
      },
      expect.objectContaining({
        vantage: "b",
        p50Ms: { connect: [9, null, null, null, null, null] },
      }),
    ]);
  });

  test("have no step finer than five minutes, and no more steps than are asked for", () => {
    const anyRange = fc.record({
      fromMs: fc.integer({ min: NOON - 1e9, max: NOON }),
      lengthMs: fc.integer({ min: 1, max: 32 * 1440 * MINUTE_MS }),
      mostSteps: fc.integer({ min: 1, max: 480 }),
    });
    fc.assert(
      fc.property(anyRange, ({ fromMs, lengthMs, mostSteps }) => {
        const untilMs = fromMs + lengthMs;
        const samples = [fromMs, untilMs - 1].map((atMs) => ({ ...sample(0, 4_000), atMs }));
        const [steps] = phaseSteps(samples, { fromMs, untilMs, mostSteps });
        const { atMs = [], p50Ms = {} } = steps ?? {};
        expect(atMs.length).toBeLessThanOrEqual(mostSteps);
        for (const [index, ms] of atMs.slice(1).entries()) {
          expect(ms - atMs[index]!).toBeGreaterThanOrEqual(5 * MINUTE_MS);
        }
        // Whatever was measured is in one of them.
        expect(p50Ms.connect?.[0]).toBe(4);
        expect(p50Ms.connect?.at(-1)).toBe(4);
      }),
    );
  });

  test("name the phases that came up alone", () => {
    const [steps] = phaseSteps([sample(0, 5)], { ...range, mostSteps: 1 });
    expect(Object.keys(steps!.p50Ms)).toEqual(["connect"]);
    expect(PHASES).toHaveLength(5);
    expect(phaseSteps([], { ...range, mostSteps: 3 })).toEqual([]);
  });
});
