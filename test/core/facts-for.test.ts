import { expect, test } from "vitest";
import { malfunctionFor } from "../../src/core/facts-for.ts";
import { BEGAN, MINUTE_MS, openMalfunctionRow, outageOf } from "../helpers/message-facts.ts";

const minutes = (n: number) => BEGAN + n * MINUTE_MS;
const outages = [
  outageOf("web-1", { fromMs: minutes(3), untilMs: minutes(5) }),
  outageOf("web-2", { fromMs: minutes(2), untilMs: minutes(4) }),
  outageOf("db-1", { account: "zebra", fromMs: BEGAN, untilMs: minutes(9) }),
];
const timesFor = (
  accounts: string[] | null,
  row: Parameters<typeof openMalfunctionRow>[0],
  struck = outages,
) => {
  const seen = malfunctionFor(accounts, { malfunction: openMalfunctionRow(row), outages: struck });
  return [seen?.malfunction.beganAtMs, seen?.malfunction.restoredAtMs];
};
const RESTORED = { state: "restored", restoredAtMs: minutes(9) } as const;

test("a malfunction began and ended for an account when its own outages did", () => {
  expect(timesFor(null, RESTORED)).toEqual([BEGAN, minutes(9)]);
  expect(timesFor(["acme"], RESTORED)).toEqual([minutes(2), minutes(5)]);
  expect(timesFor(["zebra"], RESTORED)).toEqual([BEGAN, minutes(9)]);
});

test("a malfunction has no end for an account while one of its outages lasts", () => {
  const struck = [...outages, outageOf("web-3", { fromMs: minutes(3) })];
  expect(timesFor(["acme"], {}, struck)).toEqual([minutes(2), null]);
});

test("a malfunction without outages of theirs keeps the times that were said", () => {
  const row = openMalfunctionRow({ ...RESTORED, account: "acme" });
  const seen = malfunctionFor(["acme"], { malfunction: row, outages: [] });
  expect(seen?.malfunction).toMatchObject({ beganAtMs: BEGAN, restoredAtMs: minutes(9) });
});
