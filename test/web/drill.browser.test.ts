import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderMonitor } from "../../src/web/monitor.tsx";
import { renderOverview } from "../../src/web/overview.tsx";
import { renderProduct } from "../../src/web/product.tsx";
import { assets } from "../../src/web/scripts.ts";
import { renderSearch } from "../../src/web/search.tsx";
import { renderDay } from "../../src/web/slots.tsx";
import { renderResults } from "../../src/web/target-results.tsx";
import { openBrowser, serveFixed } from "../helpers/browser.ts";
import { examineIn, openIn, type Look } from "../helpers/examine.ts";
import { has } from "../helpers/programs.ts";
import {
  demoBlankSearch,
  demoDay,
  demoEmptyDay,
  demoManyFound,
  demoMonitor,
  demoNewMonitor,
  demoNoneFound,
  demoNoResults,
  demoProduct,
  demoQuietOverview,
  demoResults,
  demoSearch,
  demoTroubled,
} from "./demo-drill.ts";

const LOOKS = [
  { width: 1400, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 1400, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
] as const;
const noBrowser = !has("chromium");

const reader = {
  name: "user:li",
  role: "admin",
  accounts: null,
  csrf: "a-token",
  unread: 2,
} as const;
const pages = (["en", "zh"] as const).flatMap((lang) => [
  [`/troubled-${lang}`, renderOverview(demoTroubled, lang, reader)] as const,
  [`/quiet-${lang}`, renderOverview(demoQuietOverview, lang, reader)] as const,
  [`/product-${lang}`, renderProduct(demoProduct, lang, reader)] as const,
  [`/day-${lang}`, renderDay(demoDay, lang, reader)] as const,
  [`/empty-day-${lang}`, renderDay(demoEmptyDay, lang, reader)] as const,
  [`/results-${lang}`, renderResults(demoResults, lang, reader)] as const,
  [`/no-results-${lang}`, renderResults(demoNoResults, lang, reader)] as const,
  [`/search-${lang}`, renderSearch(demoSearch, lang, reader)] as const,
  [`/many-${lang}`, renderSearch(demoManyFound, lang, reader)] as const,
  [`/none-${lang}`, renderSearch(demoNoneFound, lang, reader)] as const,
  [`/blank-${lang}`, renderSearch(demoBlankSearch, lang, reader)] as const,
  [`/monitor-${lang}`, renderMonitor(demoMonitor, lang, reader)] as const,
  [`/new-monitor-${lang}`, renderMonitor(demoNewMonitor, lang, reader)] as const,
]);

let server: Awaited<ReturnType<typeof serveFixed>>;
let browser: Browser;
let strict: BrowserContext;
/** The page's policy does not hold in it, so that the examiner's script runs. */
let examined: BrowserContext;

beforeAll(async () => {
  if (noBrowser) return;
  server = await serveFixed({
    ...Object.fromEntries(assets.map(({ path, type, text }) => [path, { type, body: text }])),
    ...Object.fromEntries(
      pages.map(([path, body]) => [path, { type: "text/html; charset=utf-8", body }]),
    ),
    "/live": { type: "text/event-stream", body: "retry: 600000\n\n" },
  });
  browser = await openBrowser();
  strict = await browser.newContext();
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
    const looks = /^\/(troubled|product|day|results|monitor)-/.test(path)
      ? LOOKS
      : LOOKS.slice(0, 2);
    await expectSound(path, looks);
  },
  60_000,
);

test.skipIf(noBrowser).each(pages.map(([path]) => path))(
  "%s keeps to the strict policy",
  async (path) => {
    const { page, complaints } = await openPage(strict, {
      path,
      width: 1400,
      colorScheme: "dark",
    });
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.close();
    expect(complaints).toEqual([]);
    expect(background).toBe("rgb(14, 20, 27)");
  },
  60_000,
);
