import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SandboxCloud } from "../../src/sandbox/cloud.ts";
import { faultSchedule, runFaults } from "../../src/sandbox/fault-schedule.ts";
import type { PlannedFault } from "../../src/sandbox/fault-schedule.ts";
import { canHave } from "../../src/sandbox/faults.ts";
import type { Fault } from "../../src/sandbox/faults.ts";
import { SERVER_SPECS } from "../../src/sandbox/fleet.ts";
import { UNLUCKY_ACCOUNT } from "../../src/sandbox/places.ts";

function first(seed: number, count: number): PlannedFault[] {
  const schedule = faultSchedule(seed);
  return Array.from({ length: count }, () => schedule.next().value);
}

const serverOf = (name: string) => SERVER_SPECS.find((spec) => spec.name === name)!;

test("a schedule follows from its seed alone", () => {
  expect(first(7, 50)).toEqual(first(7, 50));
  expect(first(7, 50)).not.toEqual(first(8, 50));
});

test("faults come every three to five minutes, last 40 to 150 s, fit, and never repeat at once", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const faults = first(seed, 60);
      faults.forEach(({ server, fault, afterMs, lengthMs }, index) => {
        expect(afterMs).toBeGreaterThanOrEqual(180_000);
        expect(afterMs).toBeLessThanOrEqual(300_000);
        expect(lengthMs).toBeGreaterThanOrEqual(40_000);
        expect(lengthMs).toBeLessThanOrEqual(150_000);
        expect(canHave(serverOf(server).kind, fault)).toBe(true);
        expect(faults[index - 1]?.server).not.toBe(server);
        expect(faults[index - 1]?.fault).not.toBe(fault);
      });
    }),
    { numRuns: 30 },
  );
});

test("most faults hit the unlucky account, and every kind of fault comes up", () => {
  const faults = first(1, 500);
  const unlucky = faults.filter(({ server }) => serverOf(server).account === UNLUCKY_ACCOUNT);
  expect(unlucky.length).toBeGreaterThan(375);
  expect(unlucky.length).toBeLessThan(500);
  expect(new Set(faults.map(({ fault }) => fault)).size).toBe(7);
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function recording() {
  const standing = new Map<string, Fault>();
  const lines: string[] = [];
  const cloud: SandboxCloud = {
    servers: [],
    faultOf: (name) => standing.get(name) ?? null,
    setFault: async (name, fault) => {
      if (fault === null) standing.delete(name);
      else standing.set(name, fault);
    },
    close: async () => {},
  };
  const log = {
    info: (fields: object, text: string) => lines.push(`${text} ${JSON.stringify(fields)}`),
  };
  const clock = { nowMs: () => Date.UTC(2026, 0, 1), monotonicMs: () => 0 };
  return { standing, lines, deps: { cloud, log, clock } };
}

const PLAN: PlannedFault[] = [
  { afterMs: 200_000, server: "oss-singapore", fault: "throttled", lengthMs: 60_000 },
  { afterMs: 180_000, server: "ecs-singapore-a1", fault: "refuse", lengthMs: 40_000 },
];

test("a schedule is played with its gaps and lengths, one log line for each begin and end", async () => {
  const { standing, lines, deps } = recording();
  runFaults(deps, PLAN.values());
  await vi.advanceTimersByTimeAsync(199_999);
  expect(standing.size).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([...standing]).toEqual([["oss-singapore", "throttled"]]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(standing.size).toBe(0);
  await vi.advanceTimersByTimeAsync(119_999);
  expect(standing.size).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([...standing]).toEqual([["ecs-singapore-a1", "refuse"]]);
  await vi.advanceTimersByTimeAsync(400_000);
  expect(standing.size).toBe(0);
  expect(lines).toEqual([
    'sandbox fault begins {"server":"oss-singapore","fault":"throttled","until":"2026-01-01T00:01:00.000Z"}',
    'sandbox fault ends {"server":"oss-singapore"}',
    'sandbox fault begins {"server":"ecs-singapore-a1","fault":"refuse","until":"2026-01-01T00:00:40.000Z"}',
    'sandbox fault ends {"server":"ecs-singapore-a1"}',
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test("stopping ends the present fault and begins no other", async () => {
  const { standing, deps } = recording();
  const running = runFaults(deps);
  await vi.advanceTimersByTimeAsync(600_000);
  while (standing.size === 0) await vi.advanceTimersByTimeAsync(1000);
  await running.stop();
  expect(standing.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("a fault that cannot be set is logged, and the schedule goes on", async () => {
  const { standing, lines, deps } = recording();
  const setFault = deps.cloud.setFault;
  const cloud: SandboxCloud = {
    ...deps.cloud,
    setFault: (name, fault) =>
      name === "oss-singapore" ? Promise.reject(new Error("no")) : setFault(name, fault),
  };
  runFaults({ ...deps, cloud }, PLAN.values());
  await vi.advanceTimersByTimeAsync(380_000);
  expect([...standing]).toEqual([["ecs-singapore-a1", "refuse"]]);
  expect(lines.filter((line) => line.startsWith("sandbox fault went wrong"))).toHaveLength(2);
});
