import { expect, test } from "vitest";
import { closeDueMonths, reviseMonths } from "../src/close-due.ts";
import { closeMonth } from "../src/close-month.ts";
import { SYSTEM } from "../src/core/access.ts";
import { settle } from "../src/settle.ts";
import { sealDays } from "../src/seal.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { reportMonth } from "../src/report-month.ts";
import { viewTarget } from "../src/view-target.ts";
import { checkSummary } from "../src/check-summary.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, HOURLY_CONFIG, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";
import { configOf } from "./helpers/app.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const HOUR = 3_600_000;
async function filled(yaml?: string, bad = 4): Promise<HourlyMonth> {
  const o = await createHourlyMonth(yaml);
  onEnd(o.drop);
  await o.fill("web-1", (h) => (h >= 100 && h < 100 + bad ? "f" : "o"));
  await o.fill("web-2", () => "o");
  return o;
}
const round = (target: string, hour: number, letter: "o" | "f", shard = `late-${target}`) => ({
  vantage: "here", shard, plannedAtMs: OCTOBER.fromMs + hour * HOUR, targets: [target],
  outcomes: letter, offsetsMs: [3], latenciesUs: [12_400],
  details: letter === "o" ? [] : [{ index: 0, reason: "connect-timeout" as const }],
});

test("A late rounds stored after settle, before close", async () => {
  const o = await createHourlyMonth();
  onEnd(o.drop);
  await o.fill("web-1", (h) => (h >= 100 && h < 103 ? "f" : h === 300 ? null : "o"));
  await o.fill("web-2", () => "o");
  console.log("A first", (await closeDueMonths(o)).map((r) => `${r.account}:${r.revision}`));
  await storeRounds(o.store, [round("web-1", 300, "f")], o.clock.nowMs());
  // close job comes before the settle
  console.log("A close before settle", await closeDueMonths(o));
  await settle(o);
  for (let i = 0; i < 3; i++) { o.clock.set(o.clock.nowMs() + 60_000); await settle(o); await sealDays(o); console.log("A after settle", i, await closeDueMonths(o)); }
  const signed = await reportMonth(o, { month, account: "acme" });
  const now = await reportMonth(o, { month, account: "acme", revision: 0 });
  console.log("A signed", signed.revision, signed.subjects[0]!.bad, signed.subjects[0]!.verdict, signed.subjects[0]!.credit?.amount, "now", now.subjects[0]!.bad, now.subjects[0]!.verdict, now.subjects[0]!.credit?.amount);
});

test("B target page of a closed month", async () => {
  const o = await filled();
  const deps = { ...o, accounts: null, notes: { sandbox: false, openAccess: false, filling: null } as never };
  const before = await viewTarget(deps, { id: "web-1", month });
  await closeDueMonths(o);
  const after = await viewTarget(deps, { id: "web-1", month });
  console.log("B agreements before/after closing", before.agreements.length, after.agreements.length);
});

test("C config change of zone: recount each minute", async () => {
  const o = await filled();
  await closeDueMonths(o);
  const config = configOf(HOURLY_CONFIG.replace("slot: 1h", "slot: 1h\n    timeZone: UTC"));
  let tx = 0;
  const db = new Proxy(o.db, { get: (t, k) => k === "connect" ? (...a: never[]) => { tx++; return (t as any).connect(...a); } : (typeof (t as any)[k] === "function" ? (t as any)[k].bind(t) : (t as any)[k]) }) as typeof o.db;
  for (let i = 0; i < 4; i++) { const b = tx; const r = await closeDueMonths({ ...o, db, config }); console.log("C minute", i, r, "transactions", tx - b); }
  const none = configOf(HOURLY_CONFIG.replaceAll(/agreements: \[hourly\],/g, "until: 2026-09-01T00:00:00Z, agreements: [hourly],"));
  await storeRounds(o.store, [round("web-2", 100, "f"), ...[101,102,103,104].map((h) => round("web-2", h, "f"))], o.clock.nowMs());
  await settle(o);
  console.log("C2 no subject any more:", await closeDueMonths({ ...o, config: none }));
  const later = configOf(HOURLY_CONFIG.replace("slot: 1h", "slot: 1h\n    closeAfter: 31d"));
  console.log("C3 closeAfter 31d:", await closeDueMonths({ ...o, config: later }), await closeMonth({ ...o, config: later }, { month, by: SYSTEM, afresh: false }).catch((e) => e.message));
});
