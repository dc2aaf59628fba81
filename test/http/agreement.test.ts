import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report, ReportSubject } from "../../src/core/report.ts";
import { createTestApp, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import {
  DEMO_CONFIG,
  DEMO_FROM,
  DEMO_MONTH,
  DEMO_NOW,
  fillDemoMonth,
} from "../helpers/demo-month.ts";
import { parsePrometheus } from "../helpers/prometheus-text.ts";

// One month, looked at through every door: the figures must be the same.

let served: TestApp;
let report: Report;

beforeAll(async () => {
  const clock = testClock(DEMO_NOW);
  served = await createTestApp({ config: DEMO_CONFIG, clock });
  await fillDemoMonth({ store: served.store, clock });
  report = await get(`/api/v1/reports/${DEMO_MONTH}`);
});
afterAll(() => served.close());

async function get<Body>(url: string): Promise<Body> {
  const answer = await served.app.inject(url);
  expect(answer.statusCode, url).toBe(200);
  return answer.json<Body>();
}

const valueOf = (fraction: string) => {
  const [num = "0", den = "1"] = fraction.split("/");
  return Number(num) / Number(den);
};
const subjectOf = (id: string): ReportSubject => report.subjects.find((one) => one.id === id)!;

test("the report has the bad slots that were put in, and the books balance", () => {
  expect(report.subjects.map(({ id, bad, noData }) => [id, bad, noData])).toEqual([
    ["web-1", "23", 0],
    ["web-2", "7", 100],
    ["web-old", "0", 0],
    ["acme/oss/cn-hangzhou", "1/5", 0],
    ["globex/oss/cn-hangzhou", "0", 0],
    ["orders", "39", 0],
    ["quiet", "0", 2939],
  ]);
  for (const { books, total, counted, excluded, noData } of report.subjects) {
    const sum = valueOf(books.good) + valueOf(books.bad) + excluded + noData;
    expect(sum).toBe(total);
    expect(counted).toBe(total - noData);
  }
  expect(subjectOf("web-old").total).toBe(1440);
  expect(subjectOf("web-1").availabilityPercent).toBe("99.217");
  expect(subjectOf("quiet")).toMatchObject({
    availabilityPercent: null,
    verdict: "insufficient-data",
  });
});

test("the overview has the report's roll-ups, and counts its subjects", async () => {
  const overview = await get<{ cells: Record<string, unknown>[] }>(
    `/api/v1/overview?month=${DEMO_MONTH}`,
  );
  const rollups = report.rollups.filter(({ by }) => by === "product-region");
  expect(overview.cells.map(({ product, region }) => [product, region])).toEqual(
    rollups.map(({ product, region }) => [product, region]),
  );
  for (const [index, { availabilityPercent, worst, slotSeconds }] of rollups.entries()) {
    expect(overview.cells[index]).toMatchObject({ availabilityPercent, worst, slotSeconds });
  }
  const missed = report.subjects.filter(({ verdict }) => verdict === "already-missed");
  expect(overview.cells.reduce((sum, { missed: n }) => sum + Number(n), 0)).toBe(missed.length);
  expect(overview.cells.reduce((sum, { subjects: n }) => sum + Number(n), 0)).toBe(
    report.subjects.length,
  );
});

test("the outages are those of the report's subjects, newest first", async () => {
  type Outages = { outages: { subject: string; from: string; until: string; slots: number }[] };
  const { outages } = await get<Outages>(`/api/v1/outages?month=${DEMO_MONTH}`);
  const ofReport = report.subjects.flatMap(({ id, outages: own }) =>
    own.map(({ from, until, slots }) => ({ subject: id, from, until, slots })),
  );
  expect(outages).toHaveLength(ofReport.length);
  for (const outage of ofReport) {
    expect(outages).toContainEqual(expect.objectContaining(outage));
  }
  expect(outages.map(({ from }) => from)).toEqual(
    outages
      .map(({ from }) => from)
      .toSorted()
      .toReversed(),
  );
});

test("the slots add up to the report's bad, counted and no data", async () => {
  const until = new Date(DEMO_NOW).toISOString();
  const from = new Date(DEMO_FROM).toISOString();
  for (const id of ["web-1", "web-2", "orders", "quiet"]) {
    const { slots } = await get<{ slots: { bad: string | null }[] }>(
      `/api/v1/targets/${id}/slots?from=${from}&until=${until}`,
    );
    const subject = subjectOf(id);
    expect(slots.reduce((sum, { bad }) => sum + valueOf(bad ?? "0"), 0)).toBe(valueOf(subject.bad));
    expect(slots.filter(({ bad }) => bad !== null)).toHaveLength(subject.counted);
    expect(slots.filter(({ bad }) => bad === null)).toHaveLength(subject.noData);
  }
});

test("single results fail in exactly the slots that are bad", async () => {
  const from = new Date(DEMO_FROM).toISOString();
  const until = new Date(DEMO_NOW).toISOString();
  const answer = await served.app.inject(
    `/api/v1/targets/orders/results?from=${from}&until=${until}`,
  );
  const failed = answer.body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { outcome: string; plannedAt: string; reason?: string })
    .filter(({ outcome }) => outcome === "failed");
  const [outage] = subjectOf("orders").outages;
  // The last minute is measured and not settled.
  expect(failed).toHaveLength(40);
  expect(failed[0]?.plannedAt).toBe(outage?.from);
  expect(failed.at(-2)?.plannedAt).toBe(
    new Date(Date.parse(outage?.until ?? "") - MINUTE_MS).toISOString(),
  );
  expect(failed.every(({ reason }) => reason === outage?.reason)).toBe(true);
});

test("the metrics tell the report's figures", async () => {
  const samples = parsePrometheus((await served.app.inject("/metrics")).body);
  const read = (name: string, subject: ReportSubject) =>
    samples.find(
      (sample) =>
        sample.name === name &&
        sample.labels["subject"] === subject.id &&
        sample.labels["agreement"] === subject.agreement,
    )?.value;
  for (const subject of report.subjects) {
    const { availabilityPercent, objectivePercent, slotSeconds, bad, verdict } = subject;
    const ratio = read("sla_availability_ratio", subject);
    if (availabilityPercent === null) expect(ratio).toBeUndefined();
    else expect(cut(ratio!)).toBe(availabilityPercent);
    expect(read("sla_objective_ratio", subject)! * 100).toBeCloseTo(Number(objectivePercent), 9);
    expect(read("sla_bad_seconds", subject)).toBeCloseTo(valueOf(bad) * slotSeconds, 6);
    expect(read("sla_breached", subject)).toBe(verdict === "already-missed" ? 1 : 0);
    expect(cut(read("sla_coverage_ratio", subject)!)).toBe(subject.coveragePercent);
    const allowed = read("sla_allowed_bad_seconds", subject)!;
    const left = (allowed - valueOf(bad) * slotSeconds) / allowed;
    expect(read("sla_error_budget_remaining_ratio", subject)).toBeCloseTo(left, 6);
  }
  const told = samples.filter(({ name }) => name === "sla_objective_ratio");
  expect(told).toHaveLength(report.subjects.length);
});

test.each(["en", "zh"])("the pages show the report's figures (%s)", async (lang) => {
  const overview = await page(`/?month=${DEMO_MONTH}&lang=${lang}`);
  for (const { id, targets, availabilityPercent } of report.subjects) {
    const [target = ""] = targets;
    const rows = rowsOf(overview).filter(
      (row) => row.includes(`/targets/${target}?`) || row.includes(`>${id}<`),
    );
    expect(rows.length, id).toBeGreaterThan(0);
    for (const row of rows) {
      if (availabilityPercent !== null) expect(row, id).toContain(`>${availabilityPercent} %<`);
    }
    const own = await page(`/targets/${target}?month=${DEMO_MONTH}&lang=${lang}`);
    if (availabilityPercent !== null) expect(own, id).toContain(availabilityPercent);
  }
  for (const { by, product, region, worst, slotSeconds } of report.rollups) {
    if (by !== "product-region" || worst === null) continue;
    const lowest = subjectOf(worst);
    expect(overview, `${product} ${region} ${slotSeconds}`).toContain(
      `<span class="figure">${lowest.availabilityPercent} %<`,
    );
  }
});

test("a target's page has the allowance that the metrics tell, also for a lifetime that ended", async () => {
  const { viewOverview } = await import("../../src/view-overview.ts");
  const { viewTarget } = await import("../../src/view-target.ts");
  const deps = {
    db: served.store.db,
    clock: testClock(DEMO_NOW),
    config: served.config,
    accounts: null,
    notes: { sandbox: false, openAccess: true, filling: null },
  };
  const samples = parsePrometheus((await served.app.inject("/metrics")).body);
  const overview = await viewOverview(deps, {
    month: DEMO_MONTH,
    filter: { product: null, region: null },
  });
  const rows = overview.groups.flatMap(({ subjects }) => subjects);
  expect(rows).toHaveLength(report.subjects.length);
  for (const row of rows) {
    const allowed = samples.find(
      ({ name, labels }) => name === "sla_allowed_bad_seconds" && labels["subject"] === row.id,
    )!.value;
    expect(row.budget.allowedSeconds, row.id).toBeCloseTo(allowed, 6);
    const model = await viewTarget(deps, { id: row.targets[0]!, month: DEMO_MONTH });
    const own = model.agreements.find(({ subject }) => subject.id === row.id)!;
    expect(own.budget.allowedSeconds, row.id).toBeCloseTo(allowed, 6);
    expect(own.subject).toEqual(subjectOf(row.id));
    expect(model.frame.status).toBe(report.status);
  }
});

async function page(url: string): Promise<string> {
  const answer = await served.app.inject({ url, headers: { accept: "text/html" } });
  expect(answer.statusCode, url).toBe(200);
  return answer.body.replace(/[\u00a0\u202f]/gu, " ");
}

const rowsOf = (html: string) => html.match(/<tr role="row".*?<\/tr>/gsu) ?? [];

/** Three decimals, cut: floats lie a little beside the exact figure. */
const cut = (ratio: number) => (Math.floor(ratio * 100_000 + 1e-6) / 1000).toFixed(3);
