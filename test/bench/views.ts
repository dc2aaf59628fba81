import { canonicalJson } from "../../src/core/canonical-json.ts";
import type { Interval } from "../../src/core/month.ts";
import type { Report } from "../../src/core/report.ts";
import { monthsOf } from "../../src/core/year-report.ts";
import type { Database } from "../../src/store/connect.ts";
import { insertReport } from "../../src/store/reports.ts";
import { pageResults } from "../../src/store/results.ts";
import { createIdCache, type RoundStore } from "../../src/store/prepare-rounds.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { viewLatency } from "../../src/view-latency.ts";
import { readYear } from "../../src/year-report.ts";
import { configOf } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { largeDocument } from "../reports/pdf-document.ts";
import { targetsYaml } from "./service.ts";
import { withDatabase } from "./with-database.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const FROM_MS = Date.parse("2026-08-01T00:00:00Z");
const DAYS = 31;
const TARGETS = Array.from({ length: 100 }, (_, index) => `t-${index}`);
/** Other shards of the same vantage, on the last days of the month. */
const OTHER_SHARDS = 49;
const OTHER_DAYS = 2;
const SUBJECTS = 10_000;
const YEAR = "2026";

/** Views over a long time: a target's latency of a month, and a year of many subjects. */
export function benchViews(): Promise<string[]> {
  return withDatabase(async (db) => {
    await fillMonth(db);
    await fillYear(db);
    return [...(await latencies(db)), ...(await years(db))];
  });
}

/** A month of rounds at one minute, of one shard. */
async function fillMonth(db: Database): Promise<void> {
  const store = { db, ids: createIdCache() };
  for (let day = 0; day < DAYS; day += 1) await fillDay(store, { day, shard: "60s-0" });
}

/** As if there were thousands of other targets. */
async function fillOthers(db: Database): Promise<void> {
  const store = { db, ids: createIdCache() };
  for (let day = DAYS - OTHER_DAYS; day < DAYS; day += 1) {
    for (let other = 1; other <= OTHER_SHARDS; other += 1) {
      await fillDay(store, { day, shard: `60s-${other}` });
    }
  }
}

async function fillDay(
  store: RoundStore,
  { day, shard }: { readonly day: number; readonly shard: string },
): Promise<void> {
  const targets = shard === "60s-0" ? TARGETS : TARGETS.map((id) => `${id}-of-${shard}`);
  const rounds = Array.from({ length: 1440 }, (_, minute) => ({
    vantage: "cn-hangzhou",
    shard,
    plannedAtMs: FROM_MS + day * DAY_MS + minute * MINUTE_MS,
    targets,
    outcomes: (minute % 97 === 0 ? "f" : "o").repeat(targets.length),
    offsetsMs: targets.map(() => 3),
    latenciesUs: targets.map((_id, index) => 9_000 + ((minute * 7919 + index * 31) % 20_000)),
    details: [],
  }));
  await storeRounds(store, rounds, FROM_MS + DAYS * DAY_MS);
}

/** Twelve closed months. */
async function fillYear(db: Database): Promise<void> {
  const { report } = largeDocument({ subjects: SUBJECTS, accounts: 200, missedEach: 20 });
  for (const [at, month] of monthsOf(YEAR).entries()) {
    const closedAtMs = Date.parse(`${month}-28T00:00:00Z`);
    const own: Report = { ...report, month, revision: 1 };
    const body = canonicalJson(own);
    const inputs = `{"of":${at}}`.padEnd(body.length / 2);
    const row = { month, account: "", revision: 1, closedAtMs, closedBy: "bench", reason: "" };
    await insertReport(db, { ...row, body, inputs });
  }
}

async function latencies(db: Database): Promise<string[]> {
  const lines: string[] = [];
  for (const days of [1, 7, DAYS]) {
    const range = { fromMs: FROM_MS, untilMs: FROM_MS + days * DAY_MS };
    const data = () => viewLatency(db, { id: "t-42", ...range });
    const { series, stepMs } = await data();
    const points = `${series[0]?.p50Ms.length} points of ${stepMs / 1000} s`;
    lines.push(`  ${days} days (${points}): ${await shown(data)}`);
  }
  await fillOthers(db);
  const range = { fromMs: FROM_MS + (DAYS - 1) * DAY_MS, untilMs: FROM_MS + DAYS * DAY_MS };
  lines.push(
    `  1 day among ${(OTHER_SHARDS + 1) * TARGETS.length} targets: ${await shown(() => viewLatency(db, { id: "t-42", ...range }))}`,
    `  its results of that day: ${await shown(() => readAll(db, range))}`,
  );
  return [`A target's latency, a month of minutes in a shard of ${TARGETS.length}`, ...lines];
}

async function readAll(db: Database, range: Interval): Promise<void> {
  let results = 0;
  for await (const page of pageResults(db, "t-42", range)) results += page.length;
  if (results !== 1440) throw new Error(`${results} results of a day of minutes`);
}

async function years(db: Database): Promise<string[]> {
  const yaml = targetsYaml({
    count: 1,
    interval: "60s",
    probe: () => '{ kind: tcp, address: "192.0.2.1:9" }',
  });
  const deps = { db, config: configOf(yaml), clock: testClock(Date.parse("2027-01-15T00:00:00Z")) };
  const startMs = performance.now();
  const { subjects } = await readYear(deps, { year: YEAR });
  const firstMs = performance.now() - startMs;
  if (subjects.length !== SUBJECTS) throw new Error("the year is not what was written");
  const again = await shown(() => readYear(deps, { year: YEAR }));
  const peak = process.resourceUsage().maxRSS / 1024;
  return [
    `A year of ${SUBJECTS.toLocaleString("en")} subjects, twelve closed months, not rendered`,
    `  first ${firstMs.toFixed(0)} ms, then ${again}; peak of the process ${peak.toFixed(0)} MiB`,
  ];
}

/** Of three runs the middle one, and what this process used of the processor. */
async function shown(run: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < 3; round += 1) {
    const startMs = performance.now();
    await run();
    times.push(performance.now() - startMs);
  }
  const { user, system } = process.cpuUsage(before);
  const median = times.toSorted((a, b) => a - b)[1] ?? 0;
  return `${median.toFixed(0)} ms (CPU here ${((user + system) / 3000).toFixed(0)} ms)`;
}
