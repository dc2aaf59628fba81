import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRendition } from "../../src/renditions.ts";
import { bearer } from "../helpers/access.ts";
import { openBrowser } from "../helpers/browser.ts";
import { tellStory, type Story } from "../helpers/pages-story.ts";
import { has } from "../helpers/programs.ts";
import { createReportQueue } from "../helpers/report-queue.ts";

const noBrowser = !has("chromium");
const { jobs, queue } = createReportQueue();
let story: Story;
let browser: Browser;
let origin = "";

beforeAll(async () => {
  if (noBrowser) return;
  story = await tellStory({ reportQueue: () => queue });
  await story.served.app.listen({ host: "127.0.0.1", port: 0 });
  origin = `http://127.0.0.1:${(story.served.app.server.address() as AddressInfo).port}`;
  browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  if (noBrowser) return;
  await browser.close();
  await story.close();
});

test.skipIf(noBrowser).each([
  ["with scripts", "pdf", true],
  ["without scripts", "html", false],
] as const)(
  "%s a page waits for a report, shows how far it is, and leads to the file",
  async (_what, format, javaScriptEnabled) => {
    const context = await browser.newContext({
      javaScriptEnabled,
      extraHTTPHeaders: bearer(story.tokens.acme),
    });
    const page = await context.newPage();
    const id = `2026-10.1.${format}.en.acme`;
    await page.goto(`${origin}/reports/2026-10?lang=en`);
    await page.locator(".page-tools a", { hasText: format.toUpperCase() }).click();
    const bar = page.locator(".file-wait progress");
    await bar.waitFor();
    expect(await bar.getAttribute("value")).toBeNull();
    jobs.set(id, { ...jobs.get(id)!, state: "active", percent: 40 });
    await page.locator(".file-wait progress[value='40']").waitFor();
    jobs.set(id, { ...jobs.get(id)!, state: "failed", problem: "lost" });
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".file-wait progress").waitFor();
    expect(jobs.get(id)?.state).toBe("waiting");
    const key = { month: "2026-10", account: "acme", revision: 1, format, lang: "en" } as const;
    await makeRendition({ ...story.month, render: async () => Buffer.from("the bytes") }, key);
    jobs.delete(id);
    const link = page.getByRole("link", { name: /^Download the/u });
    await link.waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(file.suggestedFilename()).toBe(`sla-2026-10-acme.${format}`);
    await context.close();
  },
  60_000,
);
