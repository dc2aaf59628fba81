import { expect, test } from "vitest";
import { closeDueMonths } from "../src/close-due.ts";
import { closeMonth } from "../src/close-month.ts";
import { SYSTEM } from "../src/core/access.ts";
import { settle } from "../src/settle.ts";
import { sealDays } from "../src/seal.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { reportMonth } from "../src/report-month.ts";
import { verifyReports } from "../src/verify-reports.ts";
import { exportMonth } from "../src/export-month.ts";
import { checkBundle } from "../src/check-bundle.ts";
import { withTransaction } from "../src/store/connect.ts";
import { dropPartitionsBefore } from "../src/store/partitions.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, HOURLY_CONFIG, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";
import { pauseAfter } from "./helpers/pausing-db.ts";
import { configOf } from "./helpers/app.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const HOUR = 3_600_000;
const round = (target: string, hour: number, letter: "o" | "f", shard = `late-${target}`) => ({
  vantage: "here", shard, plannedAtMs: OCTOBER.fromMs + hour * HOUR, targets: [target],
  outcomes: letter, offsetsMs: [3], latenciesUs: [12_400],
  details: letter === "o" ? [] : [{ index: 0, reason: "connect-timeout" as const }],
});
const brief = (r: any[]) => r.map((x) => `${x.account || "all"}:${x.revision} (${x.reason})`);
const bundle = async (o: HourlyMonth) => checkBundle(exportMonth(o, { month })).then(() => "holds", (e) => e.message);

test("A2 first closing with unsettled results", async () => {
  const o = await createHourlyMonth();
  onEnd(o.drop);
  await o.fill("web-2", (h) => h < 2 ? "o" : null); // the settled mark is where it is
  await storeRounds(o.store, Array.from({length: 744}, (_, h) => round("web-1", h, h < 10 ? "f" : "o")), o.clock.nowMs()); // an import, committed
  console.log("A2 close job", brief(await closeDueMonths(o)));
  await settle(o);
  o.clock.set(o.clock.nowMs() + 60_000); await settle(o); await sealDays(o);
  console.log("A2 later", brief(await closeDueMonths(o)));
  const signed = await reportMonth(o, { month, account: "acme" });
  const now = await reportMonth(o, { month, account: "acme", revision: 0 });
  const line = (r: any) => `${r.subjects[0].bad}/${r.subjects[0].counted} ${r.subjects[0].verdict} ${r.subjects[0].credit?.amount}`;
  console.log("A2 signed", line(signed), "| now", line(now));
  console.log("A2 verify", JSON.stringify(await withTransaction(o.db, (tx) => verifyReports(tx, month))), "| bundle:", await bundle(o));
});

test("S1 late results stored, settled and sealed while another closes", async () => {
  const o = await createHourlyMonth();
  onEnd(o.drop);
  await o.fill("web-1", (h) => (h >= 100 && h < 103 ? "f" : h === 300 ? null : "o"));
  await o.fill("web-2", () => "o");
  const p = pauseAfter(o.db as never, "from seal where day >= $1 and day < $2 order by day, revision");
  const closing = closeMonth({ ...o, db: p.db }, { month, by: SYSTEM, afresh: false });
  await p.reached;
  await storeRounds(o.store, [round("web-1", 300, "f")], o.clock.nowMs());
  await settle(o);
  console.log("S1 sealed days", await sealDays(o));
  p.go();
  console.log("S1 closed", brief(await closing));
  console.log("S1 next minutes", brief(await closeDueMonths(o)), brief(await closeDueMonths(o)));
  const r = await reportMonth(o, { month });
  console.log("S1 bad", r.subjects[0]!.bad, "seals named of the late day", r.proof.seals.filter((s: any) => s.day === "2026-10-13"));
  console.log("S1 verify", JSON.stringify(await withTransaction(o.db, (tx) => verifyReports(tx, month))), "| bundle:", await bundle(o));
});

test("D rounds dropped before they were sealed", async () => {
  const o = await createHourlyMonth();
  onEnd(o.drop);
  await o.fill("web-1", (h) => (h >= 100 && h < 104 ? "f" : "o"));
  await o.fill("web-2", () => "o");
  console.log("D dropped", await dropPartitionsBefore(o.db as never, Date.parse("2026-11-01T00:00:00Z")));
  let tx = 0;
  const db = new Proxy(o.db, { get: (t, k) => k === "connect" ? (...a: never[]) => { tx++; return (t as any).connect(...a); } : (typeof (t as any)[k] === "function" ? (t as any)[k].bind(t) : (t as any)[k]) }) as typeof o.db;
  for (let i = 0; i < 2; i++) { const b = tx; console.log("D", await closeDueMonths({ ...o, db }).then(brief, (e) => `${e.name} ${e.message}`), "transactions", tx - b); }
});

test("D2 half: closed, then late results, sealed never, dropped", async () => {
  const o = await createHourlyMonth();
  onEnd(o.drop);
  await o.fill("web-1", (h) => (h >= 100 && h < 104 ? "f" : h === 300 ? null : "o"));
  await o.fill("web-2", () => "o");
  await closeDueMonths(o);
  console.log("D2 dropped", await dropPartitionsBefore(o.db as never, Date.parse("2026-11-01T00:00:00Z")));
  console.log("D2", await closeDueMonths(o).then(brief, (e) => `${e.name} ${e.message}`));
});

test("C control", async () => {
  const o = await createHourlyMonth(); onEnd(o.drop);
  await o.fill("web-1", () => "o"); await o.fill("web-2", () => "o");
  await closeDueMonths(o);
  const count = async (config: any) => { let tx = 0; const db = new Proxy(o.db, { get: (t, k) => k === "connect" ? (...a: never[]) => { tx++; return (t as any).connect(...a); } : (typeof (t as any)[k] === "function" ? (t as any)[k].bind(t) : (t as any)[k]) }) as typeof o.db; const r = await closeDueMonths({ ...o, db, config }); return `${brief(r)} tx=${tx}`; };
  console.log("C same config", await count(o.config));
  // a zone whose month lies within Shanghai's days is not removed; Sep 30 is no longer touched:
  const utc = configOf(HOURLY_CONFIG.replace("version: 1", "version: 1\ntimeZone: UTC"));
  for (let i = 0; i < 4; i++) console.log("C utc", i, await count(utc));
});
