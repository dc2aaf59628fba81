import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { report } from "../../src/cli/report.ts";
import { SYSTEM } from "../../src/core/access.ts";
import type { YearReport } from "../../src/core/year-report.ts";
import { openTerminal, type Terminal } from "../helpers/command-line.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";

let october: HourlyMonth;
let terminal: Terminal;

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", () => "o");
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  terminal = openTerminal(october);
});
afterAll(async () => {
  terminal.at.remove();
  await october.drop();
});

const run = (...args: string[]) => terminal.run(report, ...args);

test("nines report --year writes the year, of one account or of all", async () => {
  const { status, stdout, stderr } = await run("--year", "2026");
  expect([status, stderr]).toEqual([0, ""]);
  const year = JSON.parse(stdout) as YearReport;
  expect(year.counts).toMatchObject({ kept: 1, missed: 1 });
  expect(year.accounts.map(({ account }) => account)).toEqual(["acme", "globex"]);
  const one = await run("--year", "2026", "--account", "globex", "--format", "csv");
  expect(one.stdout).toContain("web-2");
  expect(one.stdout).not.toContain("web-1");
});

test("writes it to a file, in the language asked for", async () => {
  for (const [format, mark] of [
    ["pdf", "%PDF-1.7"],
    ["xlsx", "PK"],
    ["html", "<!doctype html>"],
  ] as const) {
    const out = join(terminal.at.folder, `year.${format}`);
    const { status } = await run(
      "--year",
      "2026",
      "--format",
      format,
      "--lang",
      "zh",
      "--out",
      out,
    );
    expect(status).toBe(0);
    expect(readFileSync(out).subarray(0, mark.length).toString("latin1")).toBe(mark);
  }
  expect(readFileSync(join(terminal.at.folder, "year.html"), "utf8")).toContain(
    "2026年服务等级年度汇总",
  );
});

test.each([
  [[], "--month: give a month such as 2026-10, or a year: --year 2026"],
  [["--year", "2026", "--month", "2026-10"], "--month: give either --month or --year, not both"],
  [["--year", "2026-10"], "--year: give a year such as 2026"],
  [["--year", "2026", "--revision", "1"], "--revision: is of a month"],
  [
    ["--year", "2026", "--format", "zip"],
    '--format: "zip" is not one of json, csv, html, pdf, xlsx',
  ],
  [["--year", "2026", "--account", "nobody"], '--account: no account "nobody"'],
  [["--year"], "--year: needs a value"],
])("%j is refused: %s", async (args, told) => {
  const { status, stderr, stdout } = await run(...args);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(told);
});
