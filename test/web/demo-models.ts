import { UNSIGNED } from "../../src/report-month.ts";
import type { Agreement } from "../../src/core/agreement.ts";
import type { TimelineRun } from "../../src/core/figure.ts";
import { budgetOf, overviewOf } from "../../src/core/overview-view.ts";
import type { OverviewInput } from "../../src/core/overview-view.ts";
import type { StatusModel } from "../../src/core/status-view.ts";
import type { Report, ReportSubject, Verdict } from "../../src/core/report.ts";
import { PRODUCTS } from "../../src/core/target.ts";
import type { Product } from "../../src/core/target.ts";
import {
  bandDay,
  burnPoints,
  latencyPoints,
  probeFacts,
  timelineDays,
} from "../../src/core/target-view.ts";
import type {
  BandDay,
  Frame,
  OverviewModel,
  TargetAgreement,
  TargetModel,
} from "../../src/core/views.ts";

/** Believable data for the pages' tests and pictures; the same on every run. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONE = "Asia/Shanghai";
const MONTH_FROM = Date.parse("2026-11-01T00:00:00+08:00");
const MONTH_UNTIL = Date.parse("2026-12-01T00:00:00+08:00");
const SETTLED = Date.parse("2026-11-23T11:12:00+08:00");
const COUNTED = (SETTLED - MONTH_FROM) / MINUTE;

export const FOUR_REGIONS = ["cn-hangzhou", "cn-shanghai", "cn-hongkong", "ap-southeast-1"];
export const MANY_REGIONS = (
  "cn-beijing cn-chengdu cn-guangzhou cn-hangzhou cn-heyuan cn-hongkong cn-huhehaote " +
  "cn-qingdao cn-shanghai cn-shenzhen cn-wulanchabu cn-zhangjiakou ap-northeast-1 " +
  "ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 eu-central-1 " +
  "eu-west-1 me-east-1 us-east-1 us-west-1"
).split(" ");

/** Mulberry32: a small generator with a seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SHORT: Readonly<Record<string, string>> = {
  "cn-hangzhou": "hz",
  "cn-shanghai": "sh",
  "cn-hongkong": "hk",
  "ap-southeast-1": "sg",
};
const NAMES: Readonly<Record<Product, readonly string[]>> = {
  ecs: ["web", "orders", "batch"],
  slb: ["edge-lb"],
  oss: ["assets", "invoices"],
  rds: ["orders-db", "ledger-db"],
  cdn: ["www", "media"],
  vpc: ["core-gw"],
  security: ["waf"],
};
const GROUPED: ReadonlySet<Product> = new Set(["oss", "cdn"]);

export const demoFrame: Frame = {
  month: "2026-11",
  months: ["2026-11", "2026-10", "2026-09", "2026-08"],
  status: "running",
  revision: 0,
  timeZone: ZONE,
  settledUntilMs: SETTLED,
  sandbox: true,
  openAccess: true,
  filling: null,
};

/** Bad minutes of the demo's troubled subjects. */
const TROUBLE: Readonly<Record<string, number>> = {
  "web-hk": 38,
  "orders-db-hk": 41,
  "batch-sg": 18,
  "edge-lb-sh": 13.5,
  "www-cn-hongkong": 61,
  "waf-hk": 24,
};
const NO_DATA = new Set(["security/ap-southeast-1"]);
const NOT_THERE = new Set(["vpc/ap-southeast-1", "cdn/cn-shanghai"]);

function demoSubjects(regions: readonly string[]): readonly ReportSubject[] {
  const random = numbers(7);
  return PRODUCTS.flatMap((product) =>
    regions.flatMap((region): ReportSubject[] => {
      if (NOT_THERE.has(`${product}/${region}`)) return [];
      const ids = NAMES[product].map((name) => `${name}-${SHORT[region] ?? region}`);
      const grouped = GROUPED.has(product);
      const members = grouped ? [ids] : ids.map((id) => [id]);
      return members.map((targets) => {
        const calm = random() < 0.45 ? 0 : Math.floor(random() * 9);
        const key = grouped ? `${NAMES[product][0]}-${region}` : (targets[0] ?? "");
        return demoSubject({
          product,
          region,
          targets,
          group: grouped,
          badMinutes: TROUBLE[key] ?? calm,
          hasData: !NO_DATA.has(`${product}/${region}`),
          coverage:
            key === "orders-cn-hongkong" || key === "orders-sg" ? 0.931 : 0.999 + random() / 1000,
        });
      });
    }),
  );
}

type DemoSubject = {
  readonly product: Product;
  readonly region: string;
  readonly targets: readonly string[];
  readonly group: boolean;
  readonly badMinutes: number;
  readonly hasData: boolean;
  readonly coverage: number;
};

function demoSubject(demo: DemoSubject): ReportSubject {
  const { product, region, targets, group, badMinutes, hasData } = demo;
  const slotMinutes = group ? 5 : 1;
  const objective = group ? 99.9 : 99.95;
  const counted = hasData ? Math.floor((COUNTED / slotMinutes) * demo.coverage) : 0;
  const total = Math.floor(COUNTED / slotMinutes);
  const bad = badMinutes / slotMinutes;
  const cut = (value: number) => (Math.floor(value * 1000 + 1e-6) / 1000).toFixed(3);
  const availability = counted === 0 ? null : cut(100 - (100 * bad) / counted);
  const allowedInMonth = ((MONTH_UNTIL - MONTH_FROM) / MINUTE) * (1 - objective / 100);
  let verdict: Verdict = "on-track";
  if (counted === 0) verdict = "insufficient-data";
  else if (badMinutes > allowedInMonth) verdict = "already-missed";
  else if (badMinutes > allowedInMonth * 0.6) verdict = "at-risk";
  const badText = Number.isInteger(bad) ? String(bad) : `${Math.round(bad * 60)}/60`;
  return {
    agreement: product,
    scope: group ? "group" : "target",
    id: group ? `acme/${product}/${region}/` : (targets[0] ?? ""),
    targets,
    product,
    region,
    account: "acme",
    objectivePercent: objective.toFixed(2),
    availabilityPercent: availability,
    bad: badText,
    counted,
    total,
    excluded: 0,
    noData: total - counted,
    books: {
      good: String(counted - bad),
      bad: badText,
      excluded: "0",
      noData: String(total - counted),
    },
    lowPercent: availability,
    highPercent: availability,
    reachabilityPercent: availability,
    coveragePercent: cut((100 * counted) / total),
    slotSeconds: slotMinutes * 60,
    allowedBad: String(counted * (1 - objective / 100)),
    budgetLeft: "0",
    verdict,
    credit: null,
    creditNote: null,
    outages:
      bad === 0
        ? []
        : [
            {
              from: new Date(MONTH_FROM + (3 + badMinutes / 4) * DAY).toISOString(),
              until: new Date(MONTH_FROM + (3 + badMinutes / 4) * DAY + bad * MINUTE).toISOString(),
              slots: bad,
              reason: "connect-timeout",
            },
          ],
    exclusions: [],
  };
}

function demoBand(seed: number, badMinutes: number, hasData: boolean): readonly BandDay[] {
  const random = numbers(seed);
  return Array.from({ length: 90 }, (_, index): BandDay => {
    const day = new Date(SETTLED + 8 * HOUR - (89 - index) * DAY).toISOString().slice(0, 10);
    if (!hasData || (index < 12 && seed % 5 === 0)) return { day, state: "no-data", badSeconds: 0 };
    if (badMinutes > 20 && index === 68 + (seed % 20)) {
      return { day, state: "missed", badSeconds: badMinutes * 60 };
    }
    const dice = random();
    if (dice < 0.035) return { day, state: "minor", badSeconds: 60 * Math.ceil(random() * 6) };
    if (dice > 0.985) return { day, state: "excluded", badSeconds: 0 };
    if (dice > 0.975) return { day, state: "no-data", badSeconds: 0 };
    return { day, state: "good", badSeconds: 0 };
  });
}

export function demoOverview(
  regions: readonly string[] = FOUR_REGIONS,
  extra: Partial<OverviewInput> = {},
): OverviewModel {
  const subjects = demoSubjects(regions);
  const cells = new Map<string, ReportSubject[]>();
  for (const subject of subjects) {
    const key = `${subject.product}/${subject.region}`;
    cells.set(key, [...(cells.get(key) ?? []), subject]);
  }
  const report: Report = {
    month: "2026-11",
    from: new Date(MONTH_FROM).toISOString(),
    until: new Date(MONTH_UNTIL).toISOString(),
    status: "running",
    revision: 0,
    settledUntil: new Date(SETTLED).toISOString(),
    subjects,
    rollups: [],
    credits: [],
    account: null,
    closing: null,
    proof: UNSIGNED,
  };
  return overviewOf({
    frame: demoFrame,
    report,
    down: [
      { target: "web-hk", sinceMs: SETTLED - 17 * MINUTE, reason: "connect-timeout" },
      { target: "orders-sg", sinceMs: SETTLED - 3 * MINUTE, reason: "tls-expired" },
    ],
    coverageLow: new Set(["orders-sg", "waf-sg"]),
    bands: new Map(
      [...cells].map(([key, rows], index) => {
        const worst = Math.max(
          ...rows.map((row) => (Number(row.bad.split("/")[0]) * row.slotSeconds) / 60),
        );
        return [key, demoBand(index + 1, worst, !NO_DATA.has(key))];
      }),
    ),
    filter: { product: null, region: null },
    accounts: [
      { id: "acme", name: "Acme Ltd" },
      { id: "globex", name: "Globex 有限公司" },
    ],
    troubles: null,
    ...extra,
  });
}

const at = (text: string) => Date.parse(`2026-11-${text}:00+08:00`);

/** A month without a gap from its exceptional stretches. */
function timelineOf(
  stretches: readonly (readonly [
    from: string,
    minutes: number,
    state: TimelineRun["state"],
    bad?: number,
  ])[],
): readonly TimelineRun[] {
  const runs: TimelineRun[] = [];
  let cursor = MONTH_FROM;
  for (const [from, minutes, state, bad = 1] of stretches) {
    const fromMs = at(from);
    if (fromMs > cursor)
      runs.push({ fromMs: cursor, untilMs: fromMs, state: "good", num: 0, den: 1 });
    const counts = state === "bad" || state === "partial";
    const num = counts ? Math.round(bad * 20) : 0;
    cursor = fromMs + minutes * MINUTE;
    runs.push({ fromMs, untilMs: cursor, state, num, den: counts ? 20 : 1 });
  }
  runs.push({ fromMs: cursor, untilMs: SETTLED, state: "good", num: 0, den: 1 });
  return runs;
}

export const demoRuns = timelineOf([
  ["02T16:11", 1, "bad"],
  ["03T04:00", 120, "excluded"],
  ["05T18:44", 2, "bad"],
  ["06T03:12", 1, "partial", 0.4],
  ["09T15:20", 1, "bad"],
  ["10T20:05", 64, "no-data"],
  ["12T10:04", 38, "bad"],
  ["14T01:33", 1, "bad"],
  ["14T01:36", 2, "bad"],
  ["17T22:58", 1, "partial", 0.25],
  ["19T12:48", 1, "bad"],
  ["23T10:55", 17, "bad"],
]);

const terms: Agreement = {
  id: "ecs",
  fromMs: Date.parse("2016-11-01T00:00:00+08:00"),
  objective: { num: 9995n, den: 10_000n },
  objectivePercent: "99.95",
  method: "all-failed",
  slotMs: MINUTE,
  threshold: null,
  scope: "target",
  quorum: "all",
  minVantages: null,
  minStretch: 1,
  partMonth: "as-used",
  exclusion: "as-good",
  noData: "removed",
  minCoverage: { num: 95n, den: 100n },
  timeZone: ZONE,
  closeAfterMs: DAY,
  credits: [
    { below: { num: 9995n, den: 10_000n }, belowPercent: "99.95", creditPercent: 10 },
    { below: { num: 99n, den: 100n }, belowPercent: "99", creditPercent: 25 },
    { below: { num: 95n, den: 100n }, belowPercent: "95", creditPercent: 100 },
  ],
  inherits: [],
};

const badMinutes = demoRuns.reduce(
  (sum, run) => sum + (((run.untilMs - run.fromMs) / MINUTE) * run.num) / run.den,
  0,
);

const subject: ReportSubject = {
  ...demoSubject({
    product: "ecs",
    region: "cn-hongkong",
    targets: ["web-hk"],
    group: false,
    badMinutes,
    hasData: true,
    coverage: 1,
  }),
  bad: `${Math.round(badMinutes * 20)}/20`,
  counted: COUNTED - 64,
  excluded: 120,
  noData: 64,
  books: {
    good: `${Math.round((COUNTED - 64 - 120 - badMinutes) * 20)}/20`,
    bad: `${Math.round(badMinutes * 20)}/20`,
    excluded: "120",
    noData: "64",
  },
  lowPercent: "99.600",
  highPercent: "99.800",
  reachabilityPercent: "99.764",
  coveragePercent: "99.800",
  outages: demoRuns
    .filter((run) => run.num > 0)
    .map((run) => ({
      from: new Date(run.fromMs).toISOString(),
      until: new Date(run.untilMs).toISOString(),
      slots: (run.untilMs - run.fromMs) / MINUTE,
      reason: run.untilMs - run.fromMs > 10 * MINUTE ? "connect-timeout" : "connect-reset",
    })),
};

const agreement: TargetAgreement = {
  terms,
  subject,
  budget: budgetOf(subject, (MONTH_UNTIL - SETTLED) / 1000),
  timeline: timelineDays({
    fromMs: MONTH_FROM,
    untilMs: MONTH_UNTIL,
    timeZone: ZONE,
    runs: demoRuns,
  }),
  burn: burnPoints(demoRuns, MONTH_FROM, SETTLED),
  malfunctions: new Map([[SETTLED - 17 * MINUTE, { id: 8, level: "P2" }]]),
};

export const demoBandOfTarget = agreement.timeline.map((day) => bandDay(day, 1296));

const random = numbers(11);
const samples = Array.from({ length: 5760 }, (_, index) => {
  const atMs = SETTLED - DAY + index * 15_000;
  const wave = 9 + 5 * Math.sin(index / 900) + random() * 3;
  return { atMs, latencyMs: random() < 0.06 ? wave * (2 + random() * 2) : wave };
}).filter(({ atMs }) => atMs < SETTLED - 17 * MINUTE);

export const demoTarget: TargetModel = {
  frame: demoFrame,
  monthFromMs: MONTH_FROM,
  monthUntilMs: MONTH_UNTIL,
  id: "web-hk",
  product: "ecs",
  region: "cn-hongkong",
  zone: "cn-hongkong-c",
  account: "acme",
  class: "",
  labels: { team: "storefront" },
  intervalMs: 15_000,
  timeoutMs: 5000,
  state: {
    now: "down",
    sinceMs: SETTLED - 17 * MINUTE,
    reason: "connect-timeout",
    down: { beside: { down: 0, all: 3 }, elsewhere: { down: 1, all: 45 } },
  },
  agreements: [agreement],
  vantages: [
    {
      vantage: "cn-hangzhou",
      last: {
        plannedAtMs: SETTLED - 15_000,
        outcome: "failed",
        reason: "connect-timeout",
        latencyMs: 5000,
      },
      phases: [
        { phase: "resolve", ms: 0.8 },
        { phase: "connect", ms: 4999.2 },
      ],
    },
    {
      vantage: "cn-shanghai",
      last: {
        plannedAtMs: SETTLED - 9000,
        outcome: "failed",
        reason: "connect-timeout",
        latencyMs: 5000,
      },
      phases: null,
    },
    {
      vantage: "ap-southeast-1",
      last: {
        plannedAtMs: SETTLED - 4000,
        outcome: "unknown",
        reason: "control-failed",
        latencyMs: 0,
      },
      phases: null,
    },
    { vantage: "eu-central-1", last: null, phases: null },
  ],
  latency: {
    fromMs: SETTLED - DAY,
    untilMs: SETTLED,
    points: latencyPoints(samples, {
      fromMs: SETTLED - DAY,
      untilMs: SETTLED,
      stepMs: 10 * MINUTE,
    }),
    phases: ["cn-hangzhou", "cn-shanghai"].map((vantage, index) => ({
      vantage,
      phases: [
        { phase: "connect", ms: 1.2 + index },
        { phase: "processing", ms: 8.4 },
        { phase: "transfer", ms: 0.9 },
      ],
    })),
  },
  results: Array.from({ length: 12 }, (_, index) => ({
    plannedAtMs: SETTLED - (index + 1) * 15_000,
    vantage: index % 2 === 0 ? "cn-hangzhou" : "cn-shanghai",
    outcome: index < 8 ? ("failed" as const) : ("ok" as const),
    reason: index < 8 ? ("connect-timeout" as const) : ("" as const),
    latencyMs: index < 8 ? 5000 : 11.4 + index / 10,
    detail: index < 8 ? "no connection to 192.0.2.10:443 within 5 s" : null,
    requestId: index === 3 ? "6A0F5D2B-1C7E-4D0A-9C3E-8A3B5F1D2E44" : null,
  })),
  probe: {
    kind: "http",
    facts: probeFacts({
      kind: "http",
      url: "https://ops:secret@web-hk.example.com/health?token=abc",
      method: "GET",
      headers: { authorization: "Bearer secret" },
      status: ["2xx"],
      address: "192.0.2.10:443",
    }),
  },
};

const groupSubject: ReportSubject = {
  ...demoSubject({
    product: "oss",
    region: "cn-hangzhou",
    targets: ["assets-hz", "invoices-hz"],
    group: true,
    badMinutes: 41 / 12,
    hasData: true,
    coverage: 1,
  }),
  bad: "41/60",
};

/** A quiet target of a group, with two agreements, nothing in the last day and no outage. */
export const demoQuietTarget: TargetModel = {
  ...demoTarget,
  frame: { ...demoFrame, status: "closed", revision: 2, sandbox: false, openAccess: false },
  id: "assets-hz",
  product: "oss",
  region: "cn-hangzhou",
  zone: null,
  class: "standard",
  labels: {},
  state: {
    now: "up",
    sinceMs: null,
    reason: "",
    down: { beside: { down: 0, all: 4 }, elsewhere: { down: 0, all: 45 } },
  },
  agreements: ["oss", "oss-2019"].map((id) => ({
    terms: {
      ...terms,
      id,
      method: "error-rate",
      slotMs: 5 * MINUTE,
      scope: "group",
      objectivePercent: "99.90",
      credits: [],
    },
    subject: { ...groupSubject, agreement: id, outages: [], verdict: "met" },
    budget: budgetOf(groupSubject, 0),
    timeline: timelineDays({
      fromMs: MONTH_FROM,
      untilMs: MONTH_UNTIL,
      timeZone: ZONE,
      runs: [{ fromMs: MONTH_FROM + 3 * DAY, untilMs: MONTH_UNTIL, state: "good", num: 0, den: 1 }],
    }),
    burn: burnPoints([], MONTH_FROM, MONTH_UNTIL),
    malfunctions: new Map(),
  })),
  latency: { fromMs: SETTLED - DAY, untilMs: SETTLED, points: [], phases: [] },
  results: [],
};

/** The public page in a bad hour: something down, something over, something planned. */
export function demoStatus(): StatusModel {
  const { cells, regions } = demoOverview();
  const states = ["up", "up", "partly", "up", "down", "unknown"] as const;
  return {
    title: "Acme Cloud",
    account: null,
    state: "partly",
    atMs: SETTLED + MINUTE,
    month: "2026-11",
    timeZone: demoFrame.timeZone,
    places: cells.map((cell, index) => ({
      product: cell.product,
      region: cell.region,
      regionName: regions.find(({ id }) => id === cell.region)!.name,
      state: states[index % states.length] ?? "up",
      availabilityPercent: cell.worst.availabilityPercent,
      band: cell.band,
    })),
    malfunctions: [
      {
        id: 8,
        fromMs: SETTLED - 17 * MINUTE,
        untilMs: null,
        products: ["ecs", "rds"],
        regions: ["cn-hongkong"],
      },
      {
        id: 7,
        fromMs: SETTLED - 30 * HOUR,
        untilMs: SETTLED - 29 * HOUR,
        products: [],
        regions: [],
      },
    ],
    maintenance: [
      {
        id: 3,
        decidedAtMs: SETTLED - DAY,
        fromMs: SETTLED + DAY,
        untilMs: SETTLED + DAY + HOUR,
        products: ["oss"],
        regions: ["cn-hangzhou", "cn-shanghai"],
        reason: "A larger disk for <everybody> & more",
      },
    ],
  };
}
