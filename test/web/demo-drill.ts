import { monthBounds } from "../../src/core/month.ts";
import type { MonitorModel } from "../../src/core/monitor-view.ts";
import type { ProductModel, TrendMonth } from "../../src/core/product-view.ts";
import type { ResultsModel } from "../../src/core/results-view.ts";
import type { SearchModel } from "../../src/core/search-view.ts";
import {
  runsOfDay,
  slotsOfDay,
  voteRuns,
  type DayModel,
  type DaySlot,
} from "../../src/core/slots-view.ts";
import { REASONS } from "../../src/core/outcome.ts";
import { cutByDays } from "../../src/core/target-view.ts";
import type { Troubles } from "../../src/core/views.ts";
import { demoMalfunctions } from "./demo-malfunctions.ts";
import { demoFrame, demoOverview, demoRuns, demoTarget } from "./demo-models.ts";

/** Believable data for the pages between the overview and a single result. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SETTLED = demoFrame.settledUntilMs;

export const demoTroubles: Troubles = {
  malfunctions: demoMalfunctions.malfunctions.filter(
    ({ malfunction }) => malfunction.state === "open",
  ),
  blind: [{ vantage: "eu-central-1", sinceMs: SETTLED - 42 * MINUTE }],
  deadChannels: ["dingtalk-ops"],
};

export const demoTroubled = demoOverview(undefined, { troubles: demoTroubles });
export const demoQuietOverview = {
  ...demoOverview(undefined, {
    down: [],
    troubles: { malfunctions: [], blind: [], deadChannels: [] },
  }),
  attention: [],
};

const overview = demoOverview(undefined, { filter: { product: "ecs", region: null } });

function trendOf(used: number | null, index: number): TrendMonth {
  const month = [
    "2025-12",
    ...Array.from({ length: 11 }, (_, at) => `2026-${String(at + 1).padStart(2, "0")}`),
  ][index]!;
  if (used === null) return { month, subjects: 12, missed: 0, judged: 0, worst: null };
  return {
    month,
    subjects: 12,
    judged: 12,
    missed: used > 100 ? 1 + Math.floor(used / 150) : 0,
    worst: {
      id: "web-hk",
      targets: ["web-hk"],
      availabilityPercent: (100 - used * 0.0005).toFixed(3),
      objectivePercent: "99.95",
      usedPercent: used,
    },
  };
}

export const demoProduct: ProductModel = {
  product: "ecs",
  overview,
  trend: [null, 12, 48, 0, 93, 100, 131, 22, 8, 610, 37, 176].map(trendOf),
};

const DAY_FROM = Date.parse("2026-11-12T00:00:00+08:00");
const DAY_UNTIL = DAY_FROM + 24 * HOUR;
const minutes = (ms: number) => ms / MINUTE;
const FAILED = REASONS.indexOf("connect-timeout");

/** Four results a minute from three vantages; one is down in the outage, one alone at noon, one silent. */
function countsOf(bad: readonly (readonly [from: string, until: string, failed: number])[]) {
  const at = (time: string) => minutes(Date.parse(`2026-11-12T${time}:00+08:00`));
  const runs = [];
  let cursor = minutes(DAY_FROM);
  for (const [from, until, failed] of bad) {
    runs.push({ from: cursor, until: at(from), valid: 4, failed: 0, reason: 0 });
    runs.push({ from: at(from), until: at(until), valid: 4, failed, reason: FAILED });
    cursor = at(until);
  }
  runs.push({ from: cursor, until: minutes(DAY_UNTIL), valid: 4, failed: 0, reason: 0 });
  return runs;
}

const VANTAGES = ["cn-hangzhou", "cn-shanghai", "ap-southeast-1"];
const slots: DaySlot[] = slotsOfDay({
  slotMs: MINUTE,
  range: { from: minutes(DAY_FROM), until: minutes(DAY_UNTIL) },
  counts: [
    countsOf([["10:04", "10:42", 4]]),
    countsOf([
      ["10:04", "10:42", 4],
      ["12:10", "12:12", 4],
      ["15:30", "15:31", 1],
    ]),
    countsOf([["10:03", "10:42", 4]]).filter(({ from }) => from < minutes(DAY_FROM + 20 * HOUR)),
  ],
  timeline: demoRuns,
});
const day = {
  day: "2026-11-12",
  weekday: 4,
  fromMs: DAY_FROM,
  untilMs: DAY_UNTIL,
};
const lineOf = (fromMs: number, untilMs: number) =>
  cutByDays([{ ...day, fromMs, untilMs }], demoRuns)[0]!;

export const demoDay: DayModel = {
  frame: demoFrame,
  id: "web-hk",
  product: "ecs",
  region: "cn-hongkong",
  account: "acme",
  day: "2026-11-12",
  fromMs: DAY_FROM,
  untilMs: DAY_UNTIL,
  previous: "2026-11-11",
  next: "2026-11-13",
  agreements: ["ecs", "ecs-multi-zone"],
  shown: {
    terms: demoTarget.agreements[0]!.terms,
    subject: "web-hk",
    targets: 1,
    vantages: VANTAGES,
    line: lineOf(DAY_FROM, DAY_UNTIL),
    votes: VANTAGES.map((vantage, index) => ({
      vantage,
      runs: voteRuns(slots, index, { startMs: DAY_FROM, slotMs: MINUTE }),
    })),
    hours: Array.from({ length: 24 }, (_, index) => {
      const fromMs = DAY_FROM + index * HOUR;
      return { index, fromMs, untilMs: fromMs + HOUR, line: lineOf(fromMs, fromMs + HOUR) };
    }),
    runs: runsOfDay(slots, MINUTE),
    more: 0,
    hour: 10,
    slots: slots.slice(600, 660),
    exclusions: [{ id: 3, reason: "A larger disk" }],
    malfunctions: [{ id: 8, level: "P1", fromMs: DAY_FROM + 10 * HOUR, untilMs: null }],
  },
};

/** A day on which nothing counts the target. */
export const demoEmptyDay: DayModel = {
  ...demoDay,
  previous: null,
  next: null,
  agreements: [],
  shown: null,
};

const T = DAY_FROM + 10 * HOUR + 3 * MINUTE;
export const demoResults: ResultsModel = {
  id: "web-hk",
  month: "2026-11",
  day: "2026-11-12",
  timeZone: demoFrame.timeZone,
  fromMs: T,
  untilMs: T + 3 * MINUTE,
  show: "all",
  rows: Array.from({ length: 18 }, (_, index) => {
    const failed = index > 5;
    return {
      target: "web-hk",
      shard: "15s.0",
      vantage: VANTAGES[index % 3]!,
      plannedAtMs: T + Math.floor(index / 3) * 15_000,
      outcome: index === 4 ? ("unknown" as const) : failed ? ("failed" as const) : ("ok" as const),
      reason:
        index === 4
          ? ("control-failed" as const)
          : failed
            ? ("connect-timeout" as const)
            : ("" as const),
      latencyMs: failed ? 5000 : 11.3 + index,
      offsetMs: index % 4,
      detail: failed ? "no connection to 192.0.2.10:443 within 5 s" : "",
      requestId: index === 7 ? "6A0F5D2B-1C7E-4D0A-9C3E-8A3B5F1D2E44" : "",
      address: failed ? "192.0.2.10" : "",
    };
  }),
  counts: { ok: 5, failed: 12, invalid: 0, unknown: 1 },
  nextMs: T + 90_000,
  sealedDays: ["2026-11-12"],
};
export const demoNoResults: ResultsModel = {
  ...demoResults,
  rows: [],
  nextMs: null,
  show: "not-ok",
};

const found = [
  { id: "orders-db-hk", product: "rds", region: "cn-hongkong", zone: "cn-hongkong-b", now: "down" },
  { id: "ledger-db-hk", product: "rds", region: "cn-hongkong", zone: null, now: "up" },
  { id: "waf-hk", product: "security", region: "cn-hongkong", zone: null, now: "invalid" },
  { id: "core-gw-hk", product: "vpc", region: "cn-hongkong", zone: null, now: "unknown" },
] as const;
export const demoSearch: SearchModel = {
  query: "hong kong",
  month: "2026-11",
  found: found.map((one, index) => ({
    ...one,
    account: "acme",
    class: index === 0 ? "cluster" : "",
    labels: index === 0 ? { team: "orders", tier: "1" } : {},
  })),
  more: 0,
  places: [
    { product: "ecs", targets: 12 },
    { product: "rds", targets: 8 },
    { product: "oss", targets: 1 },
  ],
};
export const demoManyFound: SearchModel = { ...demoSearch, query: "acme", more: 308 };
export const demoNoneFound: SearchModel = { ...demoSearch, query: "<nothing & none>", found: [] };
export const demoBlankSearch: SearchModel = { ...demoSearch, query: "", found: [] };

export const demoMonitor: MonitorModel = {
  nowMs: SETTLED + 41_000,
  timeZone: demoFrame.timeZone,
  dayFromMs: monthBounds("2026-11", demoFrame.timeZone).fromMs + 22 * 24 * HOUR,
  vantages: [
    {
      vantage: "cn-hangzhou",
      targets: 48,
      lastRoundMs: SETTLED + 30_000,
      blindSinceMs: null,
      results: { ok: 128_411, failed: 204, invalid: 12, unknown: 0 },
      expected: 128_640,
    },
    {
      vantage: "eu-central-1",
      targets: 48,
      lastRoundMs: SETTLED - 43 * MINUTE,
      blindSinceMs: SETTLED - 42 * MINUTE,
      results: { ok: 101_300, failed: 88, invalid: 0, unknown: 3_840 },
      expected: 128_640,
    },
    {
      vantage: "spare",
      targets: 0,
      lastRoundMs: null,
      blindSinceMs: null,
      results: { ok: 0, failed: 0, invalid: 0, unknown: 0 },
      expected: 0,
    },
  ],
  queues: [
    { queue: "probe.cn-hangzhou", waiting: 0, active: 2, delayed: 4, failed: 0 },
    { queue: "probe.eu-central-1", waiting: 312, active: 0, delayed: 4, failed: 0 },
    { queue: "rounds", waiting: 1, active: 0, delayed: 0, failed: 0 },
    { queue: "upkeep", waiting: 0, active: 1, delayed: 9, failed: 3 },
    { queue: "messages", waiting: 0, active: 0, delayed: 2, failed: 0 },
  ],
  settledUntilMs: SETTLED,
  unsettledMinutes: 0,
  channels: [
    {
      id: "dingtalk-ops",
      kind: "dingtalk",
      state: "dead",
      lastSentAtMs: SETTLED - HOUR,
      waiting: 3,
    },
    {
      id: "mail-managers",
      kind: "mail",
      state: "alive",
      lastSentAtMs: SETTLED - 5 * HOUR,
      waiting: 0,
    },
    { id: "pager", kind: "pagerduty", state: "unknown", lastSentAtMs: null, waiting: 0 },
  ],
  database: { bytes: 1_843_200_000, version: "18.4" },
  version: "0.1.0",
  sandbox: false,
  hasQueuePage: true,
};
/** Before the first round, with the queues away and nobody to tell. */
export const demoNewMonitor: MonitorModel = {
  ...demoMonitor,
  vantages: demoMonitor.vantages.slice(2),
  queues: null,
  sandbox: true,
  settledUntilMs: null,
  unsettledMinutes: 12,
  channels: [],
  hasQueuePage: false,
};
