import { expect, test } from "vitest";
import { closeDueMonths, reviseMonths } from "../src/close-due.ts";
import { closeMonth } from "../src/close-month.ts";
import { approveExclusion, proposeExclusion } from "../src/exclude.ts";
import { viewOverview } from "../src/view-overview.ts";
import { viewTarget } from "../src/view-target.ts";
import { SYSTEM } from "../src/core/access.ts";
import { settle } from "../src/settle.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { reportMonth } from "../src/report-month.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, HOURLY_CONFIG, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";
import { configOf, createTestApp } from "./helpers/app.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const HOUR = 3_600_000;
const brief = (r: any[]) => r.map((x) => `${x.account || "all"}:${x.revision} (${x.reason})`);
async function filled(yaml?: string, bad = 4): Promise<HourlyMonth> {
  const o = await createHourlyMonth(yaml);
  onEnd(o.drop);
  await o.fill("web-1", (h) => (h >= 100 && h < 100 + bad ? "f" : "o"));
  await o.fill("web-2", (h) => (h < 10 ? "f" : "o"));
  return o;
}
const log = (...a: unknown[]) => console.log(...a.map((x) => typeof x === "string" ? x : JSON.stringify(x)));

test("E http", async () => {
  const o = await filled();
  await closeDueMonths(o);
  const t = await createTestApp({ config: HOURLY_CONFIG, clock: o.clock, deps: { store: o.store, signer: o.signer } as any });
  onEnd(t.close);
  const get = async (url: string) => { const r = await t.app.inject({ url }); log("E GET", url, r.statusCode, r.body.slice(0, 160)); };
  await get("/api/v1/reports/2026-10?revision=3000000000");
  await get("/api/v1/reports/2026-10?revision=");
  await get("/api/v1/reports/2026-10?revision=99");
  await get("/api/v1/reports/2026-10?revision=0x1");
  await get("/api/v1/reports/2026-10?revision=1.0");
  await get("/api/v1/reports/2026-10/diff?from=1&to=3000000000");
  await get("/api/v1/reports/2026-10/revisions?account=nosuch");
  await get("/api/v1/reports/2026-10?account=nosuch");
  await get("/api/v1/reports/1000-10");
  await get("/api/v1/reports/9999-12?revision=1");
  const post = async (url: string, init: object = {}) => { const r = await t.app.inject({ method: "POST", url, ...init } as any); log("E POST", url, init, r.statusCode, r.body.slice(0, 200)); };
  await post("/api/v1/reports/2026-10/close");
  await post("/api/v1/reports/2026-10/close", { headers: { "content-type": "application/json" }, payload: "" });
  await post("/api/v1/reports/2026-10/close", { headers: { "content-type": "application/json" }, payload: "null" });
  await post("/api/v1/reports/2026-10/close", { payload: { reason: " " } });
  await post("/api/v1/reports/2026-11/close", {});
  await post("/api/v1/reports/2015-01/close", {});
  await get("/api/v1/events?after=99999999999999999999");
  await get("/api/v1/claims?account=nosuch");
  // body chunked: revise fails
  const t2 = await createTestApp({ config: HOURLY_CONFIG, clock: o.clock, deps: { store: o.store, signer: async () => { throw new Error("no key"); } } as any });
  onEnd(t2.close);
  const line = JSON.stringify({ target: "web-2", vantage: "here", plannedAt: "2026-10-03T04:30:00.000Z", outcome: "failed", latencyMs: 5, reason: "connect-timeout" });
  const r = await t2.app.inject({ method: "POST", url: "/api/v1/results", headers: { "content-type": "application/x-ndjson" }, payload: line });
  log("E import with a failing revision", r.statusCode, r.body.slice(0, 200));
  const r2 = await t2.app.inject({ method: "POST", url: "/api/v1/results", headers: { "content-type": "application/x-ndjson" }, payload: line });
  log("E again", r2.statusCode, r2.body.slice(0, 200));
});

test("H frozen month, account gone or currency changed", async () => {
  const o = await filled(HOURLY_CONFIG.replace('"1200.00"', '"1200.50"'));
  await closeDueMonths(o);
  const gone = configOf(HOURLY_CONFIG.replace(/  - \{ id: globex.*\n/, "").replace(/  - \{ id: web-2[\s\S]*$/, ""));
  const yen = configOf(HOURLY_CONFIG.replace('"1200.00"', '"1200"').replace("currency: CNY", "currency: JPY"));
  for (const [name, config] of [["gone", gone], ["yen", yen]] as const) {
    const deps = { ...o, config, accounts: null, notes: { sandbox: false, openAccess: false, filling: null } as never };
    log("H", name, "overview", await viewOverview(deps, { month, filter: {} as never }).then(() => "ok", (e) => `${e.name}: ${e.message}`));
    log("H", name, "target", await viewTarget(deps, { id: "web-1", month }).then(() => "ok", (e) => `${e.name}: ${e.message}`));
    log("H", name, "report", await reportMonth({ db: o.db, config }, { month }).then((r) => r.subjects.map((s) => `${s.id} ${s.credit?.amount}`), (e) => `${e.name}: ${e.message}`));
    log("H", name, "report globex", await reportMonth({ db: o.db, config }, { month, account: "globex" }).then((r) => r.subjects.map((s) => `${s.id} ${s.credit?.amount}`), (e) => `${e.name}: ${e.message}`));
    const t = await createTestApp({ config: HOURLY_CONFIG, clock: o.clock, deps: { store: o.store, signer: o.signer, config: () => config } as any });
    onEnd(t.close);
    for (const url of [`/?month=${month}`, `/api/v1/outages?month=${month}`, `/api/v1/outages?month=${month}&account=globex`, `/api/v1/overview?month=${month}`, `/api/v1/claims?account=globex`, `/api/v1/reports/${month}?account=globex`]) {
      const r = await t.app.inject({ url }); log("H", name, url, r.statusCode, r.body.replace(/\s+/g, " ").slice(0, 100));
    }
    // an exclusion for the one that is gone
    const li = { name: "user:li", role: "sre", accounts: null, origin: "test" } as const;
    log("H", name, "proposal", await proposeExclusion({ ...o, config }, { kind: "customer-action", scope: { targets: ["web-2"] }, from: "2026-10-01T00:00:00Z", until: "2026-10-02T00:00:00Z", reason: "r", evidence: "T-1" }, li).then((e) => e.id, (e) => e.message + JSON.stringify(e.problems)));
  }
});

test("F minStretch and closeAfter 0s", async () => {
  const yaml = HOURLY_CONFIG.replace("slot: 1h", "slot: 1h\n    minStretch: 5\n    closeAfter: 0s\n    timeZone: UTC").replace("version: 1", "version: 1\ntimeZone: UTC");
  const o = await createHourlyMonth(yaml); onEnd(o.drop);
  const end = Date.parse("2026-11-01T00:00:00Z");
  const put = async (fromHour: number, untilHour: number) => {
    const rounds = [];
    for (const target of ["web-1", "web-2"]) for (let h = fromHour; h < untilHour; h++) {
      const at = end + h * HOUR; const f = target === "web-1" && h >= -4 && h < 4;
      rounds.push({ vantage: "here", shard: `s-${target}`, plannedAtMs: at, targets: [target], outcomes: f ? "f" : "o", offsetsMs: [1], latenciesUs: [1], details: f ? [{ index: 0, reason: "connect-timeout" as const }] : [] });
    }
    await storeRounds(o.store, rounds, o.clock.nowMs());
  };
  await put(-744, 0);
  o.clock.set(end + 61_000); await settle(o);
  log("F close at the month's end", brief(await closeDueMonths(o)));
  const one = await reportMonth(o, { month, account: "acme" });
  for (let h = 1; h < 50; h++) { await put(h - 1, h); o.clock.set(end + h * HOUR + 61_000); await settle(o); const r = await closeDueMonths(o); if (r.length) log("F hour", h, brief(r)); }
  const two = await reportMonth(o, { month, account: "acme" });
  log("F", one.subjects[0]!.bad, one.subjects[0]!.verdict, "->", two.subjects[0]!.bad, two.subjects[0]!.verdict, two.subjects[0]!.credit?.amount ?? null);
});

test("P proposal for closed month, withdrawal reason", async () => {
  const o = await filled();
  await closeDueMonths(o);
  const li = { name: "user:li", role: "sre", accounts: null, origin: "test" } as const;
  const wang = { name: "user:wang", role: "approver", accounts: null, origin: "test" } as const;
  const p = await proposeExclusion(o, { kind: "other", scope: { targets: ["web-1"] }, from: "2026-10-04T20:00:00Z", until: "2026-10-05T00:00:00Z", reason: "r", evidence: "T-1" }, li);
  const d = await approveExclusion(o, { id: p.id }, wang);
  log("P", brief(await reviseMonths(o, d.touched!)));
  const { withdrawExclusion } = await import("../src/exclude.ts");
  const w = await withdrawExclusion(o, { id: p.id, note: "wrong" }, wang);
  log("P", brief(await reviseMonths(o, w.touched!)), (await reportMonth(o, { month, account: "acme" })).closing);
  log("P", brief(await closeDueMonths(o)));
});
