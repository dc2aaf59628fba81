import { mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../src/clock.ts";
import {
  isAstray,
  nextOnGrid,
  openQueues,
  probeQueue,
  ROUNDS_QUEUE,
  type Handler,
  type JobView,
  type Queues,
  type WorkOptions,
} from "../src/queues.ts";
import { preparePlace } from "../src/store/embedded-cluster.ts";
import { ensureServer, stopServer } from "../src/store/embedded-server.ts";
import { createTestDatabase, silentLog } from "./helpers/database.ts";
import { freePort } from "./helpers/ports.ts";
import { has } from "./helpers/programs.ts";
import { startRedis, type RedisServer } from "./helpers/redis.ts";
import { waitFor } from "./helpers/wait.ts";

const nowMs = () => systemClock.nowMs();
/** Waits until the wall clock says so: plans are made by it. */
const until = (ms: number) => waitFor(() => nowMs() >= ms, { timeoutMs: 20_000 });

type Store = { readonly open: () => Promise<Queues>; readonly stop: () => Promise<void> };

async function postgresStore(): Promise<Store> {
  const database = await createTestDatabase({ empty: true });
  return {
    open: () => openQueues({ databaseUrl: database.url, redisUrl: null, onError: () => {} }),
    stop: database.drop,
  };
}

async function redisStore(): Promise<Store> {
  const redis = await startRedis();
  return {
    open: () => openQueues({ databaseUrl: "", redisUrl: redis.url, onError: () => {} }),
    stop: redis.stop,
  };
}

/** One node that holds all slots: enough to refuse keys that belong together but lie apart. */
async function clusterStore(): Promise<Store> {
  const redis = await startRedis({ cluster: true });
  const client = new Redis(redis.url);
  await client.call("cluster", "addslotsrange", "0", "16383");
  await waitFor(async () =>
    String(await client.call("cluster", "info")).includes("cluster_state:ok"),
  );
  client.disconnect();
  return {
    open: () =>
      openQueues({
        databaseUrl: "",
        redisUrl: `${redis.url},127.0.0.1:${redis.port}`,
        onError: () => {},
      }),
    stop: redis.stop,
  };
}

const stores = [
  { name: "PostgreSQL", make: postgresStore, isThere: true },
  { name: "Redis", make: redisStore, isThere: has("redis-server") },
  { name: "Redis Cluster", make: clusterStore, isThere: has("redis-server") },
];

describe.each(stores)("queues on $name", ({ make, isThere }) => {
  let store: Store;
  let queues: Queues;
  let number = 0;
  /** A queue that no other test has used. */
  const fresh = () => `test.${(number += 1)}`;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    if (!isThere) return;
    store = await make();
    queues = await store.open();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  });
  afterAll(async () => {
    await queues?.close();
    await store?.stop();
  });

  function queue(name: string) {
    const one = queues.queue(name);
    stops.push(one.close);
    return one;
  }

  function work(name: string, handler: Handler, options: Partial<WorkOptions> = {}) {
    const worker = queues.work(name, handler, { concurrency: 10, onError: () => {}, ...options });
    stops.push(() => worker.close(true));
    return worker;
  }

  /** A worker that keeps what it was given. */
  function collect(name: string): JobView[] {
    const jobs: JobView[] = [];
    work(name, async (job) => void jobs.push(job));
    return jobs;
  }

  const plan = {
    id: "15s-0",
    everyMs: 300,
    offsetMs: 123,
    name: "run-round",
    data: { targets: ["web-1"] },
  };

  test.skipIf(!isThere)("hand a job to a worker, with its name and data", async () => {
    const name = fresh();
    await queue(name).add("record-rounds", { a: [1, { b: "ü" }] });
    const jobs = collect(name);
    await waitFor(() => jobs.length === 1);
    expect(jobs[0]).toMatchObject({ name: "record-rounds", data: { a: [1, { b: "ü" }] } });
    expect(Math.abs((jobs[0]?.plannedAtMs ?? 0) - nowMs())).toBeLessThan(60_000);
    expect(await queues.ping()).toBeUndefined();
  });

  test.skipIf(!isThere)(
    "make a planned job at each instant of its grid, told to the millisecond",
    async () => {
      const name = fresh();
      await queue(name).plan(plan);
      const startMs = nowMs();
      const jobs = collect(name);
      await waitFor(() => jobs.length >= 6, { timeoutMs: 20_000 });
      const instants = jobs.map(({ plannedAtMs }) => plannedAtMs);
      expect(instants.every((ms) => (ms - 123) % 300 === 0)).toBe(true);
      expect(new Set(instants).size).toBe(instants.length);
      expect(instants).toEqual(instants.toSorted((a, b) => a - b));
      expect(instants.at(-1)! - startMs).toBeLessThan(15_000);
      expect(jobs[0]).toMatchObject({ name: "run-round", data: plan.data });
    },
  );

  test.skipIf(!isThere)("list plans as they were made", async () => {
    const one = queue(fresh());
    expect(await one.listPlans()).toEqual([]);
    const other = {
      ...plan,
      id: "1.5s-12",
      everyMs: 1_500,
      offsetMs: 0,
      data: { targets: ["x".repeat(60)] },
    };
    await one.plan(plan);
    await one.plan(other);
    await one.plan(plan);
    const plans = await one.listPlans();
    expect(plans.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toMatchObject([other, plan]);
    expect(plans.map((listed) => isAstray(listed, Date.now()))).toEqual([false, false]);
    // As a clock sees them that was an hour ahead when they were planned and is right again.
    expect(plans.map((listed) => isAstray(listed, Date.now() - 3_600_000))).toEqual([true, true]);
  });

  test.skipIf(!isThere)("follow a plan that is changed", async () => {
    const name = fresh();
    const one = queue(name);
    await one.plan({ ...plan, everyMs: 3_600_000, offsetMs: 0 });
    const jobs = collect(name);
    await one.plan({ ...plan, everyMs: 200, offsetMs: 50, data: { targets: ["web-2"] } });
    await waitFor(() => jobs.length >= 3);
    expect(
      jobs.every(
        ({ plannedAtMs, data }) =>
          (plannedAtMs - 50) % 200 === 0 && JSON.stringify(data).includes("web-2"),
      ),
    ).toBe(true);
    expect(await one.listPlans()).toHaveLength(1);
    expect((await one.counts())["delayed"]).toBeLessThanOrEqual(1);
  });

  test.skipIf(!isThere)("end a plan that is removed", async () => {
    const name = fresh();
    const one = queue(name);
    await one.plan(plan);
    const jobs = collect(name);
    await waitFor(() => jobs.length >= 2);
    await one.unplan(plan.id);
    await one.unplan("never-planned");
    expect(await one.listPlans()).toEqual([]);
    const before = jobs.length;
    await until(nowMs() + 4 * plan.everyMs);
    expect(jobs.length).toBeLessThanOrEqual(before + 1);
    expect(await one.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
  });

  test.skipIf(!isThere)("give one late job, never a burst, after the worker was away", async () => {
    const name = fresh();
    const one = queue(name);
    await one.plan(plan);
    const plannedMs = nowMs();
    await until(plannedMs + 6 * plan.everyMs);
    const backMs = nowMs();
    const jobs = collect(name);
    await waitFor(() => jobs.length >= 4);
    const late = jobs.filter(({ plannedAtMs }) => plannedAtMs < backMs - plan.everyMs);
    expect(late).toHaveLength(1);
    expect(late[0]!.plannedAtMs).toBe(nextOnGrid(plannedMs, "300+123"));
    const instants = jobs.slice(1).map(({ plannedAtMs }) => plannedAtMs);
    expect(instants.every((ms) => ms >= backMs - plan.everyMs && (ms - 123) % 300 === 0)).toBe(
      true,
    );
  });

  test.skipIf(!isThere)(
    "go on with a plan while one of its jobs still runs, and when one throws",
    async () => {
      const name = fresh();
      await queue(name).plan(plan);
      let go = () => {};
      const gone = new Promise<void>((resolve) => {
        go = resolve;
      });
      const taken: number[] = [];
      work(name, async ({ plannedAtMs }) => {
        taken.push(plannedAtMs);
        if (taken.length === 1) throw new Error("the first one fails");
        if (taken.length === 2) await gone;
      });
      await waitFor(() => taken.length >= 5);
      go();
      // A planned job is not tried again: it would be another measurement.
      expect(new Set(taken).size).toBe(taken.length);
    },
  );

  test.skipIf(!isThere)("try a job that throws again as often as it says", async () => {
    const name = fresh();
    const one = queue(name);
    const tries: string[] = [];
    work(name, async (job) => {
      tries.push(job.name);
      if (job.name === "never" || tries.filter((each) => each === job.name).length < 3)
        throw new Error("not yet");
    });
    await one.add("thrice", {}, { attempts: 5, backoff: { type: "fixed", delay: 20 } });
    await one.add("never", {});
    await waitFor(async () => tries.length >= 4 && (await one.counts())["failed"] === 1);
    expect(tries.toSorted()).toEqual(["never", "thrice", "thrice", "thrice"]);
    await waitFor(async () => (await one.counts())["active"] === 0);
    expect(await one.counts()).toMatchObject({ waiting: 0, delayed: 0, failed: 1 });
  });

  test.skipIf(!isThere)("keep nothing of a job that is done", async () => {
    const name = fresh();
    const one = queue(name);
    const jobs = collect(name);
    for (let at = 0; at < 20; at += 1) await one.add("x", { at });
    await waitFor(async () => jobs.length === 20 && (await one.counts())["active"] === 0);
    expect(await one.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  test.skipIf(!isThere)(
    "take no new job while a worker closes, and wait for the one that runs",
    async () => {
      const name = fresh();
      const one = queue(name);
      const done: string[] = [];
      let go = () => {};
      const gone = new Promise<void>((resolve) => {
        go = resolve;
      });
      const worker = work(
        name,
        async (job) => {
          await gone;
          done.push(job.name);
        },
        { concurrency: 1 },
      );
      await one.add("first", {});
      await waitFor(() => worker.taken() === 1);
      await one.add("second", {});
      let isClosed = false;
      const closing = worker.close().then(() => {
        isClosed = true;
      });
      await until(nowMs() + 100);
      expect(isClosed).toBe(false);
      go();
      await closing;
      expect(done).toEqual(["first"]);
      expect(worker.taken()).toBe(1);
      expect((await one.counts())["waiting"]).toBe(1);
    },
  );

  test.skipIf(!isThere)("find a job by its id, with how far it is and why it failed", async () => {
    const name = fresh();
    const one = queue(name);
    const id = "2026-10.1.pdf.en.a%3Ab";
    const ask = () => one.add("render", { at: 1 }, { jobId: id });
    expect(await one.find(id)).toBeNull();
    await ask();
    await ask();
    expect((await one.counts())["waiting"]).toBe(1);
    expect(await one.find(id)).toEqual({ state: "waiting", percent: 0, problem: null });
    let go: (error?: Error) => void = () => {};
    let turns = 0;
    work(name, async ({ progress }) => {
      turns += 1;
      await progress(40);
      await new Promise<void>((resolve, reject) => {
        go = (error) => (error === undefined ? resolve() : reject(error));
      });
    });
    const is = (state: string, percent: number) => async () => {
      const found = await one.find(id);
      return found?.state === state && found.percent === percent;
    };
    await waitFor(is("active", 40));
    // Nobody takes it from the one who works on it.
    await one.remove(id).catch(() => undefined);
    expect((await one.find(id))?.state).toBe("active");
    go(new Error("no memory"));
    await waitFor(is("failed", 40));
    expect(await one.find(id)).toMatchObject({ problem: "no memory" });
    // What failed stays to be seen, and keeps its id from being used again until it is removed.
    await ask();
    expect((await one.find(id))?.state).toBe("failed");
    await one.remove(id);
    expect(await one.find(id)).toBeNull();
    await ask();
    await waitFor(async () => turns === 2 && (await is("active", 40)()));
    go();
    await waitFor(async () => (await one.find(id)) === null);
    expect(turns).toBe(2);
  });

  test.skipIf(!isThere)("say whether something is due", async () => {
    const name = fresh();
    const one = queue(name);
    expect(await one.hasDue(nowMs())).toBe(false);
    await one.plan({ ...plan, everyMs: 3_600_000 });
    expect(await one.hasDue(nowMs())).toBe(false);
    expect(await one.hasDue(nowMs() + 3_600_000)).toBe(true);
    await one.unplan(plan.id);
    await one.add("now", {});
    expect(await one.hasDue(nowMs())).toBe(true);
    const jobs = collect(name);
    await waitFor(() => jobs.length === 1);
    await waitFor(async () => !(await one.hasDue(nowMs())));
  });

  test.skipIf(!isThere)(
    "hand the job of a lost worker to another one, but no probe's",
    async () => {
      const taken: string[] = [];
      for (const name of [ROUNDS_QUEUE, probeQueue("lost")]) {
        const one = queue(name);
        const lost = work(name, () => new Promise(() => {}), { lockMs: 1_000 });
        await one.add(name, {});
        await waitFor(() => lost.taken() === 1);
        await lost.close(true);
        work(name, async (job) => void taken.push(job.name), { lockMs: 1_000 });
        const isOver = async () =>
          taken.length === 1 && (name === ROUNDS_QUEUE || (await one.counts())["failed"] === 1);
        await waitFor(isOver, { timeoutMs: 15_000 });
      }
      expect(taken).toEqual([ROUNDS_QUEUE]);
    },
  );

  test.skipIf(!isThere)("share the jobs of two workers, each job once", async () => {
    const name = fresh();
    const one = queue(name);
    const other = await store.open();
    const seen: unknown[] = [];
    const handler: Handler = async ({ data }) => void seen.push(data);
    const workers = [queues, other].map((queuesOf) =>
      queuesOf.work(name, handler, { concurrency: 5, onError: () => {} }),
    );
    for (let at = 0; at < 100; at += 1) await one.add("x", at);
    await waitFor(() => seen.length >= 100);
    expect(new Set(seen).size).toBe(100);
    for (const worker of workers) await worker.close();
    await other.close();
  });

  test.skipIf(!isThere)("may be opened several times at once", async () => {
    const opened = await Promise.all(Array.from({ length: 4 }, () => store.open()));
    for (const one of opened) {
      expect(await one.ping()).toBeUndefined();
      await one.close();
    }
  });
});

describe.skipIf(!has("redis-server"))("a Redis that is killed", () => {
  let redis: RedisServer;
  afterEach(() => redis.stop());

  test.each([100, 7_000])(
    "and is back %i ms later: the worker goes on",
    async (awayMs) => {
      redis = await startRedis();
      const queues = await openQueues({ databaseUrl: "", redisUrl: redis.url, onError: () => {} });
      const queue = queues.queue("rounds");
      const jobs: JobView[] = [];
      const worker = queues.work("rounds", async (job) => void jobs.push(job), {
        concurrency: 2,
        onError: () => {},
      });
      await queue.add("before", {});
      await waitFor(() => jobs.length === 1);
      await redis.kill();
      await until(nowMs() + awayMs);
      await redis.start();
      await queue.add("after", {});
      await waitFor(() => jobs.length === 2, { timeoutMs: 20_000 });
      await queue.plan({ id: "p", everyMs: 200, offsetMs: 0, name: "planned", data: {} });
      await waitFor(() => jobs.length >= 4, { timeoutMs: 20_000 });
      expect(jobs.map(({ name }) => name).slice(0, 4)).toEqual([
        "before",
        "after",
        "planned",
        "planned",
      ]);
      await worker.close(true);
      await queue.close();
      await queues.close();
    },
    60_000,
  );
});

describe("a PostgreSQL that is restarted", () => {
  test("the worker goes on, with the plans that were made before", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nines-queues-"));
    chmodSync(folder, 0o755);
    const deps = { clock: systemClock, log: silentLog };
    const place = await preparePlace(folder);
    const port = await freePort();
    const settings = { fsync: "off", full_page_writes: "off" };
    let server = await ensureServer(deps, place, { port, settings });
    const queues = await openQueues({ databaseUrl: server.url, redisUrl: null, onError: () => {} });
    const queue = queues.queue("rounds");
    const jobs: JobView[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async (job: JobView) => {
      jobs.push(job);
      if (job.name === "held") await held;
    };
    const worker = queues.work("rounds", work, { concurrency: 1, onError: () => {} });
    await queue.plan({ id: "p", everyMs: 200, offsetMs: 0, name: "planned", data: {} });
    await waitFor(() => jobs.length >= 2);
    await queue.add("held", {});
    await waitFor(() => jobs.some(({ name }) => name === "held"));

    await stopServer(deps, place, server.pid);
    // Refused when it says that it is done, the worker must not sleep until long after.
    release();
    await until(nowMs() + 2_000);
    server = await ensureServer(deps, place, { port, settings });
    const backMs = nowMs();

    await waitFor(() => jobs.filter(({ plannedAtMs }) => plannedAtMs > backMs).length >= 2, {
      timeoutMs: 10_000,
    });
    await queue.add("after", {});
    await waitFor(() => jobs.some(({ name }) => name === "after"), { timeoutMs: 20_000 });
    const instants = jobs
      .filter(({ name }) => name === "planned")
      .map(({ plannedAtMs }) => plannedAtMs);
    expect(new Set(instants).size).toBe(instants.length);
    await worker.close(true);
    await queue.close();
    await queues.close();
    await stopServer(deps, place, server.pid);
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);
});

describe("the grid of a plan", () => {
  test.each([
    [0, "15000+0", 15_000],
    [14_999, "15000+0", 15_000],
    [15_000, "15000+0", 30_000],
    [0, "15000+9270", 9_270],
    [9_270, "15000+9270", 24_270],
    [1_790_812_815_000.5, "60000+31000", 1_790_812_831_000],
  ])("has after %i by %s the instant %i", (afterMs, pattern, nextMs) => {
    expect(nextOnGrid(afterMs, pattern)).toBe(nextMs);
  });
});
