import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Browser, BrowserContextOptions, Download, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectComplaints, openBrowser } from "../helpers/browser.ts";
import { PASSWORD } from "../helpers/people.ts";
import { has } from "../helpers/programs.ts";
import { tellStoryMonth, type StoryMonth } from "../helpers/story-month.ts";

// Two whole ways through the pages, from the login to the way out, as a person goes them.

const noBrowser = !has("chromium");
let story: StoryMonth;
let browser: Browser;

beforeAll(async () => {
  if (noBrowser) return;
  [story, browser] = await Promise.all([tellStoryMonth(), openBrowser()]);
}, 120_000);
afterAll(async () => {
  if (noBrowser) return;
  await browser.close();
  await story.close();
});

/** A browser of somebody; what it complains of must be nothing at the end. */
async function openPage(options: BrowserContextOptions) {
  const context = await browser.newContext({ baseURL: story.origin, ...options });
  const page = await context.newPage();
  return { context, page, complaints: collectComplaints(page, story.origin) };
}

async function logIn(page: Page, name: string): Promise<void> {
  await page.locator("#name").fill(name);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main form button[type=submit]").click();
}

const mainText = (page: Page) => page.locator("main").innerText();

/** Clicks, and goes on from a page on which one waits, until the file comes. */
async function download(page: Page, name: string): Promise<Download> {
  const coming = page.waitForEvent("download");
  const ready = page.locator(".file-wait a.button.primary");
  await page.locator(".page-tools").getByRole("link", { name, exact: true }).click();
  const isWaiting = await Promise.race([
    coming.then(() => false),
    ready.waitFor().then(
      () => true,
      () => false,
    ),
  ]);
  if (isWaiting) await ready.click();
  return coming;
}

const MANAGERS = [
  {
    lang: "zh",
    locale: "zh-CN",
    name: "li.na",
    own: "Acme Retail",
    others: ["Globex", "globex", "booking-1", "Initech", "paper-1"],
    verdict: "Acme Retail：1 项承诺中 1 项未达标（2026年10月）。",
    inPdf: "未达标",
    owed: "应得赔偿 120.00 CNY，索赔期为 2026-11-06 至 2026-12-31。",
    reports: "报告",
    copied: "已复制。",
    claim: "可用性为 99.193 %",
    submitted: "已提交",
    out: "退出登录",
  },
  {
    lang: "en",
    locale: "en-GB",
    name: "dana",
    own: "Globex Travel",
    others: ["Acme", "acme", "shop-1", "Initech", "paper-1"],
    verdict: "Globex Travel: 1 of 1 objectives missed in October 2026.",
    inPdf: "missed",
    owed: "Credits of 225.00 USD are owed, to be claimed from 2026-11-06 until 2026-12-31.",
    reports: "Reports",
    copied: "Copied.",
    claim: "was 98.924 %",
    submitted: "submitted",
    out: "Log out",
  },
] as const;

test.skipIf(noBrowser).each(MANAGERS)(
  "in $lang an account manager gets from the login to a claim that is submitted, and out again",
  async (told) => {
    const { context, page, complaints } = await openPage({ locale: told.locale });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    expect(new URL(page.url()).pathname).toBe("/login");
    await logIn(page, told.name);
    expect(new URL(page.url()).pathname).toBe("/");
    const seen = [await page.locator("body").innerText()];

    await page.locator(".nav").getByRole("link", { name: told.reports, exact: true }).click();
    seen.push(await mainText(page));
    await page.locator("#m-2026-10").scrollIntoViewIfNeeded();
    await page.locator("a.name[href^='/reports/2026-10']").click();
    const report = await mainText(page);
    seen.push(report);
    expect(report).toContain(told.verdict);
    expect(report).toContain(told.owed);

    const file = await download(page, "PDF");
    const path = await file.path();
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
    if (has("pdftotext")) {
      const text = execFileSync("pdftotext", [path, "-"], { encoding: "utf8" });
      seen.push(text);
      expect(text).toContain(told.own);
      expect(text).toContain(told.inPdf);
    }

    if (new URL(page.url()).pathname !== "/reports/2026-10") {
      await page.locator(".crumbs a[href^='/reports/2026-10']").click();
    }
    await page.locator("a[href^='/claims/']").click();
    await page.locator("button[data-copy]").click();
    await page.locator("[data-copied]", { hasText: told.copied }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    seen.push(await mainText(page), copied);
    expect(copied).toContain(told.claim);

    await page.locator("a[href*='#claim-']").click();
    await page.locator(".claim details.act summary").first().click();
    await page.locator(".claim input[name=reference]").fill("SLA-2026-77");
    await page.locator(".claim input[name=on]").fill("2026-11-09");
    await page.locator(".claim details[open] button[type=submit]").click();
    await page.locator(".claim .badge", { hasText: told.submitted }).waitFor();
    expect(await page.locator(".claim").innerText()).toContain("SLA-2026-77");

    for (const name of told.others) {
      for (const text of seen) expect(text).not.toContain(name);
    }
    const { pathname, search } = new URL(page.url());
    await page.getByRole("button", { name: told.out }).click();
    expect(new URL(page.url()).pathname).toBe("/login");
    await page.goto(pathname + search);
    expect(new URL(page.url()).pathname).toBe("/login");
    await logIn(page, told.name);
    expect(new URL(page.url()).pathname).toBe(pathname);
    expect(await mainText(page)).toContain("SLA-2026-77");
    expect(complaints).toEqual([]);
    await context.close();
  },
  120_000,
);

/** The page that the receiver was sent: without a login it asks for one, and leads there after it. */
async function followAlert(page: Page): Promise<void> {
  const [alert] = story.messages();
  expect(alert).toMatchObject({ status: "opened", labels: { subject: "paper-1" } });
  await page.goto(alert!.url!);
  expect(new URL(page.url()).pathname).toBe("/login");
  await logIn(page, "sam");
  expect(page.url()).toBe(alert!.url);
}

/** From the malfunction to the target, and from its figure to the single results in two clicks. */
async function lookAtEvidence(page: Page): Promise<void> {
  await page.locator("main table a", { hasText: "paper-1" }).click();
  expect(await page.locator(".figure-box").first().innerText()).toContain("99.193");
  await page.locator(".span tbody tr td a").first().click();
  expect(await page.locator("h1").innerText()).toContain("2026-10-05");
  const bad = page.locator("#slots tr", { hasText: "04:00" });
  expect((await bad.innerText()).match(/0 of 1/gu)).toHaveLength(2);
  await bad.getByRole("link").click();
  const rows = page.locator(".evidence tbody tr");
  expect(await rows.count()).toBe(2);
  expect(await rows.allInnerTexts()).toEqual([
    expect.stringContaining("no connection within the time limit"),
    expect.stringContaining("no connection within the time limit"),
  ]);
}

describe.skipIf(noBrowser)("an SRE", () => {
  test.each([{ scripts: true }, { scripts: false }])(
    "gets from an alert to the single results that it rests on (scripts: $scripts)",
    async ({ scripts }) => {
      const { context, page, complaints } = await openPage({ javaScriptEnabled: scripts });
      await followAlert(page);
      await lookAtEvidence(page);
      // The hour in which one vantage alone saw nothing was good, and the page says why.
      await page.goBack();
      await page.locator(".hours a", { hasText: "10:00" }).click();
      const votes = await page.locator("#slots tr", { hasText: "10:00" }).innerText();
      expect(votes).toContain("0 of 1");
      expect(votes).toContain("1 of 1");
      expect(votes).toContain("Good");
      expect(complaints).toEqual([]);
      await context.close();
    },
    120_000,
  );

  test("proposes an exclusion that only somebody else approves, and the figure follows", async () => {
    const sam = await openPage({});
    await followAlert(sam.page);
    await sam.page.locator("main a[href^='/exclusions/new']").click();
    expect(await sam.page.locator("#targets").inputValue()).toBe("paper-1");
    expect(await sam.page.locator("#from").inputValue()).toBe("2026-10-05T04:00");
    expect(await sam.page.locator("#until").inputValue()).toBe("2026-10-05T10:00");
    await sam.page.locator("#kind").selectOption("maintenance");
    await sam.page.locator("#reason").fill("Announced cut-over");
    await sam.page.locator("#evidence").fill("CHG-42");
    await sam.page.locator("form.card button[type=submit]").click();
    const { pathname } = new URL(sam.page.url());
    expect(pathname).toMatch(/^\/exclusions\/\d+$/u);
    expect(await sam.page.locator("form[action*='/approve']").count()).toBe(0);
    const token = await sam.page.locator("input[name=_csrf]").first().inputValue();
    const byHand = await sam.context.request.post(`${pathname}/approve`, {
      form: { _csrf: token, note: "" },
      headers: { origin: story.origin },
    });
    expect(byHand.status()).toBe(403);

    const ada = await openPage({});
    await ada.page.goto("/reports/2026-10?account=initech");
    await logIn(ada.page, "ada");
    expect(await mainText(ada.page)).toContain("Initech: 1 of 1 objectives missed");
    await ada.page.locator(".nav").getByRole("link", { name: "Exclusions" }).click();
    await ada.page.locator(".told a", { hasText: "Waiting for approval: 1" }).click();
    await ada.page.locator(`.list a[href^='${pathname}']`).click();
    expect(await ada.page.locator("table.effect").innerText()).toContain("99.193");
    await ada.page.locator("form[action*='/approve'] button").click();
    await ada.page.locator(".crumbs", { hasText: "approved" }).waitFor();

    await ada.page.goto("/reports/2026-10?account=initech");
    const report = await mainText(ada.page);
    expect(report).toContain("Initech: its one objective was met in October 2026.");
    expect(report).toContain("100.000");
    expect(report).toContain("revision 2");
    const line = await ada.page.locator("#exclusions tbody tr").innerText();
    expect(line).toContain("Announced cut-over");
    expect(line).toContain("user:ada");

    await ada.page.locator(".nav").getByRole("link", { name: "Audit log" }).click();
    const entries = await mainText(ada.page);
    expect(entries).toMatch(/user:ada[\s\S]*exclusion\.approve/u);
    expect(entries).toMatch(/user:sam[\s\S]*exclusion\.propose/u);
    expect([...sam.complaints, ...ada.complaints]).toEqual([]);
    await Promise.all([sam.context.close(), ada.context.close()]);
  }, 120_000);
});
