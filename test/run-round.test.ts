import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { Outcome, Reason, Result } from "../src/core/outcome.ts";
import { roundSchema } from "../src/core/round.ts";
import { createMetrics, type Metrics } from "../src/metrics.ts";
import { runRound, type ReadyTarget, type RoundDeps, type RoundOrder } from "../src/run-round.ts";
import type { RunProbe } from "../probes/probe.ts";
import { testClock, type TestClock } from "./helpers/clock.ts";
import { parsePrometheus } from "./helpers/prometheus-text.ts";
import { NOON } from "./helpers/rounds.ts";
import { testTarget } from "./helpers/sla.ts";

let clock: TestClock;
let metrics: Metrics;
beforeEach(() => {
  clock = testClock(NOON + 3);
  metrics = createMetrics();
});

const result = (outcome: Outcome, reason: Reason = "", more: Partial<Result> = {}): Result => ({
  outcome,
  reason,
  latencyMs: 12.3456,
  phasesMs: { connect: 5 },
  ...more,
});
const ok = async () => result("ok");
const timesOut = async () => result("failed", "connect-timeout", { latencyMs: 5_000 });

type Probes = Readonly<Record<string, RunProbe | { key: string; run: RunProbe }>>;

function measure(
  probes: Probes,
  changes: Partial<RoundDeps> & { order?: Partial<RoundOrder> } = {},
) {
  const { order, ...deps } = changes;
  return runRound(
    {
      clock,
      metrics,
      worstLagMs: () => 0,
      controlsFailed: async () => false,
      findTarget: (id): ReadyTarget | null => {
        const probe = probes[id];
        if (probe === undefined) return null;
        const target = testTarget({ id });
        return typeof probe === "function" ? { target, key: id, run: probe } : { target, ...probe };
      },
      ...deps,
    },
    {
      vantage: "a",
      shard: "15s-0",
      everyMs: 15_000,
      plannedAtMs: NOON,
      targets: Object.keys(probes),
      ...order,
    },
    new AbortController().signal,
  );
}

describe("a round", () => {
  test("holds no phases but once in five minutes", async () => {
    clock.pass(15_000);
    const round = await measure({ "web-1": ok }, { order: { plannedAtMs: NOON + 15_000 } });
    expect(round).not.toHaveProperty("phasesUs");
  });

  test("holds what each target's probe said, in the order asked for", async () => {
    const round = await measure({
      "web-1": ok,
      "web-2": async () =>
        result("failed", "server-error", {
          detail: "HTTP 503",
          requestId: "R-1",
          address: "192.0.2.1",
        }),
      "web-3": async () => result("invalid", "throttled"),
      "web-4": async () => result("unknown", "no-sockets"),
    });
    expect(round).toEqual({
      vantage: "a",
      shard: "15s-0",
      plannedAtMs: NOON,
      targets: ["web-1", "web-2", "web-3", "web-4"],
      outcomes: "ofiu",
      offsetsMs: [3, 3, 3, 3],
      latenciesUs: [12_346, 12_346, 12_346, 12_346],
      phasesUs: [null, 5_000, null, null, null, ...Array.from({ length: 15 }, () => null)],
      details: [
        {
          index: 1,
          reason: "server-error",
          text: "HTTP 503",
          requestId: "R-1",
          address: "192.0.2.1",
        },
        { index: 2, reason: "throttled" },
        { index: 3, reason: "no-sockets" },
      ],
    });
    expect(roundSchema.safeParse(round).success).toBe(true);
  });

  test("starts all targets at once: those that time out move nobody's start", async () => {
    const slow: RunProbe = async () => {
      await sleep(1);
      clock.pass(5_000);
      return result("failed", "connect-timeout", { latencyMs: 5_000 });
    };
    const ids = Array.from({ length: 100 }, (_, at) => `t${at}`);
    const round = await measure(
      Object.fromEntries(ids.map((id, at) => [id, at % 5 === 0 ? slow : ok])),
    );
    expect(round?.outcomes).toBe("foooo".repeat(20));
    expect(round?.offsetsMs).toEqual(ids.map(() => 3));
  });

  test("measures what targets share once, and the result stands for each", async () => {
    let runs = 0;
    const shared = {
      key: "same",
      run: async () => {
        runs += 1;
        return result("failed", "connect-refused", { detail: `run ${runs}` });
      },
    };
    const round = await measure({ "web-1": shared, "web-2": ok, "web-3": shared });
    expect(runs).toBe(1);
    expect(round?.outcomes).toBe("fof");
    expect(round?.details).toEqual([
      { index: 0, reason: "connect-refused", text: "run 1" },
      { index: 2, reason: "connect-refused", text: "run 1" },
    ]);
  });

  test.each([
    [7_500, "run"],
    [7_501, "missed"],
    [-7_501, "missed"],
    [3_600_000, "missed"],
  ])("that starts %i ms after its planned instant is %s", async (lateMs, what) => {
    clock = testClock(NOON + lateMs);
    const round = await measure({ "web-1": ok });
    expect(round === null).toBe(what === "missed");
    expect((await metrics.rounds.get()).values).toMatchObject([
      { labels: { vantage: "a", result: what }, value: 1 },
    ]);
  });

  test("says unknown for a target that this worker's configuration does not have", async () => {
    const round = await measure({ "web-1": ok }, { order: { targets: ["gone", "web-1"] } });
    expect(round).toMatchObject({
      outcomes: "uo",
      details: [{ index: 0, reason: "not-configured" }],
    });
  });

  test("says unknown for a probe that throws, and keeps the others", async () => {
    const round = await measure({
      "web-1": async () => {
        clock.pass(7);
        throw new TypeError("x is not a function");
      },
      "web-2": () => Promise.reject("no error at all"),
      "web-3": ok,
    });
    expect(round?.outcomes).toBe("uuo");
    expect(round?.details).toEqual([
      { index: 0, reason: "internal-error", text: "x is not a function" },
      { index: 1, reason: "internal-error", text: "probe threw" },
    ]);
  });

  test("says unknown for a probe that throws before it returns a promise", async () => {
    const round = await measure({
      "web-1": () => {
        throw new RangeError("at once");
      },
      "web-2": ok,
    });
    expect(round?.outcomes).toBe("uo");
  });

  test("says unknown for a probe that never ends, long after its deadline", async () => {
    const round = await measure(
      { "web-1": () => new Promise(() => {}), "web-2": ok },
      {
        findTarget: (id) => ({
          target: testTarget({ id, timeoutMs: 50 }),
          key: id,
          run: id === "web-2" ? ok : () => new Promise(() => {}),
        }),
        overdueMs: 20,
      },
    );
    expect(round).toMatchObject({
      outcomes: "uo",
      details: [{ index: 0, reason: "internal-error", text: "the probe did not end" }],
    });
  });

  test("cuts what a probe says to what is stored", async () => {
    const long = "x".repeat(1_000);
    const round = await measure({
      "web-1": async () =>
        result("failed", "no-reply", {
          latencyMs: 1e12,
          detail: long,
          requestId: long,
          address: long,
        }),
    });
    expect(roundSchema.safeParse(round).success).toBe(true);
    expect(round?.latenciesUs).toEqual([2_147_483_647]);
  });
});

describe("a worker's own fault", () => {
  test("all targets failed and the control endpoints too: unknown", async () => {
    const round = await measure(
      { "web-1": timesOut, "web-2": timesOut },
      { controlsFailed: async () => true },
    );
    expect(round).toMatchObject({
      outcomes: "uu",
      details: [{ reason: "control-failed" }, { reason: "control-failed" }],
    });
  });

  test("also when some of them were unknown already", async () => {
    const round = await measure(
      { "web-1": timesOut, "web-2": async () => result("unknown", "resolver-failed") },
      { controlsFailed: async () => true },
    );
    expect(round).toMatchObject({
      outcomes: "uu",
      details: [{ reason: "control-failed" }, { reason: "resolver-failed" }],
    });
  });

  test("the control endpoints are not asked when a target answered", async () => {
    let asked = 0;
    const controlsFailed = async () => {
      asked += 1;
      return true;
    };
    expect((await measure({ "web-1": timesOut, "web-2": ok }, { controlsFailed }))?.outcomes).toBe(
      "fo",
    );
    expect(
      (
        await measure(
          { "web-1": timesOut, "web-2": async () => result("invalid", "forbidden") },
          { controlsFailed },
        )
      )?.outcomes,
    ).toBe("fi");
    expect(asked).toBe(0);
  });

  test("all targets failed while the control endpoints answer: failed", async () => {
    expect((await measure({ "web-1": timesOut, "web-2": timesOut }))?.outcomes).toBe("ff");
  });

  test("the process stood still: timeouts are unknown, refusals are not", async () => {
    const refused = async () => result("failed", "connect-refused");
    const round = await measure(
      { "web-1": timesOut, "web-2": refused, "web-3": ok },
      { worstLagMs: () => 20_000 },
    );
    expect(round).toMatchObject({
      outcomes: "ufo",
      details: [{ reason: "event-loop-lag" }, { reason: "connect-refused" }],
    });
  });

  test("the clock was set during the round: everything is unknown", async () => {
    const jumps: RunProbe = async () => {
      clock.pass(10);
      clock.turn(clock.nowMs() - 5_000);
      return result("ok");
    };
    const round = await measure({ "web-1": jumps, "web-2": ok });
    expect(round).toMatchObject({
      outcomes: "uu",
      details: [{ reason: "clock-jump" }, { reason: "clock-jump" }],
    });
  });

  test("time that only passes is no jump", async () => {
    const slow: RunProbe = async () => {
      clock.pass(9_000);
      return result("ok");
    };
    expect((await measure({ "web-1": slow, "web-2": slow }))?.outcomes).toBe("oo");
  });

  test("the control endpoints take long to answer: that is no jump and no stand-still of the probes", async () => {
    const controlsFailed = async () => {
      clock.pass(2_000);
      return false;
    };
    const worstLagMs = () => (clock.monotonicMs() > 1_000 ? 1_000 : 0);
    expect((await measure({ "web-1": timesOut }, { controlsFailed, worstLagMs }))?.outcomes).toBe(
      "f",
    );
  });
});

describe("metrics", () => {
  const valuesOf = async (metric: string) =>
    parsePrometheus(String(await metrics.text("prometheus"))).flatMap(({ name, labels, value }) =>
      name === metric ? [`${labels["target"]} ${value}`] : [],
    );
  const up = () => valuesOf("sla_target_up");

  test("show a target's last outcome, and nothing when that is not known", async () => {
    await measure({ "web-1": ok, "web-2": timesOut });
    expect(await up()).toEqual(["web-1 1", "web-2 0"]);
    await measure({
      "web-1": timesOut,
      "web-2": async () => result("unknown", "no-sockets"),
      "web-3": ok,
    });
    expect(await up()).toEqual(["web-1 0", "web-3 1"]);
  });

  test("show which targets refuse what is asked, and nothing when that is not known", async () => {
    await measure({
      "web-1": ok,
      "web-2": async () => result("invalid", "forbidden"),
      "web-3": async () => result("unknown", "no-sockets"),
    });
    expect(await valuesOf("sla_target_invalid")).toEqual(["web-1 0", "web-2 1"]);
    expect(await up()).toEqual(["web-1 1"]);
  });

  test("show when a certificate ends, also after results without one", async () => {
    const name = "sla_certificate_expiry_timestamp_seconds";
    const seen = async () => result("ok", "", { observed: { certificateEndsMs: NOON } });
    await measure({ "web-1": seen, "web-2": ok });
    expect(await valuesOf(name)).toEqual([`web-1 ${NOON / 1000}`]);
    const round = await measure({ "web-1": timesOut, "web-2": ok });
    expect(await valuesOf(name)).toEqual([`web-1 ${NOON / 1000}`]);
    expect(JSON.stringify(round)).not.toContain("certificate");
  });

  test("tell whose a target is, once however many vantages see it, until it is gone", async () => {
    await measure({ "web-1": ok });
    await measure({ "web-1": ok }, { order: { vantage: "b" } });
    expect(await valuesOf("sla_target_info")).toEqual(["web-1 1"]);
    expect(await up()).toEqual(["web-1 1", "web-1 1"]);
    for (const vantage of ["a", "b"]) metrics.targets.forget("web-1", vantage);
    for (const name of ["sla_target_info", "sla_target_up", "sla_target_invalid"]) {
      expect(await valuesOf(name), name).toEqual([]);
    }
  });

  test("say in OpenMetrics which probe a duration is of, also of the longest id", async () => {
    const id = "x".repeat(63);
    await measure({ [id]: ok });
    const text = String(await metrics.text("openmetrics"));
    const [, labels] =
      /^sla_probe_duration_seconds_bucket\{.*phase="total".*\} 1 # \{(.+)\} 0\.0123456 /mu.exec(
        text,
      ) ?? [];
    expect(labels).toBe(`target="${id}",planned_at="${new Date(NOON).toISOString()}"`);
    expect(text.endsWith("# EOF\n")).toBe(true);
    expect(String(await metrics.text("prometheus"))).not.toMatch(/ # |EOF/u);
    expect(String(await metrics.text("openmetrics"))).toContain("# TYPE sla_probe_results counter");
    expect(String(await metrics.text("prometheus"))).toContain(
      "# TYPE sla_probe_results_total counter",
    );
  });

  test("count the results by outcome", async () => {
    await measure({ "web-1": ok, "web-2": ok, "web-3": timesOut });
    const { values } = await metrics.probeResults.get();
    expect(values.map(({ labels, value }) => [labels.outcome, value])).toEqual([
      ["ok", 2],
      ["failed", 1],
    ]);
  });
});
