import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { RunOptions } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { collectComplaints } from "./browser.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPTIONS: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  // All that passes is as long as the page, and would take most of the time to be brought here.
  resultTypes: ["violations"],
};

/** What is wrong with a page: how far it is too wide, and what keeps people from using it. */
export type Examined = { readonly overflow: number; readonly violations: readonly string[] };

export const SOUND: Examined = { overflow: 0, violations: [] };

/** How wide the window is, and which colours its reader prefers. */
export type Look = { readonly width: number; readonly colorScheme: "light" | "dark" };

/**
 * Examines an open page, with everything that can be unfolded in it unfolded. Its policy must not
 * hold in its context, so that the examiner's script runs.
 */
export async function examine(page: Page): Promise<Examined> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.setAttribute("open", "unfolded");
    }
  });
  // Its text is half a megabyte: once for each document.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const violations: readonly string[] = await page.evaluate(
    `axe.run(document, ${JSON.stringify(OPTIONS)}).then(
      ({ violations }) => violations.map(({ id, nodes }) =>
        id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" | ")),
    )`,
  );
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details[open=unfolded]")) {
      details.removeAttribute("open");
    }
  });
  return { overflow, violations };
}

/** The looks in which something is wrong with an open page, with what it is. */
export async function examineIn(
  page: Page,
  looks: readonly Look[],
): Promise<Readonly<Record<string, Examined>>> {
  const found: Record<string, Examined> = {};
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const examined = await examine(page);
    const isSound = examined.overflow === SOUND.overflow && examined.violations.length === 0;
    if (!isSound) found[`${width} ${colorScheme}`] = examined;
  }
  return found;
}

/** Opens a page of a server in a look, and collects what it complains of. */
export async function openIn(
  context: BrowserContext,
  { origin, path, width, colorScheme }: Look & { readonly origin: string; readonly path: string },
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const page = await context.newPage();
  const complaints = collectComplaints(page, origin);
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  await page.goto(origin + path);
  return { page, complaints };
}
