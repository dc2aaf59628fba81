import { expect, test } from "vitest";
import { writeFileSync } from "node:fs";
import { openBrowser, serveFixed } from "../helpers/browser.ts";
import { renderOverview } from "../../src/web/overview.tsx";
import { renderTarget } from "../../src/web/target.tsx";
import { renderError } from "../../src/web/error.tsx";
import { stylesheet } from "../../src/web/style.ts";
import { demoOverview, demoTarget, demoQuietTarget, MANY_REGIONS } from "./demo-models.ts";

test("shots", async () => {
  const html = (body: string) => ({ type: "text/html; charset=utf-8", body });
  const pages: Record<string, string> = {
    overview: renderOverview(demoOverview(), "en"),
    "overview-zh": renderOverview(demoOverview(), "zh"),
    many: renderOverview(demoOverview(MANY_REGIONS), "en"),
    target: renderTarget(demoTarget, "en"),
    "target-zh": renderTarget(demoTarget, "zh"),
    quiet: renderTarget(demoQuietTarget, "en"),
    error: renderError({ status: 404, title: "x", detail: "There is no target web-9." }, "en"),
  };
  for (const [k, v] of Object.entries(pages)) console.log(k, v.length);
  const server = await serveFixed({
    [stylesheet.path]: { type: "text/css", body: stylesheet.text },
    ...Object.fromEntries(Object.entries(pages).map(([name, body]) => [`/${name}`, html(body)])),
  });
  const browser = await openBrowser({ javaScriptEnabled: true });
  const page = await browser.context.newPage();
  page.on("console", (m) => console.log("CONSOLE", m.text()));
  const only = (process.env["SHOTS"] ?? "").split(",").filter(Boolean);
  for (const [name, width, scheme] of [
    ["overview", 1400, "light"],
    ["overview", 1400, "dark"],
    ["overview-zh", 1400, "light"],
    ["overview", 390, "light"],
    ["overview-zh", 390, "dark"],
    ["many", 1400, "light"],
    ["overview", 800, "light"],
    ["target", 1400, "light"],
    ["target", 1400, "dark"],
    ["target-zh", 1400, "light"],
    ["target", 390, "light"],
    ["target-zh", 390, "dark"],
    ["quiet", 1400, "light"],
    ["error", 1400, "light"],
  ] as const) {
    if (only.length && !only.includes(`${name}-${width}-${scheme}`)) continue;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${server.origin}/${name}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) console.log("OVERFLOW", name, width, over);
    writeFileSync(
      `/tmp/n/shots/${name}-${width}-${scheme}.png`,
      await page.screenshot({ fullPage: true }),
    );
    await page.setViewportSize({ width, height: width < 500 ? 1500 : 1150 });
    writeFileSync(`/tmp/n/shots/${name}-${width}-${scheme}-top.png`, await page.screenshot());
    await page.evaluate(() => window.scrollTo(0, innerHeight - 60));
    writeFileSync(`/tmp/n/shots/${name}-${width}-${scheme}-next.png`, await page.screenshot());
  }
  await browser.close();
  await server.close();
  expect(1).toBe(1);
}, 120000);
