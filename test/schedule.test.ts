import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../src/config.ts";
import type { Target } from "../src/core/target.ts";
import {
  openQueues,
  probeQueue,
  type JobQueue,
  type JobView,
  type Plan,
  type Queues,
} from "../src/queues.ts";
import { schedule } from "../src/schedule.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { testTarget } from "./helpers/sla.ts";
import { waitFor } from "./helpers/wait.ts";

/** Queues that only remember plans. */
function fakeQueues() {
  const plans = new Map<string, Map<string, Plan>>();
  const calls: string[] = [];
  const open = (name: string): JobQueue => {
    const mine = plans.get(name) ?? new Map<string, Plan>();
    plans.set(name, mine);
    return {
      plan: async (plan: Plan) => {
        calls.push(`plan ${name} ${plan.id}`);
        mine.set(plan.id, JSON.parse(JSON.stringify(plan)) as Plan);
      },
      unplan: async (id: string) => {
        calls.push(`unplan ${name} ${id}`);
        mine.delete(id);
      },
      listPlans: async () => [...mine.values()],
    } as unknown as JobQueue;
  };
  return { open, plans, calls };
}

const target = (number: number, changes: Partial<Target> = {}) =>
  testTarget({
    id: `t${number}`,
    probe: { kind: "tcp", address: `192.0.2.1:${number}` },
    ...changes,
  });
const many = (count: number) => Array.from({ length: count }, (_, at) => target(at));
const config = (targets: readonly Target[], vantages = ["a"]) =>
  ({ targets, vantages: vantages.map((id) => ({ id, controls: [] })) }) as unknown as Config;

describe("scheduling", () => {
  test("plans each shard on its vantage's queue", async () => {
    const { open, plans } = fakeQueues();
    const targets = [...many(150), target(900, { vantages: ["a", "b"], intervalMs: 60_000 })];
    expect(await schedule(config(targets, ["a", "b"]), open)).toEqual({
      kept: 0,
      changed: 4,
      removed: 0,
    });
    expect([...plans].map(([name, mine]) => [name, [...mine.keys()]])).toEqual([
      ["probe.a", ["15s-0", "15s-1", "60s-0"]],
      ["probe.b", ["60s-0"]],
    ]);
    const second = plans.get("probe.a")?.get("15s-1");
    expect(second).toMatchObject({ everyMs: 15_000, offsetMs: 9_270, name: "run-round" });
    expect(second?.data).toEqual({
      shard: "15s-1",
      everyMs: 15_000,
      targets: targets.slice(100, 150).map(({ id }) => id),
    });
  });

  test("touches nothing when nothing has changed, in whatever order the file has its targets", async () => {
    const { open, calls } = fakeQueues();
    const targets = many(250);
    await schedule(config(targets), open);
    calls.length = 0;
    expect(await schedule(config(targets.toReversed()), open)).toEqual({
      kept: 3,
      changed: 0,
      removed: 0,
    });
    expect(calls).toEqual([]);
  });

  test("touches only the shard of a target that is added or taken away", async () => {
    const { open, calls } = fakeQueues();
    const targets = many(250);
    await schedule(config(targets), open);
    calls.length = 0;
    await schedule(config([...targets.filter(({ id }) => id !== "t120"), target(900)]), open);
    expect(calls).toEqual(["plan probe.a 15s-1"]);
    calls.length = 0;
    await schedule(
      config([...targets.slice(0, 200).filter(({ id }) => id !== "t120"), target(900)]),
      open,
    );
    expect(calls).toEqual(["unplan probe.a 15s-2"]);
  });

  test("does not touch a shard whose targets got other settings: a worker reads those itself", async () => {
    const { open, calls } = fakeQueues();
    await schedule(config(many(5)), open);
    calls.length = 0;
    await schedule(
      config(
        many(5).map((one) => ({
          ...one,
          timeoutMs: 1_000,
          probe: { kind: "http", url: "http://x/" + one.id },
        })),
      ),
      open,
    );
    expect(calls).toEqual([]);
  });

  test("plans anew what is measured at another interval", async () => {
    const { open, calls } = fakeQueues();
    await schedule(config(many(3)), open);
    calls.length = 0;
    await schedule(config(many(3).map((one) => ({ ...one, intervalMs: 30_000 }))), open);
    expect(calls).toEqual(["plan probe.a 30s-0", "unplan probe.a 15s-0"]);
  });

  test("removes plans that are not its own or cannot be read", async () => {
    const { open, plans, calls } = fakeQueues();
    const queue = open(probeQueue("a"));
    await queue.plan({
      id: "15s-7",
      everyMs: 15_000,
      offsetMs: 0,
      name: "run-round",
      data: { shard: 5 },
    });
    await queue.plan({ id: "odd", everyMs: 0, offsetMs: 0, name: "other", data: null });
    calls.length = 0;
    expect(await schedule(config(many(1)), open)).toEqual({ kept: 0, changed: 1, removed: 2 });
    expect([...(plans.get("probe.a")?.keys() ?? [])]).toEqual(["15s-0"]);
  });

  test("corrects a plan that has another offset than its shard", async () => {
    const { open, plans } = fakeQueues();
    await schedule(config(many(1)), open);
    const plan = plans.get("probe.a")?.get("15s-0");
    await open(probeQueue("a")).plan({ ...plan!, offsetMs: 77 });
    expect(await schedule(config(many(1)), open)).toMatchObject({ changed: 1 });
    expect(plans.get("probe.a")?.get("15s-0")?.offsetMs).toBe(0);
  });
});

describe("scheduling on a real queue", () => {
  let database: TestDatabase;
  let queues: Queues;
  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    queues = await openQueues({ databaseUrl: database.url, redisUrl: null, onError: () => {} });
  });
  afterAll(async () => {
    await queues.close();
    await database.drop();
  });

  test("a shard that stays loses no instant, however often others are planned anew", async () => {
    const opened = new Map<string, JobQueue>();
    const open = (name: string) => {
      const one = opened.get(name) ?? queues.queue(name);
      opened.set(name, one);
      return one;
    };
    const fleet = (round: number) =>
      config([
        ...many(2).map((one) => ({ ...one, intervalMs: 500 })),
        target(50 + round, { intervalMs: 5_000 }),
      ]);
    await schedule(fleet(0), open);
    const jobs: JobView[] = [];
    const worker = queues.work(probeQueue("a"), async (job) => void jobs.push(job), {
      concurrency: 10,
      onError: () => {},
    });
    const mine = () =>
      jobs
        .filter(({ data }) => JSON.stringify(data).includes("0.5s-0"))
        .map(({ plannedAtMs }) => plannedAtMs);
    for (let round = 1; mine().length < 8; round += 1) {
      const change = await schedule(fleet(round), open);
      expect(change).toEqual({ kept: 1, changed: 1, removed: 0 });
      await waitFor(() => jobs.length > 0 && mine().length >= round);
    }
    const instants = mine();
    expect(instants.slice(1).map((ms, at) => ms - instants[at]!)).toEqual(
      instants.slice(1).map(() => 500),
    );
    await worker.close();
    for (const one of opened.values()) await one.close();
  });
});
