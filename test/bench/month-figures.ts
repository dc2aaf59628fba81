import { writeSync } from "node:fs";
import type { CountRun } from "../../src/core/counts.ts";
import { buildReport } from "../../src/core/build-report.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import type { Evidence } from "../../src/core/sequence.ts";
import { mergeRuns } from "../../src/core/slots.ts";
import { listSubjects } from "../../src/core/subject.ts";
import { systemClock } from "../../src/clock.ts";
import {
  MINUTE_MS,
  OCTOBER,
  OCTOBER_MINUTE,
  octoberInput,
  testAgreement,
  testRun,
  testTarget,
} from "../helpers/sla.ts";

/**
 * Prints how long the figures of a month take, the reading of the evidence not counted.
 * Bundle it with esbuild (--bundle --platform=node --format=esm) and run it with node.
 */
const vantages = ["a", "b", "c"];

function print(what: string, work: () => unknown): void {
  const before = process.cpuUsage();
  const startMs = systemClock.monotonicMs();
  work();
  const wallMs = systemClock.monotonicMs() - startMs;
  const cpuMs = process.cpuUsage(before).user / 1000;
  writeSync(1, `${wallMs.toFixed(0).padStart(6)} ms  (CPU ${cpuMs.toFixed(0)})  ${what}\n`);
}

function evidence(id: string, runs: () => readonly CountRun[]): Evidence {
  const target = testTarget({ id, vantages });
  return { target, counts: new Map(vantages.map((vantage) => [vantage, runs()])) };
}

const healthy = (): CountRun[] => [testRun(OCTOBER_MINUTE - 4320, OCTOBER_MINUTE + 44_640)];

/** A failed result here and there: `count` lone minutes with one failure of four. */
function flaky(count: number, seed: number): CountRun[] {
  const runs: CountRun[] = [];
  const step = Math.floor(44_640 / count);
  for (let index = 0; index < count; index += 1) {
    const from = OCTOBER_MINUTE + index * step;
    const bad = from + 1 + ((index * 7919 + seed * 104_729) % (step - 1));
    runs.push(testRun(from, bad), testRun(bad, bad + 1, { failed: 1, reason: 3 }));
    if (bad + 1 < from + step) runs.push(testRun(bad + 1, from + step));
  }
  return runs;
}

function targets(count: number, runs: (seed: number) => readonly CountRun[]): Evidence[] {
  return Array.from({ length: count }, (_, index) =>
    evidence(`t${String(index).padStart(5, "0")}`, () => runs(index)),
  );
}

function figures(members: readonly Evidence[], settledUntilMs = OCTOBER.untilMs): void {
  const agreement = testAgreement();
  const byId = new Map(members.map((member) => [member.target.id, member]));
  const subjects = listSubjects({
    targets: members.map(({ target }) => target),
    resolveAgreement: () => agreement,
    boundsOf: () => OCTOBER,
  });
  const evaluated = subjects.map((subject) => ({
    subject,
    figure: evaluate({
      agreement,
      month: OCTOBER,
      settledUntilMs,
      members: subject.targets.map(({ id }) => byId.get(id)!),
      exclusions: [],
    }),
    exclusions: [],
  }));
  buildReport({
    month: "2026-10",
    bounds: OCTOBER,
    status: "closed",
    revision: 1,
    settledUntilMs,
    evaluated,
    terms: {
      currencies: new Map([["acme", "CNY"]]),
      holidays: new Set(),
      workingDays: new Set(),
    },
    account: null,
    closing: null,
    proof: {
      rounds: 0,
      digest: "",
      inputs: null,
      signature: null,
      key: null,
      audit: null,
      seals: [],
    },
  });
}

const tenThousand = targets(10_000, healthy);
print("10,000 targets x 3 vantages, healthy, closed, with report (cold)", () =>
  figures(tenThousand),
);
print("10,000 targets x 3 vantages, healthy, closed, with report", () => figures(tenThousand));
print("10,000 targets x 3 vantages, healthy, running", () =>
  figures(tenThousand, OCTOBER.fromMs + 20_000 * MINUTE_MS),
);
const someFlaky = targets(10_000, (seed) => flaky(20, seed));
print("10,000 targets x 3 vantages, 20 flaky minutes each", () => figures(someFlaky));

const group = (members: readonly Evidence[], slotMs: number, method: "error-rate" | "all-failed") =>
  evaluate({
    ...octoberInput([], { scope: "group", method, slotMs }),
    members,
  });
const thousand = tenThousand.slice(0, 1000);
print("group of 1,000 healthy targets, error-rate, 5 min", () =>
  group(thousand, 300_000, "error-rate"),
);
print("group of 1,000 healthy targets, all-failed, 1 min", () =>
  group(thousand, 60_000, "all-failed"),
);
const flakyGroup = someFlaky.slice(0, 1000);
print("group of 1,000 targets, 20 flaky minutes each, 5 min", () =>
  group(flakyGroup, 300_000, "error-rate"),
);
const wild = targets(1000, (seed) => flaky(1000, seed));
print("group of 1,000 targets, 1,000 flaky minutes each, 5 min", () =>
  group(wild, 300_000, "error-rate"),
);
print("group of 1,000 targets, 1,000 flaky minutes each, 1 min", () =>
  group(wild, 60_000, "error-rate"),
);
const uneven = [
  evidence("uneven", () =>
    Array.from({ length: 44_640 }, (_, index) =>
      testRun(OCTOBER_MINUTE + index, OCTOBER_MINUTE + index + 1, {
        valid: 2000 + ((index * 7919) % 20_000),
        failed: 1 + (index % 7),
      }),
    ),
  ),
];
print("every minute another denominator, 5 min", () => group(uneven, 300_000, "error-rate"));
const days = Array.from({ length: 31 }, (_, day) => [
  testRun(OCTOBER_MINUTE + day * 1440, OCTOBER_MINUTE + (day + 1) * 1440),
]);
print("merging 31 days of 30,000 lists", () => {
  for (let index = 0; index < 30_000; index += 1) mergeRuns(days);
});
