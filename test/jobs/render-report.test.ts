import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { storeJobs } from "../../jobs/index.ts";
import type { StoreJobDeps } from "../../jobs/job.ts";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import type { RenditionProgress } from "../../src/core/rendition-view.ts";
import { openQueues, REPORTS_QUEUE, type JobQueue, type Queues } from "../../src/queues.ts";
import { TOO_LARGE } from "../../src/render-apart.ts";
import { findRendition, type RenditionKey } from "../../src/renditions.ts";
import { orderRendition, orderRenditionAgain, viewRendition } from "../../src/view-rendition.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";
import { waitFor } from "../helpers/wait.ts";

// The job on a queue of PostgreSQL, with a rendering that ends when the test says so.

let month: HourlyMonth;
let queues: Queues;
let queue: JobQueue;
let closeWorker = () => Promise.resolve();
/** What is being rendered, in the order in which it was begun. */
const renderings: { end: (bytes: string) => void; fail: (error: Error) => void }[] = [];

beforeAll(async () => {
  month = await createHourlyMonth();
  await month.fill("web-1", () => "o");
  await closeMonth(month, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  queues = await openQueues({ databaseUrl: month.url, redisUrl: null, onError: () => {} });
  queue = queues.queue(REPORTS_QUEUE);
});
afterEach(() => closeWorker());
afterAll(async () => {
  await queue.close();
  await queues.close();
  await month.drop();
});

function startWorker(): void {
  const render: StoreJobDeps["render"] = () =>
    new Promise((resolve, reject) => {
      renderings.push({ end: (bytes) => resolve(Buffer.from(bytes)), fail: reject });
    });
  const deps = { ...month, config: () => month.config, render } as unknown as StoreJobDeps;
  const worker = queues.work(REPORTS_QUEUE, (job) => storeJobs["render-report"](deps, job), {
    concurrency: 1,
    onError: () => {},
  });
  closeWorker = () => worker.close();
}

const keyOf = (changes: Partial<RenditionKey> = {}): RenditionKey => ({
  month: OCTOBER.month,
  account: "acme",
  revision: 1,
  format: "pdf",
  lang: "en",
  ...changes,
});
const look = async (key: RenditionKey) => (await viewRendition({ ...month, queue }, key)).progress;
const become = (key: RenditionKey, wanted: Partial<RenditionProgress>) =>
  waitFor(async () => {
    const seen = await look(key);
    return Object.entries(wanted).every(([name, value]) => Reflect.get(seen, name) === value);
  });
/** The rendering that is begun next. */
const nextRendering = async () => {
  const before = renderings.length;
  return { begun: () => waitFor(() => renderings[before]) };
};

test("renders what somebody waits for, once, and tells how far it is", async () => {
  const key = keyOf();
  await orderRendition(queue, key);
  await orderRendition(queue, key);
  expect(await look(key)).toEqual({ state: "waiting" });
  const next = await nextRendering();
  startWorker();
  const rendering = await next.begun();
  await become(key, { state: "active", percent: 40 });
  rendering!.end("the bytes");
  await become(key, { state: "made" });
  const made = await findRendition(month.db, key);
  expect(Buffer.from(made!.bytes).toString()).toBe("the bytes");
  expect(await look(key)).toEqual({
    state: "made",
    madeAtMs: month.clock.nowMs(),
    digest: made!.digest,
  });
  await waitFor(async () => (await queue.counts())["active"] === 0);
  // Asked for again, it is there already: nothing is rendered.
  await orderRendition(queue, key);
  await waitFor(async () => {
    const { waiting = 0, active = 0 } = await queue.counts();
    return waiting + active === 0;
  });
  expect(renderings).toHaveLength(1);
});

test("one that failed twice stays so until it is asked for again", async () => {
  const key = keyOf({ account: "" });
  const first = await nextRendering();
  startWorker();
  await orderRendition(queue, key);
  (await first.begun())!.fail(new Error("the thread was lost"));
  const second = await waitFor(() => renderings[2]);
  second!.fail(new Error(`${TOO_LARGE}; really`));
  await become(key, { state: "failed", problem: "too-large" });
  await orderRendition(queue, key);
  expect(await look(key)).toEqual({ state: "failed", problem: "too-large" });
  const again = await nextRendering();
  await orderRenditionAgain(queue, key);
  (await again.begun())!.end("at last");
  await become(key, { state: "made" });
});

test("what nobody works on any more is ordered by who looks for it", async () => {
  const key = keyOf({ format: "xlsx" });
  expect(await look(key)).toEqual({ state: "waiting" });
  expect(await queue.counts()).toMatchObject({ waiting: 1 });
  const next = await nextRendering();
  startWorker();
  (await next.begun())!.end("cells");
  await become(key, { state: "made" });
});
