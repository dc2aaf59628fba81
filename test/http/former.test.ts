import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import type { Report } from "../../src/core/report.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { configOf, createTestApp, type TestApp } from "../helpers/app.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "../helpers/hourly-month.ts";

const HOUR_MS = 3_600_000;
const hour = (number: number) => new Date(OCTOBER.fromMs + number * HOUR_MS).toISOString();

/** October was closed with globex and its web-2; now neither is configured. */
let october: HourlyMonth;
let app: TestApp;
let [viewer, sre, approver, manager] = ["", "", "", ""];

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", () => "o");
  await october.fill("web-2", (at) => (at >= 100 && at < 104 ? "f" : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  const now = configOf(
    HOURLY_CONFIG.replace(/.*globex, name.*\n/u, "").replace(/ {2}- \{ id: web-2[^]*?\} \}\n/u, ""),
  );
  const { clock, store, signer } = october;
  app = await createTestApp({
    config: "version: 1",
    clock,
    deps: { store, signer, config: () => now },
  });
  const give = (wish: Parameters<typeof giveToken>[1]) => giveToken(october, wish, clock);
  viewer = await give({ role: "viewer" });
  sre = await give({ role: "sre" });
  approver = await give({ role: "approver" });
  manager = await give({ role: "account-manager", accounts: ["acme"] });
});
afterAll(async () => {
  await app.close();
  await october.drop();
});

const get = (path: string, token = viewer) =>
  app.app.inject({ url: `/api/v1${path}`, headers: bearer(token) });
const post = (path: string, payload: object, token: string) =>
  app.app.inject({ method: "POST", url: `/api/v1${path}`, headers: bearer(token), payload });

const lists = [
  "/reports/2026-10/revisions?account=",
  "/claims?account=",
  "/outages?month=2026-10&account=",
  "/events?account=",
  "/exclusions?account=",
];

describe("an account that a month was closed with and that is no longer configured", () => {
  test("is there to be read by those who see all", async () => {
    expect((await get("/targets")).json()).toMatchObject({ targets: [{ id: "web-1" }] });
    expect((await get("/targets?account=globex")).statusCode).toBe(404);
    expect((await get("/reports/2026-10?account=globex")).json()).toMatchObject({ revision: 1 });
    for (const path of lists) expect((await get(`${path}globex`)).statusCode, path).toBe(200);
    expect((await get(`${lists[0]}globex`)).json()).toMatchObject({ revisions: [{ revision: 1 }] });
    expect((await get(`${lists[1]}globex`)).json()).toMatchObject({
      claims: [{ subject: "web-2" }],
    });
    expect((await get(`${lists[2]}globex`)).json()).toMatchObject({
      outages: [{ subject: "web-2", slots: 4 }],
    });
  });

  test("is not there for the manager of another, nor is one that never was for anybody", async () => {
    for (const path of lists) {
      const [foreign, none] = [await get(`${path}globex`, manager), await get(`${path}nosuch`)];
      expect([foreign.statusCode, none.statusCode], path).toEqual([404, 404]);
      expect(foreign.body.replace("globex", "A")).toBe(none.body.replace("nosuch", "A"));
    }
  });
});

describe("an exclusion in a closed month", () => {
  const proposal = (changes: object) => ({
    kind: "maintenance",
    scope: { targets: ["web-2"] },
    from: hour(100),
    until: hour(104),
    reason: "announced",
    evidence: "T-1",
    ...changes,
  });

  test("may name what the month was closed with, and turns its figure", async () => {
    for (const scope of [{ account: "globex" }, { regions: ["cn-shanghai"] }]) {
      expect((await post("/exclusions", proposal({ scope }), sre)).statusCode).toBe(201);
    }
    const made = await post("/exclusions", proposal({}), sre);
    expect(made.statusCode, made.body).toBe(201);
    const { id } = made.json<{ id: number }>();
    expect((await post(`/exclusions/${id}/approve`, {}, approver)).statusCode).toBe(200);
    const report = (await get("/reports/2026-10?account=globex")).json<Report>();
    expect(report).toMatchObject({ revision: 2, subjects: [{ id: "web-2", verdict: "met" }] });
  });

  test("may not name it for another time, nor what never was", async () => {
    const later = proposal({ from: hour(800), until: hour(801) });
    const never = proposal({ scope: { targets: ["web-9"] } });
    for (const payload of [later, never]) {
      const refused = await post("/exclusions", payload, sre);
      expect(refused.statusCode).toBe(400);
      expect(refused.body).toContain("is not in the configuration");
    }
  });
});
