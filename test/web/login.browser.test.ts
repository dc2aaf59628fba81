import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderLogin } from "../../src/web/login.tsx";
import { assets } from "../../src/web/scripts.ts";
import { openBrowser, serveFixed } from "../helpers/browser.ts";
import { PASSWORD, servePeople } from "../helpers/people.ts";
import { has } from "../helpers/programs.ts";

// What stands behind "#" in an address is sent to nobody: what becomes of it only a browser knows.

const noBrowser = !has("chromium");
let browser: Browser;
beforeAll(async () => {
  if (!noBrowser) browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  if (!noBrowser) await browser.close();
});

test.skipIf(noBrowser)(
  "the place on a page that a link leads to is not lost on the way through the login",
  async () => {
    const served = await servePeople({ li: "viewer" });
    const origin = await served.app.listen({ host: "127.0.0.1", port: 0 });
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    try {
      await page.goto(`${origin}/reports?lang=en#claims`);
      // Also when the first password was mistyped.
      for (const password of ["a wrong password", PASSWORD]) {
        await page.fill("#name", "li");
        await page.fill("#password", password);
        await page.click("main button[type=submit]");
      }
      expect(page.url()).toBe(`${origin}/reports?lang=en#claims`);
    } finally {
      await context.close();
      await served.close();
    }
  },
  60_000,
);

test.skipIf(noBrowser)("to a provider it is brought along by a script", async () => {
  const model = { ended: false, name: "", refused: null, seconds: 0, first: null } as const;
  const html = renderLogin({ ...model, next: "/reports/2026-10?lang=en", provider: "ID" }, "en");
  const server = await serveFixed({
    ...Object.fromEntries(assets.map(({ path, type, text }) => [path, { type, body: text }])),
    "/login": { type: "text/html; charset=utf-8", body: html },
  });
  const page = await browser.newPage();
  try {
    const linksAt = async (hash: string) => {
      await page.goto("about:blank");
      await page.goto(`${server.origin}/login${hash}`);
      return page
        .locator('a[href*="/login"]')
        .evaluateAll((links) =>
          links.map((link) => new URL((link as HTMLAnchorElement).href).searchParams.get("next")),
        );
    };
    const path = "/reports/2026-10?lang=en";
    expect(await linksAt("#claim-web-1")).toEqual([`${path}#claim-web-1`, `${path}#claim-web-1`]);
    for (const hash of ["", "#", "#:~:text=x", "#\\evil"]) {
      expect(await linksAt(hash), hash).toEqual([path, path]);
    }
  } finally {
    await page.close();
    await server.close();
  }
});
