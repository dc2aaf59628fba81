import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { report } from "../../src/cli/report.ts";
import { SYSTEM } from "../../src/core/access.ts";
import type { YearReport } from "../../src/core/year-report.ts";
import { InvalidInputError } from "../../src/errors.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "../helpers/hourly-month.ts";
import { makeHome, type Finished, type Home } from "../helpers/nines.ts";

let october: HourlyMonth;
let at: Home;

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", () => "o");
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  at = makeHome();
  at.write("nines.yaml", HOURLY_CONFIG);
});
afterAll(async () => {
  at.remove();
  await october.drop();
});

/** The verb as the command line runs it, in this process. */
async function run(...args: string[]): Promise<Finished> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    clock: october.clock,
    env: { DATABASE_URL: october.url, NINES_CONFIG: join(at.folder, "nines.yaml") },
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
  };
  const status = await report.run(args, terminal).catch((error: unknown) => {
    if (!(error instanceof InvalidInputError)) throw error;
    err.push(...error.problems.map(({ place, message }) => `${place}: ${message}`));
    return 2;
  });
  return { status, stdout: out.join("\n"), stderr: err.join("\n") };
}

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
    const out = join(at.folder, `year.${format}`);
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
  expect(readFileSync(join(at.folder, "year.html"), "utf8")).toContain("2026年服务等级年度汇总");
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
