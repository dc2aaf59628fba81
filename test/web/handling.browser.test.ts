import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../helpers/browser.ts";
import { tellStory, type Story, type Who } from "../helpers/pages-story.ts";
import { has } from "../helpers/programs.ts";

// Reports, exclusions, agreements, malfunctions and the inbox, asked of the service itself.

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOOKS = [
  { lang: "en", width: 1400, colorScheme: "light" },
  { lang: "zh", width: 390, colorScheme: "dark" },
  { lang: "zh", width: 1400, colorScheme: "dark" },
  { lang: "en", width: 390, colorScheme: "light" },
] as const;
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

/** Collects what the console says and what is asked for elsewhere. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:")) complaints.push(url);
  });
  return complaints;
}

async function examine(page: Page) {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.setAttribute("open", "");
  });
  await page.evaluate(AXE);
  const results: AxeResults = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`,
  );
  const violations = results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`,
  );
  return { overflow, violations };
}
const sound = { overflow: 0, violations: [] };

const PAGES: readonly (readonly [path: string, who: Who])[] = [
  ["/reports", "admin"],
  ["/reports?account=globex", "viewer"],
  ["/reports/2026-10?account=acme", "approver"],
  ["/reports/2026-10?account=acme&revision=0", "acme"],
  ["/reports/2026-11?account=globex", "viewer"],
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
    for (const { lang, width, colorScheme } of LOOKS) {
      const page = await context.newPage();
      const complaints = listen(page);
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const answer = await page.goto(
        `${origin}${path}${path.includes("?") ? "&" : "?"}lang=${lang}`,
      );
      expect(answer?.status()).toBe(200);
      const look = `${lang} ${width} ${colorScheme}`;
      expect(await examine(page), look).toEqual(sound);
      expect(complaints, look).toEqual([]);
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
    const complaints = listen(sre);
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

test.skipIf(noBrowser)(
  "printed, a report has no forms and none of the navigation",
  async () => {
    const context = await contextOf("admin");
    const page = await context.newPage();
    await page.goto(`${origin}/reports/2026-10?account=acme&lang=en`);
    await page.emulateMedia({ media: "print" });
    const shown = await page.evaluate(
      () =>
        [...document.querySelectorAll("form, nav, .page-tools, .claim-steps")].filter(
          (one) => one.getClientRects().length > 0,
        ).length,
    );
    expect(shown).toBe(0);
    expect(await page.locator("h1").isVisible()).toBe(true);
    await context.close();
  },
  60_000,
);
