import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { readXlsx, type Cell, type Workbook } from "hucre/xlsx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MonthDocument } from "../../src/core/month-document.ts";
import type { Lang } from "../../src/core/views.ts";
import { renderXlsx } from "../../src/reports/xlsx.ts";
import { has } from "../helpers/programs.ts";
import { inTimeZone } from "../helpers/time-zone.ts";
import { acmeDocument } from "./pdf-document.ts";
import { octoberDocument, type Minutes, type TestSubject } from "./tables-document.ts";

const noOffice = !has("soffice");
const HALF_OBJECTIVE = { objective: { num: 1n, den: 2n }, objectivePercent: "50" };
const GROUP = {
  id: "oss",
  method: "error-rate",
  slotMs: 300_000,
  objective: { num: 999n, den: 1000n },
  objectivePercent: "99.9",
} as const;

/** Lost, one minute after another from `from`: failed of valid. */
const losses = (from: number, parts: readonly (readonly [failed: number, valid: number])[]) =>
  parts.map(([failed, valid], index) => {
    return { from: from + index, until: from + index + 1, failed, valid };
  });

const RATE = { id: "rate", method: "error-rate" } as const;

/** What floats and spreadsheets trip over. */
const CASES: Readonly<Record<string, TestSubject>> = {
  missed: { minutes: [{ from: 100, until: 123, failed: 4 }], target: { monthlyFee: "1200.00" } },
  met: { minutes: [{ from: 100, until: 122, failed: 4 }] },
  quiet: {},
  "long-bad": { minutes: [{ from: 0, until: 400, failed: 4 }], target: { monthlyFee: "0.05" } },
  "never-measured": { minutes: [{ from: 0, until: 44_640, valid: 0 }] },
  "thin-missed": {
    minutes: [
      { from: 0, until: 900, failed: 4 },
      { from: 9000, until: 20_000, valid: 0 },
    ],
  },
  "thin-unclear": { minutes: [{ from: 0, until: 9000, valid: 0 }] },
  "at-the-objective": {
    terms: RATE,
    minutes: losses(
      500,
      Array.from({ length: 31 }, () => [72, 100]),
    ),
  },
  "a-hair-below": {
    terms: RATE,
    minutes: losses(500, [...Array.from({ length: 31 }, () => [72, 100] as const), [1, 9_999]]),
  },
  thirds: {
    terms: RATE,
    minutes: losses(
      9,
      Array.from({ length: 300 }, (_, index) => [1, [3, 7, 9, 11][index % 4]!]),
    ),
  },
  "wild-denominators": {
    terms: RATE,
    minutes: losses(
      9,
      Array.from({ length: 400 }, (_, index) => [1 + (index % 5), 1999 + index * 7]),
    ),
  },
  "no-data-is-bad": {
    terms: { noData: "as-bad" },
    minutes: [
      { from: 100, until: 110, valid: 0 },
      { from: 200, until: 204, failed: 4 },
    ],
  },
  "no-data-is-good": {
    terms: { noData: "as-good", id: "kind" },
    minutes: [{ from: 100, until: 110, valid: 0 }],
  },
  "half-an-hour": { terms: { ...HALF_OBJECTIVE, id: "half" }, minutes: [] },
  group: { terms: GROUP, minutes: [{ from: 100, until: 101, valid: 20, failed: 7 }] },
};

const ALL_BAD: TestSubject = {
  minutes: [{ from: 0, until: 44_640, failed: 4 }],
  target: { id: "all-bad", monthlyFee: "0.05" },
};
const NAMED = Object.entries(CASES).map(([id, subject]) => ({
  ...subject,
  target: { id, ...subject.target },
}));

const HOSTILE = [
  '=HYPERLINK("http://x.example","a")',
  "@SUM(A1)",
  "+1",
  "-1",
  "＝1+1",
  "#N/A",
  "#REF!",
  "_x0041_",
  "a\u0000b\u0007",
  "<b>&\"'</b>",
  "lone \uD800 half",
  "故障 🔥 漢字",
  "*",
  "?",
  "~*",
  ">1",
  "x".repeat(300),
];

let office: string;
beforeAll(() => {
  office = mkdtempSync(join(tmpdir(), "nines-office-"));
});
afterAll(() => rmSync(office, { recursive: true, force: true }));

/** Takes out what formulas come to, so that whoever opens it must compute it. */
function withoutResults(book: Uint8Array): Uint8Array {
  const files = unzipSync(book);
  for (const [name, bytes] of Object.entries(files)) {
    if (!name.startsWith("xl/worksheets/")) continue;
    const text = strFromU8(bytes)
      .replaceAll(/(<\/f>)<v>[^<]*<\/v>/gu, "$1")
      .replaceAll(/(<c r="[A-Z]+\d+"(?: s="\d+")?) t="str"(><f>)/gu, "$1$2");
    files[name] = strToU8(text);
  }
  return zipSync(files);
}

let conversions = 0;
function recalculate(book: Uint8Array): Promise<Workbook> {
  conversions += 1;
  const [from, to] = [join(office, `${conversions}`), join(office, `${conversions}-out`)];
  mkdirSync(from);
  writeFileSync(join(from, "book.xlsx"), withoutResults(book));
  execFileSync(
    "soffice",
    [
      `-env:UserInstallation=file://${join(office, "profile")}`,
      "--headless",
      "--convert-to",
      "xlsx:Calc MS Excel 2007 XML",
      "--outdir",
      to,
      join(from, "book.xlsx"),
    ],
    { stdio: "ignore", timeout: 120_000 },
  );
  return readXlsx(readFileSync(join(to, "book.xlsx")));
}

type Sheet = Workbook["sheets"][number];
const sheetOf = (book: Workbook, name: string): Sheet =>
  book.sheets.find((sheet) => sheet.name === name)!;
const formulaCells = ({ cells }: Sheet): [string, Cell][] =>
  [...(cells ?? [])].filter(([, { formula }]) => formula !== undefined);
/** A formula's empty text is read back as nothing. */
const shown = (cell: Cell | undefined) => cell?.formulaResult ?? cell?.value ?? null;

/** The rows of a sheet below its head, by the heads. */
function records({ rows }: Sheet): Record<string, unknown>[] {
  const heads = rows[1]!.map(String);
  return rows
    .slice(2)
    .filter((row) => row.some((cell) => cell !== null && cell !== ""))
    .map((row) => Object.fromEntries(heads.map((head, index) => [head, row[index] ?? null])));
}

const render = (document: MonthDocument, lang: Lang = "en", rows?: number) =>
  renderXlsx(document, lang, rows);
const open = async (document: MonthDocument, lang: Lang = "en") =>
  readXlsx(await render(document, lang));

/** Every formula of every sheet comes to what was written beside it. */
async function expectSameWhenComputed(document: MonthDocument, lang: Lang = "en") {
  const bytes = await render(document, lang);
  const [written, computed] = [await readXlsx(bytes), await recalculate(bytes)];
  const differences: string[] = [];
  let formulas = 0;
  for (const sheet of written.sheets) {
    const other = sheetOf(computed, sheet.name);
    for (const [at, cell] of formulaCells(sheet)) {
      formulas += 1;
      const [said, found] = [shown(cell), shown(other.cells?.get(at))];
      const isSame =
        typeof said === "number" && typeof found === "number"
          ? Math.abs(said - found) <= 1e-9 * Math.max(1, Math.abs(said))
          : (said ?? "") === (found ?? "");
      if (!isSame) differences.push(JSON.stringify([sheet.name, at, cell.formula, said, found]));
    }
  }
  expect(differences).toEqual([]);
  return { formulas, computed };
}

function expectReported(book: Workbook, { report }: MonthDocument) {
  const rows = records(sheetOf(book, "Targets and groups"));
  expect(rows).toHaveLength(report.subjects.length);
  for (const [index, subject] of report.subjects.entries()) {
    const row = rows[index]!;
    const printed = subject.availabilityPercent;
    expect(row["Availability, %"], subject.id).toBe(printed === null ? "" : Number(printed));
    expect(row["Allowed bad slots"], subject.id).toBe(Number(subject.allowedBad));
    expect(row["Budget left"], subject.id).toBeCloseTo(Number(subject.budgetLeft), 5);
    expect(row["Bad slots, exact"], subject.id).toBe(subject.bad);
    expect(row["Outages"], subject.id).toBe(subject.outages.length);
  }
}

test("the sheets are there, in English and in Chinese", async () => {
  const document = octoberDocument(NAMED);
  const names = async (lang: Lang) => (await open(document, lang)).sheets.map(({ name }) => name);
  expect(await names("en")).toEqual([
    "Summary",
    "Targets and groups",
    "Outages",
    "Bad slots",
    "Exclusions",
    "Credits",
    "Trend",
    "Method",
    "Proof",
  ]);
  expect(await names("zh")).toEqual([
    "概况",
    "全部数据",
    "中断记录",
    "不可用时间片",
    "除外时段",
    "应得赔偿",
    "近十二个月",
    "计算方法",
    "证明",
  ]);
});

test("the operator's workbook has what each vantage measured", async () => {
  const vantages = [
    { vantage: "cn-hangzhou", targets: 3, planned: 133_920, measured: 133_900, failed: 60 },
    { vantage: "far-away", targets: 1, planned: 0, measured: 0, failed: 0 },
  ];
  const rows = records(sheetOf(await open(octoberDocument(NAMED, { vantages })), "Vantages"));
  expect(rows.map((row) => [row["Vantage"], row["To measure"], row["Coverage, %"]])).toEqual([
    ["cn-hangzhou", 2232, 99.985],
    ["far-away", 0, null],
  ]);
});

test("the same document gives the same bytes, wherever the clock's zone is", async () => {
  const document = octoberDocument(NAMED);
  const bytes = await render(document);
  expect(await inTimeZone("America/New_York", () => render(document))).toEqual(bytes);
});

test("figures and verdicts are formulas over the bad slots, and so is what they come to", async () => {
  const document = octoberDocument(NAMED);
  const book = await open(document);
  expectReported(book, document);
  const sheet = sheetOf(book, "Targets and groups");
  const values = new Set<string>();
  for (const [index, row] of records(sheet).entries()) {
    for (const head of ["Availability, %", "Verdict"]) {
      const column = sheet.rows[1]!.indexOf(head);
      const cell = sheet.cells!.get(`${index + 2},${column}`);
      if (cell?.formula === undefined) values.add(String(row["Target or group"]));
    }
  }
  expect([...values]).toEqual([]);
});

test("a figure that floats could print wrongly stands as the report has it", async () => {
  // 22.32 bad slots to the last part, in parts that no common denominator of a float holds.
  const primes = [9973, 9967, 9949].flatMap(
    (prime) =>
      [
        [1, prime],
        [prime - 1, prime],
      ] as const,
  );
  const parts = [...Array.from({ length: 28 }, () => [69, 100] as const), ...primes];
  const document = octoberDocument([{ terms: RATE, minutes: losses(7, parts) }]);
  expect(document.report.subjects[0]).toMatchObject({ bad: "558/25", verdict: "met" });
  const book = await open(document);
  expectReported(book, document);
  const sheet = sheetOf(book, "Targets and groups");
  const column = sheet.rows[1]!.indexOf("Availability, %");
  expect(sheet.cells!.get(`2,${column}`)?.formula).toBeUndefined();
});

test("times are Excel's own, in the zone that the head names", async () => {
  const document = octoberDocument(NAMED);
  const bytes = unzipSync(await render(document));
  const xml = strFromU8(bytes["xl/worksheets/sheet4.xml"]!);
  const serial = Number(/<c r="D3" s="\d+"><v>([\d.]+)<\/v>/u.exec(xml)?.[1]);
  expect(Math.round((serial - 25_569) * 86_400_000)).toBe(Date.parse("2026-10-01T01:40:00Z"));
  const head = sheetOf(await open(document), "Bad slots").rows[1]!;
  expect(head).toContain("Begin (Asia/Shanghai)");
});

test("a credit has whole days to claim, and its claim in a row that has room for it", async () => {
  const bytes = await render(acmeDocument());
  const rows = records(sheetOf(await readXlsx(bytes), "Credits"));
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    expect([row["Claim from"], row["Last day to claim"]]).toEqual([
      new Date("2026-11-06T00:00:00Z"),
      new Date("2026-12-31T00:00:00Z"),
    ]);
    expect(row["Text of the claim"]).toMatch(/claims a credit for .* We claim CNY/u);
  }
  const sheets = Object.entries(unzipSync(bytes)).filter(([name]) => name.includes("/sheet"));
  const credits = sheets
    .map(([, xml]) => strFromU8(xml))
    .find((xml) => xml.includes("ROUND(ROUND("));
  const [, height] = /<row r="3" ht="(\d+)"/u.exec(credits ?? "") ?? [];
  expect(Number(height)).toBeGreaterThan(4 * 13);
});

test("a text of others is never a formula, an error or a wildcard", async () => {
  const document = octoberDocument(
    HOSTILE.map((name, index) => ({
      target: { id: name, account: name, region: name, monthlyFee: "100.00" },
      minutes: [{ from: index, until: index + 30, failed: 4 }],
    })),
  );
  const book = await open(document);
  const rows = records(sheetOf(book, "Targets and groups"));
  expect(rows.map((row) => row["Target or group"])).toEqual(
    HOSTILE.map((name) => {
      if (name === "a\u0000b\u0007") return "a\uFFFDb\uFFFD";
      return name.startsWith("lone") ? "lone \uFFFD half" : name;
    }),
  );
  const sheet = sheetOf(book, "Targets and groups");
  for (const [at, { formula = "" }] of formulaCells(sheet))
    expect(formula, at).not.toMatch(/HYPER/);
});

describe("limits", () => {
  const many = octoberDocument([
    { target: { id: "a" }, minutes: [{ from: 0, until: 50, failed: 4 }] },
    {
      target: { id: "b" },
      terms: RATE,
      minutes: losses(
        0,
        Array.from({ length: 40 }, (_, index) => [1, index + 2]),
      ),
    },
    { target: { id: "c" }, minutes: [{ from: 0, until: 3, failed: 4 }] },
  ]);

  test("too many bad slots share rows, and those that do not fit are summed from the report", async () => {
    const read = async (rows: number) => readXlsx(await render(many, "en", rows));
    const roomy = await read(93);
    expect(records(sheetOf(roomy, "Bad slots"))).toHaveLength(93);
    const joined = await read(92);
    expect(records(sheetOf(joined, "Bad slots"))).toHaveLength(42);
    expect(String(sheetOf(joined, "Bad slots").rows[0]![0])).toContain("share a row");
    const cut = await read(10);
    expect(records(sheetOf(cut, "Bad slots")).map((row) => row["Target or group"])).toEqual([
      "a",
      "c",
    ]);
    expect(String(sheetOf(cut, "Bad slots").rows[0]![0])).toContain(
      "bad slots of 1 of the targets",
    );
    expect(JSON.stringify(sheetOf(cut, "Summary").rows)).toContain("bad slots of 1 of the targets");
    for (const book of [roomy, joined, cut]) expectReported(book, many);
  });

  test("an earlier revision has its sums from the report, and says so", async () => {
    const old = { ...many, timelines: null };
    const book = await open(old);
    expectReported(book, old);
    expect(String(sheetOf(book, "Bad slots").rows[0]![0])).toContain("earlier revision");
    expect(
      records(sheetOf(book, "Targets and groups")).map((row) => row["Bad slots come from"]),
    ).toEqual(["the report", "the report", "the report"]);
  });
});

test("a running month is not final on its first sheets", async () => {
  const document = octoberDocument([{}], {
    settledUntilMs: Date.parse("2026-10-11T00:00:00+08:00"),
  });
  const book = await open(document);
  expect(JSON.stringify(sheetOf(book, "Summary").rows)).toContain("Not final");
  expect(JSON.stringify(sheetOf(book, "Targets and groups").rows[0])).toContain("Not final");
  expect(records(sheetOf(book, "Targets and groups"))[0]!["Verdict"]).toBe("On track");
});

test("a month that is over and not closed is not final either", async () => {
  const closed = octoberDocument([{}]);
  const over = { ...closed, report: { ...closed.report, revision: 0, closing: null } };
  const summary = JSON.stringify(sheetOf(await open(over), "Summary").rows);
  expect(summary).toContain("Not final");
  expect(summary).toContain("over, not final");
  expect(JSON.stringify(sheetOf(await open(closed), "Summary").rows)).not.toContain("ot final");
});

test("an empty month is a book that says so", async () => {
  const book = await open(octoberDocument([]));
  expect(JSON.stringify(sheetOf(book, "Summary").rows)).toContain("Nothing was measured");
  expect(records(sheetOf(book, "Targets and groups"))).toEqual([]);
});

describe.skipIf(noOffice)("computed again by LibreOffice", () => {
  test("every formula comes to what is written beside it, and to the report", async () => {
    const document = octoberDocument([...NAMED, ALL_BAD]);
    const { formulas, computed } = await expectSameWhenComputed(document);
    expect(formulas).toBeGreaterThan(90_000);
    expectReported(computed, document);
    await expectSameWhenComputed(octoberDocument(NAMED), "zh");
  }, 180_000);

  test("hostile names, limits, an earlier revision, an empty and a running month", async () => {
    const hostile = HOSTILE.map((name, index) => ({
      target: { id: name, account: name, region: name, monthlyFee: "100.00" },
      minutes: [{ from: index, until: index + 30, failed: 4 }],
    }));
    const { computed } = await expectSameWhenComputed(octoberDocument(hostile));
    const names = records(sheetOf(computed, "Targets and groups")).map(
      (row) => row["Target or group"],
    );
    expect(names.slice(0, 8)).toEqual(HOSTILE.slice(0, 8));
    await expectSameWhenComputed({ ...octoberDocument(NAMED), timelines: null });
    await expectSameWhenComputed(octoberDocument([]));
    const settledUntilMs = Date.parse("2026-10-11T00:00:00+08:00");
    await expectSameWhenComputed(octoberDocument(NAMED, { settledUntilMs }));
  }, 180_000);

  test("any bad minutes with any denominators print as the report does", async () => {
    const minutes = fc
      .array(
        fc.record({
          gap: fc.integer({ min: 0, max: 400 }),
          length: fc.integer({ min: 1, max: 60 }),
          valid: fc.constantFrom(0, 1, 2, 3, 4, 7, 12, 60, 97, 9973),
          failed: fc.integer({ min: 0, max: 9973 }),
        }),
        { maxLength: 30 },
      )
      .map((parts) => {
        const out: { from: number; until: number; valid: number; failed: number }[] = [];
        let at = 0;
        for (const { gap, length, valid, failed } of parts) {
          out.push({
            from: at + gap,
            until: at + gap + length,
            valid,
            failed: failed % (valid + 1),
          });
          at += gap + length;
        }
        return out satisfies Minutes;
      });
    const subject = fc.record({
      minutes,
      terms: fc.record({
        method: fc.constantFrom("error-rate" as const, "all-failed" as const),
        slotMs: fc.constantFrom(60_000, 300_000),
        noData: fc.constantFrom("removed" as const, "as-good" as const, "as-bad" as const),
      }),
    });
    const subjects = fc.sample(subject, { numRuns: 300, seed: 20_261_123 });
    const document = octoberDocument(
      subjects.map(({ minutes: some, terms }, index) => ({
        minutes: some,
        terms: { ...terms, id: `${terms.method}-${terms.slotMs}-${terms.noData}` },
        target: {
          id: `t-${index}`,
          monthlyFee: `${index * 37}.${String(index % 100).padStart(2, "0")}`,
        },
      })),
    );
    const { computed, formulas } = await expectSameWhenComputed(document);
    expect(formulas).toBeGreaterThan(10_000);
    const sheet = sheetOf(await open(document), "Targets and groups");
    const column = sheet.rows[1]!.indexOf("Availability, %");
    const computing = document.report.subjects.filter(
      (_, index) => sheet.cells!.get(`${index + 2},${column}`)?.formula !== undefined,
    );
    expect(computing.length).toBeGreaterThan(295);
    expectReported(computed, document);
  }, 180_000);
});
