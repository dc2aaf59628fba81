import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildYear } from "../../src/core/build-year.ts";
import type { YearModel } from "../../src/core/year-view.ts";
import { assets } from "../../src/web/scripts.ts";
import { renderYear } from "../../src/web/year.tsx";
import { collectComplaints, openBrowser, serveFixed } from "../helpers/browser.ts";
import { examineIn } from "../helpers/examine.ts";
import { has } from "../helpers/programs.ts";
import { demoYear, outageIn, partSubject, yearPartOf } from "../helpers/year-parts.ts";

const LOOKS = [
  { width: 1400, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 1400, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
] as const;
const noBrowser = !has("chromium");
const PRODUCTS = ["ecs", "rds", "slb", "oss"] as const;
const REGIONS = ["cn-hangzhou", "cn-shanghai", "cn-hongkong"];

const reader = {
  name: "user:li",
  role: "admin",
  accounts: null,
  csrf: "a-token",
  unread: 2,
} as const;

function modelOf(account: string | null): YearModel {
  return {
    ...demoYear(account),
    nowMs: Date.parse("2026-07-10T16:00:00Z"),
    years: ["2024", "2026", "2027"],
    choices: [
      { id: "acme", name: "云启科技（上海）有限公司" },
      { id: "globex", name: "Globex Travel" },
    ],
    seesAll: true,
    formats: ["json", "csv", "html", "pdf", "xlsx"],
  };
}

const empty: YearModel = {
  ...modelOf(null),
  report: buildYear({
    year: "2026",
    account: null,
    reports: [],
    claims: [],
    presentMonth: "2026-03",
  }),
};
/** Seven months of 37 subjects in 12 places. */
const long: YearModel = {
  ...modelOf(null),
  report: buildYear({
    year: "2026",
    account: null,
    reports: ["01", "02", "03", "04", "05", "06", "07"].map((number) =>
      yearPartOf(
        `2026-${number}`,
        Array.from({ length: 37 }, (_, n) => {
          const [product = "ecs", region = "cn-hangzhou"] = [PRODUCTS[n % 4], REGIONS[n % 3]];
          const outages = n < 3 ? [outageIn(`2026-${number}`, 1000 + n, 5 + n)] : [];
          return partSubject({ id: `host-${n}.example`, product, region, outages });
        }),
      ),
    ),
    claims: [],
    presentMonth: "2026-08",
  }),
};
const pages = (["en", "zh"] as const).flatMap((lang) => [
  [`/long-${lang}`, renderYear(long, lang, reader)] as const,
  [`/all-${lang}`, renderYear(modelOf(null), lang, reader)] as const,
  [`/one-${lang}`, renderYear(modelOf("acme"), lang, reader)] as const,
  [`/empty-${lang}`, renderYear(empty, lang, reader)] as const,
]);

let server: Awaited<ReturnType<typeof serveFixed>>;
let browser: Browser;
beforeAll(async () => {
  if (noBrowser) return;
  server = await serveFixed({
    ...Object.fromEntries(assets.map(({ path, type, text }) => [path, { type, body: text }])),
    ...Object.fromEntries(pages.map(([path, body]) => [path, { type: "text/html", body }])),
  });
  browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  if (noBrowser) return;
  await browser.close();
  await server.close();
});

test.skipIf(noBrowser).each(pages.map(([path]) => path))(
  "%s is accessible and whole, in light and dark, wide and narrow",
  async (path) => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    const complaints = collectComplaints(page, server.origin);
    await page.goto(server.origin + path);
    expect(await examineIn(page, path === "/all-en" ? LOOKS : LOOKS.slice(0, 2))).toEqual({});
    await context.close();
    expect(complaints).toEqual([]);
  },
  60_000,
);

test.skipIf(noBrowser)(
  "under the strict policy its style applies and nothing is asked for elsewhere",
  async () => {
    const page = await (await browser.newContext({ colorScheme: "dark" })).newPage();
    const complaints = collectComplaints(page, server.origin);
    await page.goto(`${server.origin}/all-en`);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.close();
    expect([complaints, background]).toEqual([[], "rgb(14, 20, 27)"]);
  },
);

test.skipIf(noBrowser).each(["en", "zh"])(
  "on a phone a year of many subjects shows the worst, folds the others, and fits across (%s)",
  async (lang) => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`${server.origin}/long-${lang}`);
    const visible = page.locator(".year-grid tbody th:visible");
    expect(await visible.count()).toBe(8);
    const [height, across] = await page.evaluate(() => {
      const { scrollHeight, scrollWidth } = document.documentElement;
      return [scrollHeight, scrollWidth] as const;
    });
    expect(height).toBeLessThan(5000);
    expect(across).toBe(390);
    await page.locator("#grid summary").click();
    expect(await visible.count()).toBe(37);
    const beyond = await page
      .locator(".scroll")
      .evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth));
    await page.close();
    expect(beyond).toEqual([0, 0]);
  },
);

test.skipIf(noBrowser)("printed, what is folded is on the paper too", async () => {
  const page = await browser.newPage();
  await page.emulateMedia({ media: "print" });
  await page.goto(`${server.origin}/long-en`);
  const shown = await page.locator(".year-grid tbody th:visible").count();
  await page.close();
  expect(shown).toBe(37);
});

test.skipIf(noBrowser)(
  "printed, all twelve months are on the paper, and no filter is",
  async () => {
    const page = await browser.newPage();
    await page.setViewportSize({ width: 721, height: 900 });
    await page.emulateMedia({ media: "print" });
    await page.goto(`${server.origin}/all-zh`);
    expect(await page.locator(".filters").isVisible()).toBe(false);
    const grid = page.locator(".scroll:has(.year-grid)");
    const [across, within] = await grid.evaluate((box) => [box.scrollWidth, box.clientWidth]);
    expect(across).toBe(within);
    const beyond = await page
      .locator(".year-grid :is(th, td)")
      .evaluateAll((cells) =>
        cells.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
      );
    await page.close();
    expect(beyond).toEqual([]);
  },
);
