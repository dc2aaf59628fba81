import { expect, test } from "vitest";
import type { TargetModel } from "../../src/core/views.ts";
import { renderError } from "../../src/web/error.tsx";
import { renderMalfunction, renderMalfunctions } from "../../src/web/malfunctions.tsx";
import { renderOverview } from "../../src/web/overview.tsx";
import { stylesheet } from "../../src/web/style.ts";
import { renderTarget } from "../../src/web/target.tsx";
import {
  MANY_REGIONS,
  demoFrame,
  demoOverview,
  demoQuietTarget,
  demoTarget,
} from "./demo-models.ts";
import {
  demoMalfunction,
  demoMalfunctions,
  demoToldMalfunction,
  noMalfunctions,
} from "./demo-malfunctions.ts";

const EVIL = `<script>alert(1)</script>"'&`;

const everyPage = (["en", "zh"] as const).flatMap((lang) => [
  [`overview ${lang}`, renderOverview(demoOverview(), lang)] as const,
  [`overview with 23 regions ${lang}`, renderOverview(demoOverview(MANY_REGIONS), lang)] as const,
  [`target ${lang}`, renderTarget(demoTarget, lang)] as const,
  [`target of a group ${lang}`, renderTarget(demoQuietTarget, lang)] as const,
  [`malfunctions ${lang}`, renderMalfunctions(demoMalfunctions, lang)] as const,
  [`no malfunction ${lang}`, renderMalfunctions(noMalfunctions, lang)] as const,
  [`malfunction ${lang}`, renderMalfunction(demoMalfunction, lang)] as const,
  [`malfunction of a ticket ${lang}`, renderMalfunction(demoToldMalfunction, lang)] as const,
  [`error ${lang}`, renderError({ status: 404, title: "", detail: EVIL }, lang)] as const,
]);

test.each(everyPage)("%s is a whole document that a strict policy lets through", (_, html) => {
  expect(html).toMatch(/^<!doctype html><html lang="(en|zh-CN)">/);
  expect(html).toContain(`<link rel="stylesheet" href="${stylesheet.path}"`);
  expect(html).not.toMatch(
    /\sstyle=|<style|<script(?! type="module" src="\/assets\/)|\son[a-z]+=|javascript:/i,
  );
  expect(html).not.toMatch(/undefined|NaN|\[object|Infinity/);
});

test.each(everyPage)("%s has no id twice and no link to a missing place", (_, html) => {
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const places = [...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
  expect(places.filter((id) => !ids.includes(id))).toEqual([]);
});

test("nothing that a configuration says becomes markup", () => {
  const evil: TargetModel = {
    ...demoTarget,
    id: EVIL,
    account: EVIL,
    zone: EVIL,
    labels: { [EVIL]: EVIL },
    vantages: [{ vantage: EVIL, last: null, phases: null }],
    results: demoTarget.results.map((result) => ({ ...result, detail: EVIL, requestId: EVIL })),
    probe: { kind: EVIL, facts: [{ name: EVIL, value: EVIL }] },
  };
  const [target, overview] = [renderTarget(evil, "en"), renderOverview(evilOverview(), "zh")];
  for (const html of [target, overview]) {
    expect(html).not.toContain("<script>alert");
    expect(html).toContain("&lt;script>alert(1)&lt;/script>");
  }
});

function evilOverview() {
  const model = demoOverview();
  return {
    ...model,
    attention: model.attention.map((row) => ({ ...row, id: EVIL, targets: [EVIL], account: EVIL })),
    groups: model.groups.map((group) => ({
      ...group,
      subjects: group.subjects.map((row) => ({ ...row, id: EVIL, account: EVIL })),
    })),
  };
}

test("the overview says the month, its state, the zone and the worst of each cell", () => {
  const html = renderOverview(demoOverview(), "en");
  expect(html).toContain("November 2026");
  expect(html).toContain("Running month");
  expect(html).toContain("Asia/Shanghai (UTC+08:00)");
  expect(html).toContain('<time datetime="2026-11-23T03:12:00.000Z">2026-11-23 11:12</time>');
  expect(html).toContain("99.882\u202f%");
  expect(html).toContain("worst of 3: web-hk");
  expect(html).toContain("16.4 min over (−76\u202f%)");
  expect(html).toContain("Elastic Compute Service");
});

test("every target can be reached from the overview by a link", () => {
  const model = demoOverview();
  const html = renderOverview(model, "zh");
  const targets = model.groups.flatMap((group) => group.subjects.flatMap((row) => row.targets));
  expect(targets).toHaveLength(model.counts.targets);
  for (const target of targets) {
    expect(html).toContain(`href="/targets/${target}?month=2026-11&amp;lang=zh"`);
  }
});

test("the month's neighbours are those with data, and every month can be chosen", () => {
  const html = renderOverview(
    demoOverview(undefined, {
      frame: { ...demoFrame, month: "2026-09", months: ["2026-11", "2026-09", "2026-06"] },
    }),
    "en",
  );
  expect(html).toContain(
    'href="/?month=2026-06&amp;lang=en" aria-label="Previous month: June 2026"',
  );
  expect(html).toContain(
    'href="/?month=2026-11&amp;lang=en" aria-label="Next month: November 2026"',
  );
  expect(html).toContain('href="/?month=2026-09&amp;lang=en" aria-current="page"');
});

/** The demo's subjects with no figure, as in a month in which nothing was measured. */
function unmeasuredOverview(month: string, status: "running" | "closed") {
  const model = demoOverview(undefined, { frame: { ...demoFrame, month, status } });
  const counts = { ...model.counts, missed: 0, atRisk: 0, measured: 0, met: 0 };
  return { ...model, counts, attention: [] };
}

test.each([
  ["2099-01", "running", "Nothing counted yet"],
  ["2020-01", "closed", "Over, not closed yet"],
] as const)("a month without data, %s, is not shown as a good one", (month, status, state) => {
  const html = renderOverview(unmeasuredOverview(month, status), "en");
  expect(html).toContain(state);
  expect(html).toContain("so there is no figure and no verdict");
  expect(html).not.toMatch(/No objective was missed|every objective is within|Closed, revision 0/);
  expect(html).not.toMatch(/settled until|class="tile/);
});

test("of a month that is over it is told what was met and what cannot be judged", () => {
  const model = demoOverview(undefined, {
    frame: { ...demoFrame, month: "2026-09", status: "closed", revision: 1 },
  });
  const html = renderOverview({ ...model, attention: [] }, "en");
  const tiles = [...html.matchAll(/class="tile-label">([^<]+)/g)].map(([, label]) => label);
  expect(tiles).toEqual(["Objective missed", "Objective met", "Too little data"]);
  expect(html).toMatch(
    /No objective was missed\. For \d+ of \d+ there is too little data to judge/,
  );
  expect(html).not.toContain("all-good");
});

test("a target's month leads to its report, and says what is owed until when", () => {
  const [first] = demoTarget.agreements;
  const credit = {
    percent: 25,
    belowPercent: "99.00",
    targets: ["web-hk"],
    fee: "128.00",
    amount: "32.00",
    currency: "USD",
    claimFrom: "2026-12-06T16:00:00.000Z",
    claimUntil: "2027-01-31T16:00:00.000Z",
    yieldsTo: [],
  };
  const owed = { ...first!, subject: { ...first!.subject, credit } };
  const html = renderTarget({ ...demoTarget, agreements: [owed] }, "en");
  expect(html).toContain(
    "Credit for this month: 32.00 USD (25 % of the month's fee), to be claimed from 2026-12-07 until 2027-01-31.",
  );
  expect(html).toContain(`href="/reports/2026-11?account=${demoTarget.account}&amp;lang=en"`);
});

test("where nothing was measured no outage is denied", () => {
  const [first] = demoTarget.agreements;
  const subject = { ...first!.subject, availabilityPercent: null, outages: [] };
  const html = renderTarget({ ...demoTarget, agreements: [{ ...first!, subject }] }, "en");
  expect(html).toContain("no outage can be known");
  expect(html).not.toContain("No outage in this month");
});

test("each page leads to itself in the other language", () => {
  expect(renderOverview(demoOverview(), "en")).toContain(
    '<a href="/?month=2026-11&amp;lang=zh" lang="zh-CN">中文</a>',
  );
  expect(renderTarget(demoTarget, "zh")).toContain(
    '<a href="/targets/web-hk?month=2026-11&amp;lang=en" lang="en">English</a>',
  );
});

test("an identifier is escaped in addresses too", () => {
  const html = renderTarget({ ...demoTarget, id: "a/b?c#d" }, "en");
  expect(html).toContain("/targets/a%2Fb%3Fc%23d?month=2026-11");
  expect(html).toContain("/api/v1/targets/a%2Fb%3Fc%23d/results?from=");
});

test("with more than six regions they become the rows", () => {
  expect(renderOverview(demoOverview(), "en")).toMatch(
    /role="rowheader"><span class="head-title"><a href="\/products\/ecs/,
  );
  const html = renderOverview(demoOverview(MANY_REGIONS), "en");
  expect(html).toMatch(/role="rowheader">.{1,90}<span class="head-note">eu-central-1/);
  expect(html).not.toMatch(/role="rowheader"><span class="head-title"><a href="\/products\/ecs/);
});

test("a filtered list says so and shows nothing else", () => {
  const html = renderOverview(
    demoOverview(undefined, { filter: { product: "rds", region: "cn-hongkong" } }),
    "en",
  );
  expect(html).toContain("Only RDS · China (Hong Kong).");
  expect(html).toContain("/targets/ledger-db-hk?");
  expect(html).not.toContain("/targets/batch-hz?");
  expect(html).not.toContain('id="row-ecs"');
  expect(html).toContain('href="/products/rds?month=2026-11&amp;region=cn-hongkong&amp;lang=en"');
});

test("a month without targets says so", () => {
  const model = demoOverview([]);
  expect(renderOverview(model, "en")).toContain("No target has been measured in this month.");
  expect(renderTarget({ ...demoTarget, agreements: [] }, "zh")).toContain("本月没有监测任何目标。");
});

test("the history being filled is shown as it goes on", () => {
  const frame = { ...demoFrame, filling: { done: 31, total: 90 } };
  const html = renderOverview(demoOverview(undefined, { frame }), "en");
  expect(html).toContain("The history is being filled: 31 of 90.");
  expect(html).toMatch(/<progress max="90" value="31"/);
});

test("a target's page says what holds, what was lost and why, in both languages", () => {
  const en = renderTarget(demoTarget, "en");
  expect(en).toContain("no connection within the time limit");
  expect(en).toContain("still on");
  expect(en).toContain("a slot in which every request failed");
  expect(en).toContain("below 99.95 %: 10 % of the month");
  expect(en).toContain("99.600 – 99.800\u202f%");
  const zh = renderTarget(demoTarget, "zh");
  expect(zh).toContain("连接超时");
  expect(zh).toContain("仍在持续");
  expect(zh).toContain("时间片内所有请求均失败");
});

test("no secret of a probe reaches its page", () => {
  const html = renderTarget(demoTarget, "en");
  expect(html).toContain("https://web-hk.example.com/…");
  expect(html).not.toMatch(/secret|token=|authorization/i);
});

test("a quiet target without results says so", () => {
  const html = renderTarget(demoQuietTarget, "en");
  expect(html).toContain("No outage in this month.");
  expect(html).toContain("No successful result in the last 24 hours.");
  expect(html).toContain("No result yet.");
  expect(html).toContain("Closed, revision 2");
  expect(html).toContain("These figures are for a group of 2 targets: acme/oss/cn-hangzhou");
});

test("a malfunction shows what still lasts first, and an unwritten review in one line, last", () => {
  const [outage] = demoMalfunction.outages;
  if (outage === undefined) throw new Error("the demo has an outage");
  const outages = [
    { ...outage, targets: ["is-over"], untilMs: outage.fromMs + 60_000 },
    { ...outage, targets: ["still-lasts"], untilMs: null },
  ];
  const review = { cause: null, impact: null, resolution: null, followUps: null };
  const html = renderMalfunction({ ...demoMalfunction, outages, review }, "en");
  expect(html.indexOf(">still-lasts</a>")).toBeLessThan(html.indexOf(">is-over</a>"));
  expect(html.match(/Not written yet/g)).toHaveLength(1);
  expect(html.indexOf("review-title")).toBeGreaterThan(html.indexOf("timeline-title"));
  const written = renderMalfunction(demoMalfunction, "zh");
  expect(written.indexOf("review-title")).toBeLessThan(written.indexOf("outages-title"));
  expect(written).toContain("系统</span>");
});

test("an unknown status keeps the title that it came with", () => {
  const error = { status: 418, title: "A teapot", detail: "Short and stout" };
  expect(renderError(error, "zh")).toContain("<h1>A teapot</h1>");
  expect(renderError({ ...error, status: 404 }, "zh")).toContain("<h1>页面不存在</h1>");
});

test("the style sheet's address follows its content and it loads nothing", () => {
  expect(stylesheet.path).toMatch(/^\/assets\/nines-[0-9a-f]{16}\.css$/);
  expect(stylesheet.text).not.toMatch(/@import|url\(/);
});

test("renders in a few milliseconds", () => {
  const [overview, target] = [demoOverview(MANY_REGIONS), demoTarget];
  const perPage = (render: () => string) => {
    render();
    const startMs = performance.now();
    for (let round = 0; round < 20; round += 1) render();
    return ((performance.now() - startMs) / 20).toFixed(1);
  };
  const small = demoOverview();
  const lines = [
    `overview of 7 x 4: ${perPage(() => renderOverview(small, "en"))} ms`,
    `overview of 7 x 23: ${perPage(() => renderOverview(overview, "en"))} ms`,
    `target: ${perPage(() => renderTarget(target, "en"))} ms`,
  ];
  process.stdout.write(`${lines.join(", ")}\n`);
  expect(lines).toHaveLength(3);
});
