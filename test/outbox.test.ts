import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import type { Round } from "../src/core/round.ts";
import { createMetrics, type Metrics } from "../src/metrics.ts";
import { openOutbox, type Outbox } from "../src/outbox.ts";
import { openQueues, type JobQueue } from "../src/queues.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { has } from "./helpers/programs.ts";
import { startRedis } from "./helpers/redis.ts";
import { NOON, testRound } from "./helpers/rounds.ts";
import { waitFor } from "./helpers/wait.ts";

const cleanUp = cleanUpAfterEach();
let spoolDir: string;
let metrics: Metrics;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "nines-spool-"));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  spoolDir = join(folder, "spool");
  metrics = createMetrics();
});

/** A queue that can be away. */
function fakeQueue(state: { away: boolean }) {
  const jobs: { name: string; rounds: Round[]; attempts: number }[] = [];
  const add: JobQueue["add"] = async (name, data, options) => {
    if (state.away) throw new Error("connect ECONNREFUSED");
    jobs.push({ name, rounds: data as Round[], attempts: options?.attempts ?? 0 });
  };
  return { jobs, queue: { add } as JobQueue };
}

async function open(queue: JobQueue, gatherMs = 5): Promise<Outbox> {
  const log = pino({ level: "silent" });
  const outbox = await openOutbox({ queue, spoolDir, log, metrics, gatherMs, resendEveryMs: 30 });
  cleanUp(() => outbox.close());
  return outbox;
}

const series = (count: number, changes: Partial<Round> = {}) =>
  Array.from({ length: count }, (_, at) =>
    testRound({ plannedAtMs: NOON + at * 1_000, ...changes }),
  );
const sent = (jobs: readonly { rounds: Round[] }[]) =>
  jobs.flatMap(({ rounds }) => rounds.map(({ plannedAtMs }) => plannedAtMs));
const spooled = () => readdirSync(spoolDir).toSorted();

describe("an outbox", () => {
  test("sends the rounds that come within a moment in one job", async () => {
    const { queue, jobs } = fakeQueue({ away: false });
    const outbox = await open(queue);
    await Promise.all(series(5).map((round) => outbox.send(round)));
    expect(jobs.map(({ name, rounds }) => [name, rounds.length])).toEqual([["record-rounds", 5]]);
    expect(jobs[0]?.rounds).toEqual(series(5));
    expect(jobs[0]?.attempts).toBeGreaterThan(1_000);
    await outbox.send(testRound());
    expect(jobs).toHaveLength(2);
    expect(spooled()).toEqual([]);
  });

  test("sends fifty rounds in one job at most", async () => {
    const { queue, jobs } = fakeQueue({ away: false });
    const outbox = await open(queue);
    await Promise.all(series(120).map((round) => outbox.send(round)));
    expect(jobs.map(({ rounds }) => rounds.length)).toEqual([50, 50, 20]);
  });

  test("sends at once what it has gathered when it is closed", async () => {
    const { queue, jobs } = fakeQueue({ away: false });
    const outbox = await open(queue, 60_000);
    const sending = outbox.send(testRound());
    outbox.close();
    await sending;
    expect(sent(jobs)).toEqual([NOON]);
  });

  test("keeps rounds whole on disk while the queue is away, and sends them when it is back", async () => {
    const state = { away: true };
    const { queue, jobs } = fakeQueue(state);
    const outbox = await open(queue);
    const round = testRound({
      outcomes: "of",
      details: [{ index: 1, reason: "no-reply", text: "\u0000 ü 😀" }],
    });
    await Promise.all([
      outbox.send(round),
      ...series(60, { shard: "15s-1" }).map((one) => outbox.send(one)),
    ]);
    expect(jobs).toEqual([]);
    expect(spooled()).toHaveLength(61);
    expect(JSON.parse(readFileSync(join(spoolDir, `${NOON}-a-15s-0.json`), "utf8"))).toEqual(round);
    expect((await metrics.rounds.get()).values).toMatchObject([
      { labels: { result: "spooled" }, value: 61 },
    ]);
    state.away = false;
    await waitFor(() => spooled().length === 0);
    expect(new Set(sent(jobs)).size).toBe(60);
    expect(jobs.every(({ rounds }) => rounds.length <= 50)).toBe(true);
    expect(jobs.flatMap(({ rounds }) => rounds)).toContainEqual(round);
  });

  test("takes over what an earlier worker left", async () => {
    const state = { away: true };
    const first = await open(fakeQueue(state).queue);
    await Promise.all(series(3).map((round) => first.send(round)));
    first.close();
    const { queue, jobs } = fakeQueue({ away: false });
    await open(queue);
    await waitFor(() => spooled().length === 0);
    expect(sent(jobs)).toEqual([NOON, NOON + 1_000, NOON + 2_000]);
  });

  test("puts aside a file that holds no round, and sends the others", async () => {
    const state = { away: true };
    const { queue, jobs } = fakeQueue(state);
    const outbox = await open(queue);
    await Promise.all(series(2).map((round) => outbox.send(round)));
    writeFileSync(join(spoolDir, "0-cut.json"), '{"vantage":"a","sha');
    writeFileSync(join(spoolDir, "1-empty.json"), "");
    writeFileSync(join(spoolDir, "2-other.json"), '{"vantage":"a"}');
    writeFileSync(join(spoolDir, "3-half.json.part"), "{");
    state.away = false;
    await waitFor(() => !spooled().some((name) => name.endsWith(".json")));
    expect(sent(jobs)).toEqual([NOON, NOON + 1_000]);
    expect(spooled()).toEqual([
      "0-cut.json.bad",
      "1-empty.json.bad",
      "2-other.json.bad",
      "3-half.json.part",
    ]);
  });

  test("shares its spool with the other vantages of a process: each round is sent, none stays", async () => {
    const state = { away: true };
    const queues = Array.from({ length: 4 }, () => fakeQueue(state));
    const outboxes = await Promise.all(queues.map(({ queue }) => open(queue)));
    await Promise.all(
      outboxes.flatMap((outbox, at) =>
        series(30, { vantage: `v${at}` }).map((round) => outbox.send(round)),
      ),
    );
    expect(spooled()).toHaveLength(120);
    state.away = false;
    await waitFor(() => spooled().length === 0);
    const keys = queues.flatMap(({ jobs }) =>
      jobs.flatMap(({ rounds }) => rounds.map((one) => `${one.vantage} ${one.plannedAtMs}`)),
    );
    expect(new Set(keys).size).toBe(120);
  });

  test("says so when it can neither send nor keep a round", async () => {
    const outbox = await open(fakeQueue({ away: true }).queue);
    rmSync(spoolDir, { recursive: true });
    await expect(outbox.send(testRound())).rejects.toThrow("ENOENT");
  });
});

test.skipIf(!has("redis-server"))(
  "rounds survive a Redis that is away and comes back empty",
  async () => {
    const redis = await startRedis();
    const queues = await openQueues({ databaseUrl: "", redisUrl: redis.url, onError: () => {} });
    const queue = queues.queue("rounds");
    const outbox = await open(queue);
    await outbox.send(testRound());
    expect((await queue.counts())["waiting"]).toBe(1);
    await redis.kill();
    await Promise.all(series(10, { shard: "15s-1" }).map((round) => outbox.send(round)));
    expect(spooled()).toHaveLength(10);
    await redis.start();
    await waitFor(() => spooled().length === 0, { timeoutMs: 20_000 });
    const recorded: Round[] = [];
    const worker = queues.work(
      "rounds",
      async ({ data }) => void recorded.push(...(data as Round[])),
      { concurrency: 1, onError: () => {} },
    );
    await waitFor(() => new Set(recorded.map(({ plannedAtMs }) => plannedAtMs)).size === 10);
    await worker.close(true);
    await queue.close();
    await queues.close();
    await redis.stop();
  },
  60_000,
);
