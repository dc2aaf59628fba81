import { afterAll, beforeAll, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";

let october: HourlyMonth;
let app: TestApp;
let [sre, viewer] = ["", ""];

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour === 700 ? null : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  const { clock, store, config } = october;
  // The key is gone: no closed month can be revised.
  const signer = async () => Promise.reject(new Error("no key"));
  app = await createTestApp({
    config: "version: 1",
    clock,
    deps: { store, signer, config: () => config },
  });
  sre = await giveToken(october, { role: "sre", name: "ci" }, clock);
  viewer = await giveToken(october, { role: "viewer" }, clock);
});
afterAll(async () => {
  await app.close();
  await october.drop();
});

const late = (target: string, hour: number) => ({
  target,
  vantage: "here",
  plannedAt: new Date(OCTOBER.fromMs + hour * 3_600_000).toISOString(),
  outcome: "ok",
  latencyMs: 3,
});
const post = (lines: readonly object[], query = "") =>
  app.app.inject({
    method: "POST",
    url: `/api/v1/results${query}`,
    headers: { ...bearer(sre), "content-type": "application/x-ndjson" },
    payload: lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  });

test("an import is answered with 200 when only the closed month could not be revised", async () => {
  const answer = await post([late("web-1", 700)]);
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.json()).toMatchObject({ stored: 1 });
  const url = "/api/v1/reports/2026-10/revisions";
  const { revisions } = (await app.app.inject({ url, headers: bearer(viewer) })).json<{
    revisions: unknown[];
  }>();
  expect(revisions).toHaveLength(1);
  expect((await post([late("web-1", 700)])).json()).toMatchObject({ stored: 0, doubles: 1 });
});

test("an import that stored something is in the audit log, and no other", async () => {
  await post([late("web-1", 699), late("web-9", 699)]);
  await post([late("web-1", 701), late("web-2", 701), late("web-9", 1)], "?keepGoing=true");
  const url = "/api/v1/audit?item=results";
  const { entries } = (await app.app.inject({ url, headers: bearer(viewer) })).json<{
    entries: object[];
  }>();
  expect(entries).toMatchObject([
    { after: { lines: 3, stored: 1, doubles: 1, bad: 1 } },
    {
      actor: "token:ci",
      origin: "127.0.0.1",
      action: "results.import",
      item: "results:import",
      before: null,
      after: { lines: 1, stored: 1, doubles: 0, bad: 0 },
    },
  ]);
  expect(entries).toHaveLength(2);
  expect(await verifyAudit(october.db)).toBeNull();
});
