import { afterAll, beforeAll, expect, test } from "vitest";
import { saveChannelState } from "../../src/store/channels.ts";
import { saveMemo } from "../../src/store/memo.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";

// The monitor's own health, and what of it the overview says.

const CONFIG = `${DEMO_CONFIG}
channels:
  - { id: ops, kind: webhook, url: "http://127.0.0.1:1/", secret: "very-secret" }
`;
const clock = testClock(DEMO_NOW);
let served: TestApp;
let isAway = false;
const tokens = new Map<string, string>();

beforeAll(async () => {
  served = await createTestApp({
    config: CONFIG,
    clock,
    deps: {
      queueCounts: async () => {
        if (isAway) throw new Error("away");
        return [{ queue: "rounds", waiting: 7, active: 1, delayed: 0, failed: 2 }];
      },
    },
  });
  const { store } = served;
  await fillDemoMonth({ store, clock });
  await saveChannelState(store.db, "ops", { isDead: true, deaths: 1 });
  const vantages = [
    { vantage: "a", watchedSinceMs: 0, lastValidMs: DEMO_NOW, blindSinceMs: null },
    { vantage: "b", watchedSinceMs: 0, lastValidMs: 0, blindSinceMs: DEMO_NOW - 30 * MINUTE_MS },
  ];
  await saveMemo(store.db, "vantages-watched", JSON.stringify({ atMs: DEMO_NOW, vantages }));
  tokens.set("sre", await giveToken(served, { role: "sre" }, clock));
  const wish = { role: "account-manager", accounts: ["acme"] } as const;
  tokens.set("manager", await giveToken(served, wish, clock));
});
afterAll(() => served.close());

async function open(url: string, who = "sre") {
  const { body, statusCode } = await served.app.inject({
    url,
    headers: bearer(tokens.get(who)!),
  });
  expect(statusCode, body.slice(0, 300)).toBe(200);
  return body;
}

const rowOf = (html: string, name: string) =>
  [...html.matchAll(/<tr role="row">.*?<\/tr>/g)].find(([row]) => row.includes(`>${name}<`))?.[0];

test("each vantage shows its last round, its results by outcome and what is missing", async () => {
  const html = await open("/monitor?lang=en");
  // An hour into the day, less a minute and a half in which results may still come: 59 of each of
  // seven targets; one of them fails from minute 20 on.
  const a = rowOf(html, "a")!;
  expect(a).toContain("Sees");
  expect(a).toContain("2026-10-03 00:59:00");
  expect(a).toMatch(/>374<.*>39<.*>0<.*>0</);
  const b = rowOf(html, "b")!;
  expect(b).toContain("Blind");
  expect(b).toContain("2026-10-03 00:30");
});

test("queues and channels are shown by their states, and no secret of theirs", async () => {
  const html = await open("/monitor?lang=en");
  expect(rowOf(html, "rounds")).toMatch(/>7<.*>1<.*>0<.*>2</);
  expect(rowOf(html, "ops")).toContain("Dead");
  expect(html).not.toContain("very-secret");
  expect(html).not.toContain("127.0.0.1:1");
});

test("queues that do not answer are told in words, and the rest of the page stays", async () => {
  isAway = true;
  const html = await open("/monitor?lang=en");
  isAway = false;
  expect(html).toContain("The store of the queues does not answer");
  expect(rowOf(html, "a")).toContain("Sees");
});

test("the overview says what the monitor lacks, to those who may know", async () => {
  const html = await open("/?lang=en");
  expect(html).toContain("Vantage blind");
  expect(html).toContain("Channel dead");
  const own = await open("/?lang=en", "manager");
  expect(own).not.toContain("Vantage blind");
  expect(own).not.toContain("Channel dead");
});

test("a month that is over says nothing of the present", async () => {
  const html = await open("/?lang=en&month=2026-09");
  expect(html).not.toContain("Vantage blind");
  expect(html).not.toContain('class="card troubles"');
});

test("a product's page shows its months", async () => {
  const html = await open("/products/ecs?lang=en&month=2026-10");
  expect(html).toContain("October 2026");
  expect(html).toContain("September 2026");
  expect(html).toMatch(/<th scope="row"><strong>October 2026<\/strong><\/th><td[^>]*>\d of 3</);
});

test("a search finds by id, product, region, account, in both languages, and not by address", async () => {
  const found = async (query: string, who = "sre") => {
    const html = await open(`/search?${new URLSearchParams({ q: query, lang: "en" })}`, who);
    return [...html.matchAll(/<a class="name" href="[^"]*">([^<]*)</g)].map(([, name]) => name);
  };
  expect(await found("web-1")).toEqual(["web-1"]);
  expect(await found("对象存储")).toEqual(["bucket-1", "bucket-2", "bucket-3"]);
  expect(await found("Shanghai globex")).toEqual(["orders", "quiet"]);
  expect(await found("Globex oss")).toEqual(["bucket-3"]);
  expect(await found("192.0.2.1")).toEqual([]);
  expect(await found("oss", "manager")).toEqual(["bucket-1", "bucket-2"]);
  expect(await found("globex", "manager")).toEqual([]);
});
