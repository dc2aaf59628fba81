import { expect, test } from "vitest";
import { listMonths } from "../src/list-months.ts";
import { configOf } from "./helpers/app.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, HOURLY_CONFIG } from "./helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();

async function createOctober(zone: string) {
  const october = await createHourlyMonth(`${HOURLY_CONFIG}timeZone: ${zone}\n`);
  onEnd(october.drop);
  const config = configOf(`${HOURLY_CONFIG}timeZone: ${zone}\n`);
  return { ...october, config };
}

test("a month is one of the configured time zone, though days are stored as UTC has them", async () => {
  // From the first hour of October in Shanghai, which is the last day of September in UTC.
  const october = await createOctober("Asia/Shanghai");
  await october.fill("web-1", () => "o", { from: 0, until: 40 });
  expect(await listMonths(october, null)).toEqual(["2026-10", "2026-11"]);
  expect(await listMonths(october, ["acme"])).toEqual(["2026-10", "2026-11"]);
  expect(await listMonths(october, ["globex"])).toEqual(["2026-11"]);
});

test("a month is listed from its first hours on, before a whole UTC day of it is stored", async () => {
  const october = await createOctober("Asia/Shanghai");
  await october.fill("web-1", () => "o", { from: 0, until: 3 });
  expect(await listMonths(october, null)).toEqual(["2026-10", "2026-11"]);
});
