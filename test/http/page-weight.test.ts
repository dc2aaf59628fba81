import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CountRun } from "../../src/core/counts.ts";
import { REASONS } from "../../src/core/outcome.ts";
import { saveDay, type DayBlocks } from "../../src/store/days.ts";
import { ensureIds } from "../../src/store/names.ts";
import { saveSettledUntil } from "../../src/store/unsettled.ts";
import { overviewOf } from "../../src/core/overview-view.ts";
import { readOverview } from "../../src/view-overview.ts";
import { viewProduct } from "../../src/view-product.ts";
import { viewDay } from "../../src/view-slots.ts";
import { viewTarget } from "../../src/view-target.ts";
import { renderOverview } from "../../src/web/overview.tsx";
import { renderProduct } from "../../src/web/product.tsx";
import { assets } from "../../src/web/scripts.ts";
import { renderDay } from "../../src/web/slots.tsx";
import { renderTarget } from "../../src/web/target.tsx";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, fillRounds, MINUTE_MS, testClock, type TestApp } from "../helpers/app.ts";

// What pages weigh and how long they take with 500 targets and 90 days behind them.

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-10-24T12:00:00+08:00");
const TARGETS = 500;
const REGIONS =
  "cn-hangzhou cn-shanghai cn-beijing cn-shenzhen cn-hongkong ap-southeast-1 eu-central-1 us-west-1".split(
    " ",
  );
const PRODUCTS = ["ecs", "slb", "oss", "rds", "cdn", "vpc"];
const id = (index: number) => `target-${String(index).padStart(3, "0")}`;

const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }, { id: b, controls: [] }]
accounts:
${Array.from({ length: 10 }, (_, index) => `  - { id: account-${index}, name: Account ${index} }`).join("\n")}
defaults: { interval: 1m, timeout: 5s, vantages: [a, b] }
targets:
${Array.from({ length: TARGETS }, (_, index) => {
  const product = PRODUCTS[index % PRODUCTS.length];
  const region = REGIONS[Math.floor(index / PRODUCTS.length) % REGIONS.length];
  const inherits = product === "vpc" ? `, inherits: ${id(index - 5)}` : "";
  return `  - { id: ${id(index)}, product: ${product}, region: ${region}, account: account-${index % 10}${inherits}, probe: { kind: tcp, address: "192.0.2.1:${1000 + index}" } }`;
}).join("\n")}
`;

const clock = testClock(NOW);
let served: TestApp;
let token = "";

/** A healthy day but for a lone bad minute now and then, and a target in twenty that is out for longer. */
function runsOf(index: number, day: number): CountRun[] {
  const from = day * 1440;
  const run = (at: number, until: number, failed = 0): CountRun => {
    const reason = failed > 0 ? REASONS.indexOf("connect-timeout") : 0;
    return { from: from + at, until: from + until, valid: 1, failed, reason };
  };
  const dice = (index * 7919 + day * 104_729) % 97;
  if (dice < 80) return [run(0, 1440)];
  const at = 10 + dice * 13;
  const length = index % 20 === 0 ? 12 : 1;
  return [run(0, at), run(at, at + length, 1), run(at + length, 1440)];
}

beforeAll(async () => {
  served = await createTestApp({ config: CONFIG, clock });
  const { store, config } = served;
  const { db } = store;
  const names = config.targets.map((target) => target.id);
  const ids = await ensureIds(db, "target", names);
  const vantages = await ensureIds(db, "vantage", ["a", "b"]);
  const today = Math.floor(NOW / DAY_MS);
  for (let day = today - 92; day < today; day += 1) {
    const blocks: DayBlocks = new Map();
    for (const [index, name] of names.entries()) {
      const number = ids.get(name)!;
      const block = Math.floor(number / 128);
      const counts = blocks.get(block) ?? new Map<number, CountRun[]>();
      counts.set(number, runsOf(index, day));
      blocks.set(block, counts);
    }
    for (const vantageId of vantages.values()) await saveDay(db, { vantageId, day }, blocks);
  }
  // The last minutes as rounds, so that there is a present; three targets are down.
  const down = new Set([id(6), id(7), id(300)]);
  for (const vantage of ["a", "b"]) {
    for (let shard = 0; shard < 5; shard += 1) {
      await fillRounds(
        { store, clock },
        {
          vantage,
          shard: `1m.${shard}`,
          targets: names.slice(shard * 100, shard * 100 + 100),
          fromMs: NOW - 10 * MINUTE_MS,
          untilMs: NOW,
          weather: (target) => (down.has(target) ? "f" : "o"),
        },
      );
    }
  }
  await saveSettledUntil(db, NOW - MINUTE_MS, 1);
  token = await giveToken(served, { role: "admin" }, clock);
}, 120_000);
afterAll(() => served.close());

async function ask(url: string, headers: Record<string, string> = {}) {
  const startMs = performance.now();
  const before = process.cpuUsage();
  const answer = await served.app.inject({ url, headers: { ...bearer(token), ...headers } });
  const tookMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  expect(answer.statusCode, `${url} ${answer.body.slice(0, 300)}`).toBe(200);
  return { body: answer.body, tookMs, cpuMs };
}

const loadedBy = (html: string) =>
  [...html.matchAll(/<(?:link rel="stylesheet" href|script type="module" src)="([^"]+)"/g)].map(
    ([, path = ""]) => path,
  );

/** Bytes on the wire: the page and everything that it loads. */
function weigh(html: string) {
  const files = loadedBy(html).map((path) => assets.find((asset) => asset.path === path)!.text);
  return [html, ...files].reduce((sum, text) => sum + gzipSync(text).length, 0);
}

test("the overview and all that it loads weigh less than 60 kB, and nothing comes from elsewhere", async () => {
  const lines: string[] = [];
  for (const lang of ["en", "zh"]) {
    const { body } = await ask(`/?lang=${lang}`);
    expect(body).toContain(`${TARGETS}`);
    const bytes = weigh(body);
    lines.push(`overview of ${TARGETS} targets (${lang}): ${(bytes / 1000).toFixed(1)} kB`);
    expect(bytes).toBeLessThan(60_000);
    const sources = [...body.matchAll(/\s(?:src|href|action)="([^"]*)"/g)].map(([, url]) => url);
    expect(sources.filter((url) => !/^(?:\/(?!\/)|#|data:image\/svg)/.test(url!))).toEqual([]);
    expect(loadedBy(body).every((path) => assets.some((asset) => asset.path === path))).toBe(true);
  }
  const target = await ask(`/targets/${id(1)}?lang=en`);
  lines.push(`target, with its chart: ${(weigh(target.body) / 1000).toFixed(1)} kB`);
  process.stdout.write(`${lines.join("\n")}\n`);
});

test("prints how long the server takes for each page", async () => {
  const day = new Date(NOW - 3 * DAY_MS).toISOString().slice(0, 10);
  const span = new URLSearchParams({
    from: new Date(NOW - 10 * MINUTE_MS).toISOString(),
    until: new Date(NOW).toISOString(),
  });
  const pages = [
    "/",
    "/?account=account-3",
    "/?product=ecs&region=cn-hongkong",
    "/products/ecs",
    `/targets/${id(1)}`,
    `/targets/${id(20)}/days/${day}`,
    `/targets/${id(1)}/results?${span}`,
    `/search?q=target`,
    "/monitor",
    "/malfunctions",
  ];
  const lines: string[] = [];
  for (const url of pages) {
    // Another figure since: nothing is remembered.
    await saveSettledUntil(served.store.db, NOW - MINUTE_MS, 1);
    const first = await ask(url);
    const rest: { tookMs: number; cpuMs: number }[] = [];
    for (let round = 0; round < 15; round += 1) rest.push(await ask(url));
    const median = (of: "tookMs" | "cpuMs") =>
      rest
        .map((one) => one[of])
        .toSorted((a, b) => a - b)[7]!
        .toFixed(1);
    lines.push(
      `${url.replace(/\?from.*/, "")}: ${median("tookMs")} ms (CPU ${median("cpuMs")}), ` +
        `after a change ${first.tookMs.toFixed(0)} ms (CPU ${first.cpuMs.toFixed(0)})`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  expect(lines).toHaveLength(pages.length);
});

test("prints how long rendering alone takes", async () => {
  const { db } = served.store;
  const notes = { sandbox: false, openAccess: false, filling: null };
  const deps = { db, clock, config: served.config, accounts: null, notes };
  const input = await readOverview(deps, { month: "2026-10", account: null });
  const filter = { account: null, product: null, region: null };
  const product = await viewProduct(deps, input, { ...filter, product: "ecs" });
  const target = await viewTarget(deps, { id: id(20), month: "2026-10" });
  const day = { id: id(20), day: "2026-10-21", agreement: undefined, hour: undefined };
  const slots = await viewDay(deps, day);
  const renders: Readonly<Record<string, () => string>> = {
    overview: () => renderOverview(overviewOf({ ...input, filter }), "en"),
    product: () => renderProduct(product, "en"),
    target: () => renderTarget(target, "en"),
    day: () => renderDay(slots, "en"),
  };
  const lines = Object.entries(renders).map(([name, render]) => {
    for (let round = 0; round < 20; round += 1) render();
    const before = process.cpuUsage();
    for (let round = 0; round < 20; round += 1) render();
    const { user, system } = process.cpuUsage(before);
    return `${name}: ${((user + system) / 20_000).toFixed(1)} ms of CPU`;
  });
  process.stdout.write(`rendering with ${TARGETS} targets: ${lines.join(", ")}\n`);
  expect(lines).toHaveLength(4);
});
