import { expect, test } from "vitest";
import { readClaimFile } from "../src/claim-file.ts";
import { closeDueMonths } from "../src/close-due.ts";
import { listClaims } from "../src/store/claims.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, HOURLY_CONFIG, OCTOBER } from "./helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();

test("a claim's file shows of a group's target the failed results in its lifetime alone", async () => {
  const until = new Date(OCTOBER.fromMs + 102 * 3_600_000).toISOString();
  const yaml = HOURLY_CONFIG.replace("slot: 1h", "slot: 1h\n    scope: group")
    .replace("region: cn-shanghai, account: globex", "region: cn-hangzhou, account: acme")
    .replace('monthlyFee: "999"', `until: "${until}"`);
  const october = await createHourlyMonth(yaml);
  onEnd(october.drop);
  for (const target of ["web-1", "web-2"]) {
    await october.fill(target, (hour) => (hour >= 100 && hour < 105 ? "f" : "o"));
  }
  await closeDueMonths(october);
  const [claim] = await listClaims(october.db, { accounts: null });
  const text = await readClaimFile(october, claim!);
  const shown = text
    .split("\n")
    .filter((line) => line.includes("no connection within the time limit"));
  const countOf = (target: string) => shown.filter((line) => line.includes(target)).length;
  expect({ one: countOf("web-1"), other: countOf("web-2") }).toEqual({ one: 5, other: 2 });
});
