import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderError } from "../../src/web/error.tsx";
import { renderMalfunction, renderMalfunctions } from "../../src/web/malfunctions.tsx";
import { renderOverview } from "../../src/web/overview.tsx";
import { assets } from "../../src/web/scripts.ts";
import { renderBadge } from "../../src/web/status-badge.tsx";
import { renderFeed } from "../../src/web/status-feed.tsx";
import { renderStatus } from "../../src/web/status.tsx";
import { renderTarget } from "../../src/web/target.tsx";
import { openBrowser, serveFixed } from "../helpers/browser.ts";
import { examine, examineIn, openIn, type Look } from "../helpers/examine.ts";
import { has } from "../helpers/programs.ts";
import {
  MANY_REGIONS,
  demoFrame,
  demoOverview,
  demoQuietTarget,
  demoStatus,
  demoTarget,
} from "./demo-models.ts";
import { demoMalfunction, demoMalfunctions, demoToldMalfunction } from "./demo-malfunctions.ts";

const LOOKS = [
  { width: 1400, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 1400, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
  { width: 800, colorScheme: "light" },
] as const;
/** The two pages in every look, their rarer states in the first two. */
const looksOf = (path: string) => (/overview|target/.test(path) ? LOOKS : LOOKS.slice(0, 2));
const noBrowser = !has("chromium");

const filling = demoOverview(undefined, {
  frame: { ...demoFrame, filling: { done: 31, total: 90 } },
  filter: { product: "rds", region: null },
});
const emptyStatus = { ...demoStatus(), state: "unknown" as const, places: [], malfunctions: [] };
const pages = (["en", "zh"] as const).flatMap((lang) => [
  [`/overview-${lang}`, renderOverview(demoOverview(), lang)] as const,
  [`/filling-${lang}`, renderOverview(filling, lang)] as const,
  [`/target-${lang}`, renderTarget(demoTarget, lang)] as const,
  [`/quiet-${lang}`, renderTarget(demoQuietTarget, lang)] as const,
  [`/status-${lang}`, renderStatus(demoStatus(), lang)] as const,
  [`/no-status-${lang}`, renderStatus(emptyStatus, lang)] as const,
  [`/malfunctions-${lang}`, renderMalfunctions(demoMalfunctions, lang)] as const,
  [`/malfunction-${lang}`, renderMalfunction(demoMalfunction, lang)] as const,
  [`/told-malfunction-${lang}`, renderMalfunction(demoToldMalfunction, lang)] as const,
  [`/error-${lang}`, renderError({ status: 404, title: "", detail: "web-9" }, lang)] as const,
]);
const many = (["en", "zh"] as const).map(
  (lang) => [`/many-${lang}`, renderOverview(demoOverview(MANY_REGIONS), lang)] as const,
);

/** An hour by steps of ten minutes, the third without a result. */
const LATENCY = JSON.stringify({
  stepMs: 600_000,
  atMs: Array.from({ length: 6 }, (_, step) => demoTarget.latency.fromMs + step * 600_000),
  series: [{ vantage: "cn-hangzhou", p50Ms: [11, 12, null, 9, 10, 11] }],
  phases: [],
});

let server: Awaited<ReturnType<typeof serveFixed>>;
let browser: Browser;
let strict: BrowserContext;
let plain: BrowserContext;
/** The page's policy does not hold in it, so that the examiner's script runs. */
let examined: BrowserContext;

beforeAll(async () => {
  if (noBrowser) return;
  const html = (body: string) => ({ type: "text/html; charset=utf-8", body });
  server = await serveFixed({
    ...Object.fromEntries(assets.map(({ path, type, text }) => [path, { type, body: text }])),
    "/targets/web-hk/latency": { type: "application/json", body: LATENCY },
    "/live": { type: "text/event-stream", body: "retry: 600000\n\n" },
    ...Object.fromEntries(
      [...pages, ...many, ["/bad", "<p style='color:red'>"] as const].map(([path, page]) => [
        path,
        html(page),
      ]),
    ),
  });
  browser = await openBrowser();
  strict = await browser.newContext();
  plain = await browser.newContext({ javaScriptEnabled: false });
  examined = await browser.newContext({ bypassCSP: true });
}, 60_000);

afterAll(async () => {
  if (noBrowser) return;
  await browser.close();
  await server.close();
});

const openPage = (context: BrowserContext, view: Look & { readonly path: string }) =>
  openIn(context, { ...view, origin: server.origin });

/** Nothing is wrong with a page in any of these looks, and it complains of nothing. */
async function expectSound(path: string, looks: readonly Look[]): Promise<void> {
  const [first] = looks;
  const { page, complaints } = await openPage(examined, { path, ...first! });
  const found = await examineIn(page, looks);
  await page.close();
  expect(found).toEqual({});
  expect(complaints).toEqual([]);
}

test.skipIf(noBrowser).each(pages.map(([path]) => path))(
  "%s is accessible in light and dark, wide and narrow",
  async (path) => {
    await expectSound(path, looksOf(path));
  },
  60_000,
);

test.skipIf(noBrowser).each(pages.map(([path]) => path))(
  "%s keeps to the strict policy, and its style sheet applies",
  async (path) => {
    const view = { path, width: 1400, colorScheme: "dark" } as const;
    const { page, complaints } = await openPage(strict, view);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.close();
    expect(complaints).toEqual([]);
    expect(background).toBe("rgb(14, 20, 27)");
  },
  60_000,
);

test.skipIf(noBrowser)(
  "the examiner of these tests finds what keeps people from reading",
  async () => {
    const page = await examined.newPage();
    await page.goto(`${server.origin}/bad`);
    const { violations } = await examine(page);
    await page.close();
    expect(violations.join("\n")).toMatch(/^html-has-lang: <html>/mu);
    expect(violations.join("\n")).toMatch(/^document-title: /mu);
  },
);

test.skipIf(noBrowser)("the policy of these tests stops what a page must not do", async () => {
  const { page, complaints } = await openPage(strict, {
    path: "/bad",
    width: 1400,
    colorScheme: "light",
  });
  await page.close();
  expect(complaints.join(" ")).toContain("Content Security Policy");
});

test.skipIf(noBrowser)(
  "23 regions fit on a wide page, and on a narrow one",
  async () => {
    await expectSound("/many-en", [{ width: 1400, colorScheme: "light" }]);
    const view = { path: "/many-en", width: 390, colorScheme: "light" } as const;
    const { page } = await openPage(strict, view);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    await page.close();
  },
  120_000,
);

test.skipIf(noBrowser)(
  "printed, 23 regions and several troubles of one target run into nothing beside them",
  async () => {
    const page = await plain.newPage();
    await page.setViewportSize({ width: 721, height: 900 });
    await page.emulateMedia({ media: "print" });
    await page.goto(`${server.origin}/many-en`);
    const parts = page.locator(".matrix .figure, .matrix .badge, .attention .badge");
    const beyond = await parts.evaluateAll((all) =>
      all
        .filter((part) => {
          const right = part.closest("td")?.getBoundingClientRect().right ?? 0;
          return part.getBoundingClientRect().right > right;
        })
        .map((part) => part.textContent),
    );
    await page.close();
    expect(beyond).toEqual([]);
  },
  60_000,
);

test.skipIf(noBrowser)(
  "on a phone the name of a region in Chinese is not broken after every sign",
  async () => {
    const page = await plain.newPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server.origin}/many-zh`);
    const lines = await page
      .locator(".matrix tbody .head-title")
      .evaluateAll((all) =>
        all.map((one) => one.clientHeight / Number.parseFloat(getComputedStyle(one).lineHeight)),
      );
    await page.close();
    expect(lines).toHaveLength(MANY_REGIONS.length);
    expect(Math.max(...lines)).toBeLessThan(2.5);
  },
  60_000,
);

test.skipIf(noBrowser)(
  "without a script a reader gets from the matrix to a target and to another month",
  async () => {
    const page = await plain.newPage();
    await page.goto(`${server.origin}/overview-en`);
    await page.locator("td a[href='#at-ecs-cn-hongkong']").click();
    expect(new URL(page.url()).hash).toBe("#at-ecs-cn-hongkong");
    const row = page.locator("tr:target");
    expect(await row.isVisible()).toBe(true);
    await page.locator(".picker summary").click();
    expect(await page.locator(".picker li a").first().isVisible()).toBe(true);
    expect(await page.locator(".picker li a").allTextContents()).toContain("October 2026");
    await page.close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "on a phone the matrix is as wide as the page, and the filters unfold without a script",
  async () => {
    const page = await plain.newPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${server.origin}/overview-en`);
    const matrix = page.locator(".scroll:has(.matrix)");
    const [across, within] = await matrix.evaluate((box) => [box.scrollWidth, box.clientWidth]);
    expect(across).toBe(within);
    const cells = page.locator(".matrix .cell");
    expect(await cells.count()).toBe(await cells.filter({ visible: true }).count());
    const filters = page.locator(".filters");
    expect(await filters.isVisible()).toBe(false);
    await page.locator(".narrowing summary").click();
    expect(await filters.isVisible()).toBe(true);
    await page.goto(`${server.origin}/filling-en`);
    expect(await filters.isVisible()).toBe(true);
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.goto(`${server.origin}/overview-en`);
    expect(await filters.isVisible()).toBe(true);
    expect(await page.locator(".narrowing summary").isVisible()).toBe(false);
    await page.close();
  },
  60_000,
);

test.skipIf(noBrowser)(
  "the keyboard reaches the content first and shows where it is",
  async () => {
    const { page } = await openPage(strict, {
      path: "/overview-en",
      width: 1400,
      colorScheme: "light",
    });
    await page.keyboard.press("Tab");
    const skip = page.locator(".skip");
    expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe("#main");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement === null ? "" : getComputedStyle(activeElement).outlineStyle;
    });
    expect(outline).toBe("solid");
    await page.close();
  },
  60_000,
);

test.skipIf(noBrowser)("feed and badges are well-formed", async () => {
  const tab = await strict.newPage();
  const model = { ...demoStatus(), title: `a < b & "c" \u0007` };
  const feeds = (["en", "zh"] as const).map((lang) =>
    renderFeed(model, { lang, baseUrl: "https://status.example.com" }),
  );
  const badge = renderBadge({ label: `<"&'`, value: "99.9 %", state: "up" });
  const found = await tab.evaluate(
    (texts) =>
      texts.map((text) => {
        const parsed = new DOMParser().parseFromString(text, "application/xml");
        return parsed.querySelector("parsererror")?.textContent ?? parsed.documentElement.tagName;
      }),
    [...feeds, badge],
  );
  await tab.close();
  expect(found).toEqual(["feed", "feed", "svg"]);
});
