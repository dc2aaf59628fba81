import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectComplaints, openBrowser } from "../helpers/browser.ts";
import { examineIn } from "../helpers/examine.ts";
import { tellStory, type Story, type Who } from "../helpers/pages-story.ts";
import { has } from "../helpers/programs.ts";

// Reports, exclusions, agreements, malfunctions and the inbox, asked of the service itself.

const LOOKS = {
  en: [
    { width: 1400, colorScheme: "light" },
    { width: 390, colorScheme: "light" },
  ],
  zh: [
    { width: 390, colorScheme: "dark" },
    { width: 1400, colorScheme: "dark" },
  ],
} as const;
const noBrowser = !has("chromium");

let story: Story;
let browser: Browser;
let origin = "";

beforeAll(async () => {
  if (noBrowser) return;
  story = await tellStory();
  origin = await story.served.app.listen({ port: 0, host: "127.0.0.1" });
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  if (noBrowser) return;
  await browser.close();
  await story.close();
});

type Options = NonNullable<Parameters<Browser["newContext"]>[0]>;

/** A browser of somebody, whose token goes along as a login would. */
function contextOf(who: Who, options: Options = {}): Promise<BrowserContext> {
  const authorization = `Bearer ${story.tokens[who]}`;
  return browser.newContext({ ...options, extraHTTPHeaders: { authorization } });
}

const PAGES: readonly (readonly [path: string, who: Who])[] = [
  ["/reports", "admin"],
  ["/reports?account=globex", "viewer"],
  ["/reports/2026-10?account=acme", "approver"],
  ["/reports/2026-10?account=acme&revision=0", "acme"],
  ["/reports/2026-11?account=globex", "viewer"],
  ["/claims/1", "acme"],
  ["/exclusions", "sre"],
  ["/exclusions?month=2026-10&state=withdrawn", "globex"],
  ["/exclusions/new?targets=web-1", "sre"],
  ["/exclusions/1", "approver"],
  ["/exclusions/2", "globex"],
  ["/agreements", "viewer"],
  ["/inbox", "acme"],
  ["/inbox?unread=true", "globex"],
  ["/malfunctions", "sre"],
  ["/malfunctions/new", "sre"],
  ["/malfunctions/1", "sre"],
  ["/malfunctions/2", "admin"],
];

test.skipIf(noBrowser).each(PAGES)(
  "%s as %s is accessible in both languages, light and dark, wide and narrow",
  async (path, who) => {
    // Without the page's policy, so that the examiner's script runs.
    const context = await contextOf(who, { bypassCSP: true });
    for (const [lang, looks] of Object.entries(LOOKS)) {
      const page = await context.newPage();
      const complaints = collectComplaints(page, origin);
      const answer = await page.goto(
        `${origin}${path}${path.includes("?") ? "&" : "?"}lang=${lang}`,
      );
      expect(answer?.status()).toBe(200);
      expect(await examineIn(page, looks), lang).toEqual({});
      expect(complaints, lang).toEqual([]);
      await page.close();
    }
    await context.close();
  },
  120_000,
);

test.skipIf(noBrowser)(
  "without scripts an SRE proposes an exclusion from an outage, and the approver approves it",
  async () => {
    const sre = await (await contextOf("sre", { javaScriptEnabled: false })).newPage();
    const complaints = collectComplaints(sre, origin);
    await sre.goto(`${origin}/reports/2026-10?account=acme&lang=en`);
    await sre.locator("#outages a[href^='/exclusions/new']").click();
    expect(await sre.locator("#targets").inputValue()).toBe("web-1");
    expect(await sre.locator("#from").inputValue()).toBe("2026-10-05T04:00");
    await sre.locator("#kind").selectOption("maintenance");
    await sre.locator("#reason").fill("Announced cut-over");
    await sre.locator("#evidence").fill("javascript:no");
    await sre.locator("form.card button[type=submit]").click();
    expect(await sre.locator("#evidence-p").textContent()).toContain("no link");
    expect(await sre.locator("#reason").inputValue()).toBe("Announced cut-over");
    expect(await sre.locator("#evidence").getAttribute("aria-invalid")).toBe("true");
    await sre.locator("#evidence").fill("CHG-42");
    await sre.locator("form.card button[type=submit]").click();
    const { pathname } = new URL(sre.url());
    expect(pathname).toMatch(/^\/exclusions\/\d+$/u);
    expect(await sre.locator("main").textContent()).toContain("You proposed this");

    const approver = await (await contextOf("approver", { javaScriptEnabled: false })).newPage();
    await approver.goto(`${origin}${pathname}?lang=zh`);
    expect(await approver.locator("table.effect").textContent()).toContain("99.193");
    await approver.locator("form[action*='/approve'] button").click();
    expect(await approver.locator(".crumbs").textContent()).toContain("已批准");
    await approver.goto(`${origin}/reports/2026-10?account=acme&lang=zh`);
    expect(await approver.locator("main").textContent()).toContain("2 项承诺全部达标");
    // The browser's own word about the form that came back.
    expect(complaints).toEqual([expect.stringContaining("status of 400")]);
  },
  120_000,
);

test.skipIf(noBrowser)(
  "without scripts a malfunction is acknowledged on a phone, and a letter read",
  async () => {
    const context = await contextOf("sre", {
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    });
    const page = await context.newPage();
    await page.goto(`${origin}/malfunctions/${story.malfunctions.told}?lang=zh`);
    const button = page.locator("form[action*='/acknowledge'] button");
    const place = await button.boundingBox();
    // Without scrolling past what else there is to read.
    expect(place?.y).toBeLessThan(844);
    await button.click();
    expect(await page.locator("main").textContent()).toContain("token:sre");
    expect(await page.locator("form[action*='/acknowledge']").count()).toBe(0);
    await page.goto(`${origin}/inbox?lang=zh`);
    await page.locator(".letter.new button").first().click();
    expect(await page.locator(".letter.new").count()).toBe(0);
    await context.close();
  },
  120_000,
);

const PRINTED = [
  "/reports",
  "/reports/2026-10?account=acme",
  "/malfunctions",
  "/malfunctions/1",
  "/exclusions",
  "/audit",
];
test.skipIf(noBrowser).each(PRINTED)(
  "printed, %s has no forms and none of the navigation, and its tables are tables",
  async (path) => {
    const context = await contextOf("admin", { colorScheme: "dark" });
    const page = await context.newPage();
    // As wide as paper is.
    await page.setViewportSize({ width: 700, height: 1000 });
    await page.goto(`${origin}${path}${path.includes("?") ? "&" : "?"}lang=en`);
    await page.emulateMedia({ media: "print" });
    const shown = await page.evaluate(
      () =>
        [...document.querySelectorAll("form, nav, .menu, .page-tools, .claim-steps, .acts")].filter(
          (one) => one.getClientRects().length > 0,
        ).length,
    );
    expect(shown).toBe(0);
    const ink = await page.locator("h1").evaluate((one) => getComputedStyle(one).color);
    expect(ink, "dark on white paper").toBe("rgb(22, 33, 45)");
    const tables = await page.evaluate(() =>
      [...document.querySelectorAll("table.list")].map((one) => ({
        display: getComputedStyle(one).display,
        isCut: one.getBoundingClientRect().right > document.documentElement.clientWidth,
      })),
    );
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) expect(table).toEqual({ display: "table", isCut: false });
    await context.close();
  },
  60_000,
);

test.skipIf(noBrowser).each(["en", "zh"])(
  "on a phone, in %s, what is above the page is one row, and the menu opens without scripts",
  async (lang) => {
    const context = await contextOf("admin", {
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    });
    const page = await context.newPage();
    await page.goto(`${origin}/?lang=${lang}`);
    const heightOf = async () => (await page.locator(".top").boundingBox())?.height ?? 0;
    expect(await heightOf()).toBeLessThan(70);
    expect(await page.locator(".search input[type=search]").isVisible()).toBe(true);
    expect(await page.locator(".nav").isVisible()).toBe(false);
    await page.locator(".menu summary").click();
    expect(await heightOf()).toBeLessThan(844);
    await page.locator(".nav a[href^='/reports']").click();
    expect(new URL(page.url()).pathname).toBe("/reports");
    expect(await page.locator(".nav").isVisible()).toBe(false);
    await context.close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "what a page unfolds closes by Escape, which leads back to its button, and by going on",
  async () => {
    const context = await contextOf("admin", { viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    await page.goto(`${origin}/?lang=en`);
    for (const [details, inside] of [
      [".menu", ".nav a"],
      [".picker", ".picker a"],
    ] as const) {
      const button = page.locator(`${details} summary`);
      const isOpen = () => page.locator(details).evaluate((one) => one.hasAttribute("open"));
      await button.focus();
      await page.keyboard.press("Enter");
      expect(await isOpen()).toBe(true);
      await page.locator(inside).last().focus();
      await page.keyboard.press("Escape");
      expect(await isOpen()).toBe(false);
      expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
      await page.keyboard.press("Enter");
      await page.locator(inside).last().focus();
      expect(await isOpen()).toBe(true);
      await page.keyboard.press("Tab");
      expect(await isOpen()).toBe(false);
    }
    await context.close();
  },
  60_000,
);
