import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { readXlsx, type Cell, type Workbook } from "hucre/xlsx";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildYear } from "../../src/core/build-year.ts";
import type { Lang } from "../../src/core/views.ts";
import type { YearDocument } from "../../src/core/year-report.ts";
import { renderYearXlsx } from "../../src/reports/year-xlsx.ts";
import { has } from "../helpers/programs.ts";
import { demoYear, partSubject, yearPartOf } from "../helpers/year-parts.ts";

const noOffice = !has("soffice");

let office: string;
beforeAll(() => {
  office = mkdtempSync(join(tmpdir(), "nines-year-office-"));
});
afterAll(() => rmSync(office, { recursive: true, force: true }));

/** Takes out what formulas come to, so that whoever opens it must compute it. */
function withoutResults(book: Uint8Array): Uint8Array {
  const files = unzipSync(book);
  for (const [name, bytes] of Object.entries(files)) {
    if (!name.startsWith("xl/worksheets/")) continue;
    files[name] = strToU8(strFromU8(bytes).replaceAll(/(<\/f>)<v>[^<]*<\/v>/gu, "$1"));
  }
  return zipSync(files);
}

/** Computed again by another program, all at once: it takes seconds to start. */
async function recalculate(books: Readonly<Record<string, Uint8Array>>) {
  const [from, to] = [join(office, "in"), join(office, "out")];
  mkdirSync(from);
  const paths = Object.entries(books).map(([name, book]) => {
    writeFileSync(join(from, `${name}.xlsx`), withoutResults(book));
    return join(from, `${name}.xlsx`);
  });
  const profile = `-env:UserInstallation=file://${join(office, "profile")}`;
  const options = ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", to];
  execFileSync("soffice", [profile, ...options, ...paths], { stdio: "ignore", timeout: 120_000 });
  const found = new Map<string, Workbook>();
  for (const name of Object.keys(books)) {
    found.set(name, await readXlsx(readFileSync(join(to, `${name}.xlsx`))));
  }
  return found;
}

type Sheet = Workbook["sheets"][number];
const sheetOf = (book: Workbook, name: string): Sheet =>
  book.sheets.find((sheet) => sheet.name === name)!;
const formulas = ({ cells }: Sheet): [string, Cell][] =>
  [...(cells ?? [])].filter(([, { formula }]) => formula !== undefined);
const shown = (cell: Cell | undefined) => cell?.formulaResult ?? cell?.value ?? null;

/** The rows of a sheet below its head, by the heads. */
function records({ rows }: Sheet): Record<string, unknown>[] {
  const heads = rows[1]!.map(String);
  return rows
    .slice(2)
    .map((row) => Object.fromEntries(heads.map((head, at) => [head, row[at] ?? null])));
}

/** What floats and spreadsheets trip over: thirds, wild denominators, names like formulas. */
function wildYear(): YearDocument {
  const months = Array.from({ length: 12 }, (_, at) => `2026-${String(at + 1).padStart(2, "0")}`);
  const reports = months.map((month, at) =>
    yearPartOf(month, [
      partSubject({ id: "thirds", bad: `${at + 1}/3`, counted: 41_760 + at }),
      partSubject({ id: "wild", bad: `${1000 + at}/${9949 + at * 12}` }),
      partSubject({ id: "exact", bad: at === 0 ? "558/25" : "0" }),
      partSubject({ id: '=HYPERLINK("x")', region: "~*", bad: "7" }),
      partSubject({ id: "*", region: "*", counted: 0, availabilityPercent: null }),
      partSubject({
        id: "moved",
        region: at < 6 ? "cn-hangzhou" : "cn-beijing",
        slotSeconds: at < 3 ? 60 : 300,
        bad: "1/7",
        verdict: "missed",
        credit: { percent: 25, amount: at % 2 === 0 ? "0.10" : "0.20", currency: "CNY" },
      }),
    ]),
  );
  return {
    ...demoYear(),
    report: buildYear({
      year: "2026",
      account: null,
      reports,
      claims: [],
      presentMonth: "2027-01",
    }),
  };
}

const open = async (document: YearDocument, lang: Lang = "en") =>
  readXlsx(await renderYearXlsx(document, lang));

test("there is a sheet for each list, in English and in Chinese", async () => {
  const names = async (lang: Lang) => (await open(demoYear(), lang)).sheets.map(({ name }) => name);
  expect(await names("en")).toEqual([
    "Summary",
    "Targets and groups",
    "Products and regions",
    "Credits",
    "Outages",
  ]);
  expect(await names("zh")).toEqual(["概况", "统计对象", "产品与地域", "赔偿", "中断记录"]);
});

test.each([
  ["demo", demoYear],
  ["wild", wildYear],
] as const)("the sums of the %s year are the year's own", async (_, documentOf) => {
  const document = documentOf();
  const book = await open(document);
  const rows = records(sheetOf(book, "Targets and groups"));
  expect(rows).toHaveLength(document.report.subjects.length);
  for (const [index, subject] of document.report.subjects.entries()) {
    const row = rows[index]!;
    const printed = subject.availabilityPercent;
    expect(row["The year, %"]).toBe(printed === null ? null : Number(printed));
    expect(row["Kept"]).toBe(subject.counts.kept);
    expect(row["No figure"]).toBe(subject.counts.without);
    expect(row["Bad time, minutes (=)"]).toBe(subject.time.badMinutes);
    expect(row["Counted time, minutes"]).toBe(subject.time.countedMinutes);
    for (const [at, figure] of subject.months.entries()) {
      const percent = figure?.availabilityPercent ?? null;
      const head = `${"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[at]}, %`;
      expect(row[head]).toBe(percent === null ? null : Number(percent));
    }
  }
  const places = records(sheetOf(book, "Products and regions"));
  expect(places.map((row) => [row["Product"], row["Region"], row["The year, %"]])).toEqual(
    document.report.places.map(({ product, region, availabilityPercent }) => [
      product,
      region,
      availabilityPercent === null ? null : Number(availabilityPercent),
    ]),
  );
});

test("a name of others is never a formula", async () => {
  const book = await open(wildYear());
  const names = records(sheetOf(book, "Targets and groups")).map((row) => row["Target or group"]);
  expect(names).toContain('=HYPERLINK("x")');
  for (const sheet of book.sheets) {
    for (const [at, { formula = "" }] of formulas(sheet))
      expect(formula, at).not.toContain("HYPER");
  }
});

test("where a float could print another digit the year's own value stands", async () => {
  const sheet = sheetOf(await open(wildYear()), "Targets and groups");
  const column = sheet.rows[1]!.indexOf("The year, %");
  const rows = records(sheet);
  const formulaOf = (id: string) =>
    sheet.cells!.get(`${rows.findIndex((row) => row["Target or group"] === id) + 2},${column}`)
      ?.formula;
  expect(formulaOf("wild")).toContain("ROUNDUP");
  expect(formulaOf("*")).toBeUndefined();
});

test.skipIf(noOffice)(
  "every formula comes to what is written beside it",
  async () => {
    const written: Record<string, Uint8Array> = {
      demo: await renderYearXlsx(demoYear(), "en"),
      chinese: await renderYearXlsx(demoYear(), "zh"),
      wild: await renderYearXlsx(wildYear(), "en"),
    };
    const computed = await recalculate(written);
    for (const [name, bytes] of Object.entries(written)) {
      const differences: string[] = [];
      let count = 0;
      for (const sheet of (await readXlsx(bytes)).sheets) {
        const other = sheetOf(computed.get(name)!, sheet.name);
        for (const [at, cell] of formulas(sheet)) {
          count += 1;
          const [said, found] = [shown(cell), shown(other.cells?.get(at))];
          const isSame =
            typeof said === "number" && typeof found === "number"
              ? Math.abs(said - found) <= 1e-9 * Math.max(1, Math.abs(said))
              : (said ?? "") === (found ?? "");
          if (!isSame)
            differences.push(JSON.stringify([sheet.name, at, cell.formula, said, found]));
        }
      }
      expect(differences, name).toEqual([]);
      expect(count).toBeGreaterThan(60);
    }
  },
  180_000,
);
