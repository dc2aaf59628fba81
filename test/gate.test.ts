import { expect, test } from "vitest";
import { createGate } from "../src/gate.ts";

/** Work that ends when it is told to. */
function createWork() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (number: number) => async () => {
    begun.push(number);
    await new Promise<void>((resolve) => (ends[number] = resolve));
    return number;
  };
  return { begun, work, end: (number: number) => ends[number]!() };
}

test("so many are in at once, so many wait in turn, and who comes then is turned away", async () => {
  const gate = createGate({ atOnce: 2, waiting: 2 });
  const { begun, work, end } = createWork();
  const running = [0, 1, 2, 3].map(async (number) => gate.run(work(number)));
  expect(await gate.run(work(4))).toBeNull();
  expect(begun).toEqual([0, 1]);
  end(1);
  expect(await running[1]).toEqual({ result: 1 });
  expect(begun).toEqual([0, 1, 2]);
  end(0);
  expect(await running[0]).toEqual({ result: 0 });
  expect(begun).toEqual([0, 1, 2, 3]);
  end(2);
  end(3);
  expect(await Promise.all(running.slice(2))).toEqual([{ result: 2 }, { result: 3 }]);
  const again = gate.run(work(5));
  end(5);
  expect(await again).toEqual({ result: 5 });
});

test("work that fails leaves its place", async () => {
  const gate = createGate({ atOnce: 1, waiting: 1 });
  const fail = async () => Promise.reject(new Error("no"));
  const all = await Promise.allSettled([gate.run(fail), gate.run(fail)]);
  expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await gate.run(async () => "in")).toEqual({ result: "in" });
});
