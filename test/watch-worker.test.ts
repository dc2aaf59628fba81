import { describe, expect, test } from "vitest";
import type { JobWorker } from "../src/queues.ts";
import { watchWorker } from "../src/watch-worker.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { testClock } from "./helpers/clock.ts";
import { NOON } from "./helpers/rounds.ts";
import { waitFor } from "./helpers/wait.ts";

const cleanUp = cleanUpAfterEach();

/** A queue and workers in name alone; the test says what they see. */
function setUp(state: {
  due: boolean;
  active: number;
  takes: boolean;
  store?: Promise<void>;
  counting?: Promise<void>;
}) {
  let looks = 0;
  let stalled = 0;
  let counted = 0;
  const workers: { taken: number; closed: boolean | undefined | null }[] = [];
  const watched = watchWorker({
    clock: testClock(NOON),
    lookEveryMs: 5,
    queue: {
      hasDue: async (nowMs) => {
        expect(nowMs).toBe(NOON);
        looks += 1;
        await state.store;
        for (const worker of workers) if (state.takes) worker.taken += 1;
        return state.due;
      },
      counts: async () => {
        counted += 1;
        await state.counting;
        return { active: state.active };
      },
    },
    start: (): JobWorker => {
      const worker: (typeof workers)[number] = { taken: 0, closed: null };
      workers.push(worker);
      return {
        taken: () => worker.taken,
        close: async (force) => {
          worker.closed = force;
        },
      };
    },
    onStalled: () => {
      stalled += 1;
    },
  });
  cleanUp(() => watched.close());
  const after = (count: number) => {
    const goal = looks + count;
    return waitFor(() => looks >= goal);
  };
  return {
    watched,
    workers,
    after,
    looks: () => looks,
    counted: () => counted,
    stalled: () => stalled,
  };
}

describe("the watch over a worker", () => {
  test("leaves one alone that takes jobs", async () => {
    const { workers, after, stalled } = setUp({ due: true, active: 0, takes: true });
    await after(10);
    expect(workers).toHaveLength(1);
    expect(stalled()).toBe(0);
  });

  test("leaves one alone that has nothing to take", async () => {
    const { workers, after } = setUp({ due: false, active: 0, takes: false });
    await after(10);
    expect(workers).toHaveLength(1);
  });

  test("leaves one alone that is busy", async () => {
    const { workers, after } = setUp({ due: true, active: 3, takes: false });
    await after(10);
    expect(workers).toHaveLength(1);
  });

  test("replaces one that takes nothing although jobs are due, and closes it without waiting", async () => {
    const { workers, stalled } = setUp({ due: true, active: 0, takes: false });
    await waitFor(() => workers.length === 2);
    expect(stalled()).toBe(1);
    await waitFor(() => workers[0]?.closed === true);
    expect(workers[1]?.closed).toBeNull();
  });

  test("replaces the new one too when it takes nothing either", async () => {
    const { workers } = setUp({ due: true, active: 0, takes: false });
    await waitFor(() => workers.length === 3);
    expect(workers.slice(0, 2).every(({ closed }) => closed === true)).toBe(true);
  });

  test("does not look again while a look waits for the store", async () => {
    let back = () => {};
    const store = new Promise<void>((resolve) => {
      back = resolve;
    });
    const state = { due: true, active: 0, takes: false, store };
    const { workers, looks } = setUp(state);
    await waitFor(() => looks() === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(looks()).toBe(1);
    state.takes = true;
    back();
    await waitFor(() => looks() > 5);
    expect(workers).toHaveLength(1);
  });

  test("goes on after a look that failed", async () => {
    const store = Promise.reject(new Error("away"));
    store.catch(() => undefined);
    const { looks, workers } = setUp({ due: true, active: 0, takes: true, store });
    await waitFor(() => looks() > 3);
    expect(workers).toHaveLength(1);
  });

  test("ends with its worker, and replaces nothing after that", async () => {
    const { watched, workers, after, looks } = setUp({ due: true, active: 0, takes: true });
    await after(2);
    await watched.close(true);
    expect(workers.map(({ closed }) => closed)).toEqual([true]);
    const before = looks();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(looks()).toBeLessThanOrEqual(before + 1);
    expect(workers).toHaveLength(1);
  });

  test("starts no other when it is closed while it looks for one", async () => {
    let back = () => {};
    const counting = new Promise<void>((resolve) => {
      back = resolve;
    });
    const { watched, workers, counted, stalled } = setUp({
      due: true,
      active: 0,
      takes: false,
      counting,
    });
    await waitFor(() => counted() === 1);
    await watched.close();
    back();
    await new Promise(setImmediate);
    expect(stalled()).toBe(0);
    expect(workers).toHaveLength(1);
  });
});
