import { pino } from "pino";
import { expect, test } from "vitest";
import { lapseClaimsJob } from "../../jobs/lapse-claims.ts";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { listClaims } from "../../src/store/claims.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { createHourlyMonth, OCTOBER } from "../helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();

test("a claim lapses once its window has closed, by the clock alone", async () => {
  const october = await createHourlyMonth();
  onEnd(october.drop);
  await october.fill("web-1", (hour) => (hour < 4 ? "f" : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  const deps = { ...october, log: pino({ level: "silent" }) };
  const run = async () => {
    await lapseClaimsJob(deps, {
      name: "lapse-claims",
      data: {},
      plannedAtMs: 0,
      progress: async () => {},
    });
    return (await listClaims(october.db)).map(({ state }) => state);
  };
  expect(await run()).toEqual(["owed"]);
  october.clock.set(Date.parse("2026-12-31T15:59:59Z"));
  expect(await run()).toEqual(["owed"]);
  october.clock.set(Date.parse("2026-12-31T16:00:00Z"));
  expect(await run()).toEqual(["lapsed"]);
  expect(await run()).toEqual(["lapsed"]);
});
