import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { report } from "../../src/cli/report.ts";
import { closeDueMonths } from "../../src/close-due.ts";
import { makeRendition } from "../../src/renditions.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "../helpers/hourly-month.ts";
import { makeHome, type Home } from "../helpers/nines.ts";

let october: HourlyMonth;
let at: Home;
beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", () => "o");
  await closeDueMonths(october);
  at = makeHome();
  at.write("nines.yaml", HOURLY_CONFIG);
});
afterAll(async () => {
  at.remove();
  await october.drop();
});

/** What the verb writes, run in this process. */
async function write(...args: string[]): Promise<string> {
  const out = join(at.folder, "report");
  const terminal = {
    clock: october.clock,
    env: { DATABASE_URL: october.url, NINES_CONFIG: join(at.folder, "nines.yaml") },
    out: () => undefined,
    err: () => undefined,
  };
  const all = ["--month", OCTOBER.month, "--account", "acme", "--out", out, ...args];
  expect(await report.run(all, terminal)).toBe(0);
  return readFileSync(out, "utf8");
}

test("nines report gives the bytes that are kept, and else renders without keeping anything", async () => {
  const { db } = october;
  expect(await write("--format", "html")).toContain("web-1");
  expect((await db.query("select from rendition")).rows).toHaveLength(0);
  const key = { month: OCTOBER.month, account: "acme", revision: 1, format: "html" } as const;
  await makeRendition(
    { ...october, render: async () => Buffer.from("kept") },
    { ...key, lang: "en" },
  );
  expect(await write("--format", "html")).toBe("kept");
  expect(await write("--format", "html", "--revision", "1")).toBe("kept");
  for (const other of [
    ["--format", "html", "--revision", "0"],
    ["--format", "html", "--lang", "zh"],
    ["--format", "csv"],
  ]) {
    expect(await write(...other)).toContain("web-1");
  }
});
