import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MonthDocument } from "../../src/core/month-document.ts";
import { renderHtml } from "../../src/reports/html.ts";
import { openBrowser } from "../helpers/browser.ts";
import { examine, SOUND } from "../helpers/examine.ts";
import { has } from "../helpers/programs.ts";
import { inTimeZone } from "../helpers/time-zone.ts";
import { acmeDocument, largeDocument } from "./pdf-document.ts";
import { octoberDocument } from "./tables-document.ts";

const noBrowser = !has("chromium") || !has("pdftotext");

const HOSTILE = `<script>alert(1)</script>"'&<img src=x onerror=alert(1)>`;
const RUNNING = { settledUntilMs: Date.parse("2026-10-11T00:00:00+08:00") };

function hostileDocument(): MonthDocument {
  const document = acmeDocument();
  const [malfunction] = document.report.malfunctions ?? [];
  return {
    ...document,
    accountName: HOSTILE,
    report: {
      ...document.report,
      subjects: document.report.subjects.map((subject) => ({
        ...subject,
        id: HOSTILE,
        region: HOSTILE,
        exclusions: subject.exclusions.map((one) => ({
          ...one,
          reason: HOSTILE,
          evidence: "javascript:alert(1)",
        })),
      })),
      malfunctions: [
        {
          ...malfunction!,
          title: HOSTILE,
          cause: `${HOSTILE}\n\n![x](https://evil.example/x.png) [a](javascript:alert(1))`,
          subjects: [{ agreement: "ecs", subject: HOSTILE }],
        },
      ],
    },
    timelines: null,
    publicUrl: "javascript:alert(1)//",
  };
}

const closing = { at: "2026-11-03T00:00:00.000Z", by: "user:li", reason: "a late exclusion" };
const REVISED = {
  closing: {
    ...closing,
    previous: "sha256:00d0",
    changes: [
      { agreement: "ecs", subject: "web-1", field: "bad", before: "40", after: "39" },
      { agreement: "ecs", subject: "web-9", field: null, before: null, after: null },
    ],
  },
};

const DOCUMENTS: Readonly<Record<string, () => MonthDocument>> = {
  closed: () => acmeDocument({}, REVISED),
  running: () => acmeDocument(RUNNING),
  empty: () => octoberDocument([]),
  earlier: () => acmeDocument({ timelines: null }),
  operator: () => largeDocument({ subjects: 600, accounts: 12, missedEach: 20 }),
};

describe("as text", () => {
  test("the sections are those of the report, in both languages", async () => {
    const en = await renderHtml(DOCUMENTS["closed"]!(), "en");
    const zh = await renderHtml(DOCUMENTS["closed"]!(), "zh");
    const ids = (html: string) =>
      [...html.matchAll(/<section id="([a-z]+)">/gu)].map(([, id]) => id);
    expect(ids(en)).toEqual([
      "places",
      "heat",
      "budgets",
      "credits",
      "claims",
      "subjects",
      "outages",
      "malfunctions",
      "exclusions",
      "maintenance",
      "timelines",
      "trend",
      "changes",
      "method",
      "proof",
    ]);
    expect(ids(zh)).toEqual(ids(en));
    expect(en).toContain('<html lang="en">');
    expect(zh).toContain('<html lang="zh-CN">');
    expect(en).toContain("2 of 7 objectives were missed.");
    expect(en).toContain("claims a credit for orders-db");
    expect(en).toContain("<strong>cooling unit 3</strong>");
    expect(en).toContain('href="#malfunction-12"');
    expect(en).toContain("<td>wang<span");
    expect(en + zh).not.toContain("user:");
  });

  test("the same document gives the same bytes, wherever the clock's zone is", async () => {
    const make = () => renderHtml(DOCUMENTS["operator"]!(), "zh");
    expect(await inTimeZone("America/New_York", make)).toBe(await make());
  });

  test("it needs nothing else, and its policy lets nothing else in", async () => {
    const html = await renderHtml(acmeDocument({ publicUrl: "https://nines.example.com" }), "en");
    const [, style = ""] = /<style>(.*?)<\/style>/su.exec(html) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(html).not.toMatch(/<script|<link|<img|\sstyle=|url\(|@import/u);
    const hrefs = [...html.matchAll(/\s(?:href|src)="([^"]*)"/gu)].map(([, href = ""]) => href);
    expect(hrefs.filter((href) => !href.startsWith("#"))).toEqual([
      "https://nines.example.com/?month=2026-10",
    ]);
  });

  test("nothing that others wrote is mark-up", async () => {
    const html = await renderHtml(hostileDocument(), "en");
    expect(html).not.toContain("<script");
    expect(html).not.toContain("<img");
    expect(html).not.toMatch(/href="javascript/iu);
    expect(html).toContain("&lt;script>alert(1)&lt;/script>");
  });

  test("a running month says that it is not final, an earlier revision that it has no charts", async () => {
    const running = await renderHtml(DOCUMENTS["running"]!(), "en");
    expect(running.match(/Not final: these figures are not closed and signed/gu)).toHaveLength(2);
    const { report, ...rest } = DOCUMENTS["earlier"]!();
    const over = { ...rest, report: { ...report, revision: 0, closing: null } };
    expect((await renderHtml(over, "en")).match(/Not final: /gu)).toHaveLength(2);
    const earlier = await renderHtml(DOCUMENTS["earlier"]!(), "en");
    expect(earlier).toContain("This is an earlier revision");
    const empty = await renderHtml(DOCUMENTS["empty"]!(), "en");
    expect(empty).toContain("Nothing was measured in this month.");
  });

  test("a report of ten thousand subjects lists what was struck, counts the rest, and says so", async () => {
    const html = await renderHtml(
      largeDocument({ subjects: 10_000, accounts: 200, missedEach: 50 }),
      "en",
    );
    const head = html.slice(html.indexOf("<body>"));
    expect(head).toContain("This report has 10,000 subjects.");
    expect(head).toContain("9,800 more (Every figure) are not listed here.");
    expect(head).toContain("JSON, XLSX and CSV (ZIP) forms");
    expect(html.length).toBeLessThan(2_000_000);
  }, 60_000);
});

describe.skipIf(noBrowser)("in a browser", () => {
  let folder: string;
  let browser: Browser;
  let plain: BrowserContext;
  /** The page's policy does not hold in it, so that the examiner's script runs. */
  let examined: BrowserContext;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nines-html-"));
    browser = await openBrowser();
    plain = await browser.newContext();
    examined = await browser.newContext({ bypassCSP: true });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function openPage(context: BrowserContext, html: string, width: number) {
    const file = join(folder, "report.html");
    writeFileSync(file, html);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== `file://${file}`) complaints.push(request.url());
    });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`file://${file}`);
    return { page, complaints };
  }

  async function lookAt(html: string, at: { width: number; colorScheme: "light" | "dark" }) {
    const { page, complaints } = await openPage(examined, html, at.width);
    await page.emulateMedia({ colorScheme: at.colorScheme });
    const found = await examine(page);
    await page.close();
    return { ...found, complaints };
  }

  test.each(Object.keys(DOCUMENTS))(
    "%s: accessible wide and narrow, light and dark",
    async (name) => {
      const document = DOCUMENTS[name]!();
      const looks = [
        { lang: "en", width: 1300, colorScheme: "light" },
        { lang: "zh", width: 390, colorScheme: "dark" },
      ] as const;
      for (const { lang, ...at } of looks) {
        const found = await lookAt(await renderHtml(document, lang), at);
        expect(found, JSON.stringify(at)).toEqual({ ...SOUND, complaints: [] });
      }
    },
    120_000,
  );

  test("under its own policy its style applies, and what others wrote runs nothing", async () => {
    const { page, complaints } = await openPage(
      plain,
      await renderHtml(hostileDocument(), "en"),
      390,
    );
    const look = await page.evaluate(() => ({
      margin: getComputedStyle(document.querySelector("h1")!).marginTop,
      images: document.images.length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
    expect(look).toEqual({ margin: "0px", images: 0, overflow: 0 });
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test("it prints on A4, within its width and without the contents", async () => {
    const { page } = await openPage(plain, await renderHtml(acmeDocument(), "en"), 1300);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    // The width of the page between its margins, in CSS pixels.
    await page.setViewportSize({ width: Math.floor(((210 - 26) / 25.4) * 96), height: 900 });
    const printed = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      contents: getComputedStyle(document.querySelector("nav")!).display,
      ink: getComputedStyle(document.body).color,
    }));
    expect(printed).toEqual({ overflow: 0, contents: "none", ink: "rgb(22, 33, 45)" });
    const file = join(folder, "printed.pdf");
    await page.pdf({ preferCSSPageSize: true, path: file });
    await page.close();
    const pages = execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" })
      .split("\f")
      .map(
        (text) =>
          text
            .trim()
            .split(/\s*\n\s*/u)
            .at(-1) ?? "",
      );
    expect(pages.length).toBeGreaterThan(4);
    // A head without a row under it.
    const heads = ["Begin", "Approved by", "Target or group", "Verdict", "Merkle root", "25-11"];
    expect(pages.filter((last) => heads.some((head) => last.includes(head)))).toEqual([]);
  }, 60_000);

  test("twelve months stand side by side without scrolling, the newest in sight", async () => {
    const { page } = await openPage(plain, await renderHtml(acmeDocument(), "en"), 1200);
    const hidden = await page.evaluate(() => {
      const table = document.querySelector("#trend table");
      const around = table?.parentElement;
      return {
        heads: table?.querySelectorAll("thead th").length,
        overflow: (around?.scrollWidth ?? 0) - (around?.clientWidth ?? 0),
      };
    });
    expect(hidden).toEqual({ heads: 13, overflow: 0 });
    await page.close();
  }, 60_000);
});
