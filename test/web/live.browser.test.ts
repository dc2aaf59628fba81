import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sealDays } from "../../src/seal.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { createTestApp, fillRounds, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { collectComplaints, openBrowser } from "../helpers/browser.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";
import { has } from "../helpers/programs.ts";
import { testRound } from "../helpers/rounds.ts";

// The service itself in a browser, while nobody was given access: with scripts and without.

const noBrowser = !has("chromium");
const clock = testClock(DEMO_NOW);
let served: TestApp;
let browser: Browser;
let origin = "";

beforeAll(async () => {
  if (noBrowser) return;
  served = await createTestApp({ config: DEMO_CONFIG, clock });
  await fillDemoMonth({ store: served.store, clock });
  await sealDays({ db: served.store.db, clock });
  await served.app.listen({ host: "127.0.0.1", port: 0 });
  origin = `http://127.0.0.1:${(served.app.server.address() as AddressInfo).port}`;
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  if (noBrowser) return;
  await browser.close();
  await served.close();
});

async function openPage(path: string, options: { readonly scripts: boolean }) {
  const context = await browser.newContext({ javaScriptEnabled: options.scripts });
  const page = await context.newPage();
  const complaints = collectComplaints(page, origin);
  await page.goto(origin + path);
  return { page, complaints, close: () => context.close() };
}

/** Five more minutes, in which `web-2` does not answer. */
async function goOn(): Promise<void> {
  const fromMs = clock.nowMs();
  clock.set(fromMs + 5 * MINUTE_MS);
  await fillRounds(
    { store: served.store, clock },
    {
      vantage: "a",
      targets: ["web-1", "web-2", "bucket-1", "bucket-2", "bucket-3", "orders"],
      fromMs,
      untilMs: clock.nowMs(),
      weather: (target) => (target === "web-2" ? "f" : "o"),
    },
  );
}

const textOf = (page: Page, selector: string) => page.locator(selector).innerText();

test.skipIf(noBrowser)(
  "an overview that is open shows what happens, and keeps what its reader opened",
  async () => {
    const { page, complaints, close } = await openPage("/?lang=en", { scripts: true });
    await page.locator(".live-mark").waitFor({ state: "visible" });
    expect(await page.locator(".troubles").innerText()).not.toContain("web-2");
    const group = page.locator("details.group").first();
    await group.locator("summary").click();
    expect(await group.getAttribute("open")).toBeNull();
    await page.evaluate(() => {
      (window as unknown as { isSame: boolean }).isSame = true;
    });
    await goOn();
    await page.locator(".troubles", { hasText: "web-2" }).waitFor({ timeout: 20_000 });
    expect(await page.locator("details.group").first().getAttribute("open")).toBeNull();
    expect(await page.evaluate("window.isSame")).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "the latency of a target can be looked at closer",
  async () => {
    const { page, complaints, close } = await openPage("/targets/web-1?lang=en", { scripts: true });
    const chart = page.locator(".zoom-plot canvas");
    await chart.waitFor({ state: "visible" });
    await page.locator(".u-legend", { hasText: "b" }).waitFor();
    await chart.scrollIntoViewIfNeeded();
    const asked = page.waitForRequest(/\/latency\?/);
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const query = new URL((await asked).url()).searchParams;
    const hours = (Date.parse(query.get("until")!) - Date.parse(query.get("from")!)) / 3_600_000;
    expect(hours).toBeGreaterThan(2);
    expect(hours).toBeLessThan(8);
    const week = page.waitForResponse(/\/latency\?/);
    await page.getByRole("button", { name: "7 d" }).click();
    expect((await week).status()).toBe(200);
    await page.locator(".zoom-plot canvas").waitFor({ state: "visible" });
    expect(complaints).toEqual([]);
    await close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "the phases of a target's latency from one vantage can be looked at",
  async () => {
    const phased = testRound({
      shard: "phases",
      plannedAtMs: clock.nowMs() - 10 * MINUTE_MS,
      outcomes: "o",
      phasesUs: [null, 2_000, null, 9_500, null],
    });
    await storeRounds(served.store, [phased], clock.nowMs());
    const { page, complaints, close } = await openPage("/targets/web-1?lang=en", { scripts: true });
    await page.getByRole("button", { name: "a", exact: true }).click();
    const legend = page.locator(".u-legend", { hasText: "answer" });
    await legend.waitFor();
    expect(await legend.innerText()).toMatch(/answer[^]*connection/u);
    expect(await legend.innerText()).not.toContain("TLS");
    await page.getByRole("button", { name: "Total by vantage" }).click();
    await page.locator(".u-legend", { hasText: "b" }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "without scripts three clicks lead from the figure to the evidence, and nothing is missed",
  async () => {
    const { page, close } = await openPage("/?month=2026-10&lang=en", { scripts: false });
    expect(await page.locator(".live-mark").isVisible()).toBe(false);
    await page.locator(".name a", { hasText: "web-1" }).first().click();
    expect(await textOf(page, "h1")).toBe("web-1");
    expect(await page.locator(".chart").first().isVisible()).toBe(true);
    // One: the day. Two: the slot. Three: the proof of the round.
    await page.locator(".timeline-links a").first().click();
    expect(await textOf(page, "h1")).toContain("2026-10-01");
    await page.locator("#slots").getByRole("link", { name: "01:40" }).click();
    expect(await textOf(page, "h1")).toContain("Single results");
    expect(await page.locator(".evidence tbody tr").count()).toBe(2);
    await page.locator(".evidence a").first().click();
    expect(await page.locator("body").innerText()).toContain("inChain");
    await close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "filters stand in the address, and combine",
  async () => {
    const { page, close } = await openPage("/?month=2026-10&lang=en", { scripts: false });
    await page.locator("select[name=account]").selectOption("globex");
    await page.locator("select[name=region]").selectOption("cn-shanghai");
    await page.locator(".filters button").click();
    const query = new URL(page.url()).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      month: "2026-10",
      account: "globex",
      product: "",
      region: "cn-shanghai",
      lang: "en",
    });
    const text = await textOf(page, "main");
    expect(text).toContain("orders");
    expect(text).not.toContain("web-1");
    expect(text).not.toContain("bucket-3");
    await page.locator(".months .step").first().isVisible();
    await page.locator(".picker summary").click();
    const href = await page.locator(".picker li a").first().getAttribute("href");
    expect(href).toContain("account=globex");
    expect(href).toContain("region=cn-shanghai");
    await close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "the search finds a target from any page",
  async () => {
    const { page, close } = await openPage("/?lang=zh", { scripts: false });
    await page.locator(".search input[type=search]").fill("杭州 bucket");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/search\?/);
    expect(await page.locator("main .name").allInnerTexts()).toEqual([
      "bucket-1",
      "bucket-2",
      "bucket-3",
    ]);
    await close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "a printed page is clean",
  async () => {
    const { page, close } = await openPage("/?month=2026-10&lang=en", { scripts: true });
    await page.emulateMedia({ media: "print" });
    for (const selector of [".nav", ".filters", ".top-links", ".page-tools", ".notice"]) {
      for (const part of await page.locator(selector).all()) {
        expect(await part.isVisible(), selector).toBe(false);
      }
    }
    const details = page.locator("details.group table").first();
    expect(await details.isVisible()).toBe(true);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    await close();
  },
  60_000,
);
