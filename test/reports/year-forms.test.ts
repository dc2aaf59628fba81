import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildYear } from "../../src/core/build-year.ts";
import { LANGS, type Lang } from "../../src/core/views.ts";
import { cellKind } from "../../src/core/year-cells.ts";
import { monthsOf, type YearDocument } from "../../src/core/year-report.ts";
import {
  YEAR_FORMAT_NAMES,
  yearFormats,
  type YearFormatName,
} from "../../src/reports/year-index.ts";
import { openBrowser } from "../helpers/browser.ts";
import { examine, SOUND } from "../helpers/examine.ts";
import { has } from "../helpers/programs.ts";
import { demoYear, partSubject, yearPartOf } from "../helpers/year-parts.ts";

const HOSTILE = `<script>alert(1)</script>"'&<img src=x onerror=alert(1)>`;
const canRead = has("pdftotext") && has("pdfdetach") && has("qpdf");

const render = (name: YearFormatName, document: YearDocument, lang: Lang = "en") =>
  yearFormats[name].render(document, lang);
const text = async (name: YearFormatName, document: YearDocument, lang: Lang = "en") =>
  Buffer.from(await render(name, document, lang)).toString("utf8");

/** Without any blank: lines are broken anywhere. */
const dense = (one: string) => one.replaceAll(/\s/gu, "");

function documentOf(report: YearDocument["report"]): YearDocument {
  return { ...demoYear(), report, accountNames: {} };
}

const emptyYear = () =>
  documentOf(
    buildYear({
      year: "2026",
      account: null,
      reports: [],
      claims: [],
      presentMonth: "2026-03",
    }),
  );

const hostileYear = () => {
  const { report } = demoYear();
  return {
    ...documentOf({
      ...report,
      subjects: report.subjects.map((one) => ({ ...one, id: HOSTILE, region: HOSTILE })),
      outages: report.outages.map((one) => ({ ...one, id: HOSTILE })),
      creditLines: report.creditLines.map((one) => ({ ...one, id: HOSTILE })),
    }),
    accountNames: { acme: HOSTILE },
  };
};

/** Of so many subjects in each of twelve closed months. */
function largeYear(subjects: number): YearDocument {
  const reports = monthsOf("2026").map((month) =>
    yearPartOf(
      month,
      Array.from({ length: subjects }, (_, at) =>
        at % 50 === 0
          ? partSubject({ id: `t-${at}`, bad: "41/60", verdict: "missed" })
          : partSubject({ id: `t-${at}`, account: `account-${at % 300}` }),
      ),
    ),
  );
  return documentOf(
    buildYear({ year: "2026", account: null, reports, claims: [], presentMonth: "2027-01" }),
  );
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nines-year-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(YEAR_FORMAT_NAMES)("%s: the same document gives the same bytes", async (name) => {
  for (const lang of LANGS) {
    const [one, other] = [
      await render(name, demoYear(), lang),
      await render(name, demoYear(), lang),
    ];
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
  }
});

test("the JSON is the year itself", async () => {
  const { report } = demoYear();
  expect(JSON.parse(await text("json", demoYear()))).toEqual(report);
});

describe("the CSV", () => {
  test("has a line for each subject, with the year's sums and its twelve months", async () => {
    const { report } = demoYear();
    const lines = (await text("csv", demoYear())).slice(1).trimEnd().split("\r\n");
    const [head = "", ...rows] = lines.map((line) => line.split(","));
    expect(rows).toHaveLength(report.subjects.length);
    for (const [index, subject] of report.subjects.entries()) {
      const row = rows[index]!;
      const of = (name: string) => row[head.indexOf(name)];
      expect(of("subject")).toBe(subject.id);
      expect(of("availabilityPercent")).toBe(subject.availabilityPercent);
      expect(of("badMinutesExact")).toBe(subject.time.badMinutes);
      expect(of("monthsKept")).toBe(String(subject.counts.kept));
      for (const [at, { month, state }] of report.months.entries()) {
        const figure = subject.months[at] ?? null;
        expect(of(`${month} verdict`)).toBe(figure?.verdict ?? cellKind(null, state));
        expect(of(`${month} availabilityPercent`)).toBe(figure?.availabilityPercent ?? "");
      }
    }
    const web = rows.find((row) => row.includes("web-1"))!;
    expect(web[head.indexOf("2026-01 verdict")]).toBe("gap");
    expect(web[head.indexOf("2026-12 verdict")]).toBe("ahead");
  });

  test("puts what a spreadsheet would run behind an apostrophe", async () => {
    const evil = yearPartOf("2026-04", [partSubject({ id: "=1+1" })]);
    const year = { year: "2026", account: null, claims: [], presentMonth: "2026-04" };
    expect(await text("csv", documentOf(buildYear({ ...year, reports: [evil] })))).toContain(
      ",'=1+1,",
    );
  });
});

describe.skipIf(!canRead)("the PDF, read by others", () => {
  let files = 0;
  async function print(document: YearDocument, lang: Lang): Promise<string> {
    files += 1;
    const path = join(folder, `${files}.pdf`);
    writeFileSync(path, await render("pdf", document, lang));
    return path;
  }
  const run = (program: string, args: readonly string[]) =>
    execFileSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  const read = (path: string) => run("pdftotext", ["-layout", path, "-"]);

  test("is a sound file of PDF/A-3b with the JSON in it", async () => {
    const path = await print(demoYear("acme"), "zh");
    expect(run("qpdf", ["--check", path])).toContain("No syntax or stream encoding errors");
    expect(run("pdfinfo", ["-meta", path])).toContain("<pdfaid:part>3</pdfaid:part>");
    expect(run("pdfinfo", [path])).toMatch(
      /^Title: +2026年服务等级年度汇总 云启科技（上海）有限公司 \(acme\)$/mu,
    );
    const out = join(folder, "out.json");
    run("pdfdetach", ["-save", "1", "-o", out, path]);
    expect(readFileSync(out, "utf8")).toBe(JSON.stringify(demoYear("acme").report));
  });

  test("says what the year came to, what of it is missing, and that years are not promised", async () => {
    const english = dense(run("pdftotext", [await print(demoYear(), "en"), "-"]));
    for (const told of [
      "Service level summary 2026",
      "3 of 7 monthly objectives were missed. For 1 of 7 there was too little data to tell.",
      "Credits of CNY 120.00 and JPY 700 are owed.",
      "Not final: July 2026 may still change.",
      "There is no report of January 2026 to March 2026: nothing is counted for it.",
      "The agreements promise availability month by month.",
      "99.95 % → 99.99 %",
      "Slots 1 min → 5 min",
      "The year · JPY",
    ]) {
      expect(english).toContain(dense(told));
    }
    expect(english).not.toContain("820");
    const chinese = dense(read(await print(demoYear(), "zh")));
    for (const told of [
      "7项月度承诺中有3项未达标。另有1项数据不足，无法判定。应得赔偿CNY120.00、JPY700。",
      "2026年1月至2026年3月没有报告，不计入任何数据。",
      "协议按月承诺。全年合计仅供参考",
    ]) {
      expect(chinese).toContain(told);
    }
  });

  test("has each subject's figures of each month, with marks", async () => {
    const document = demoYear();
    const page = read(await print(document, "en"));
    for (const { id, availabilityPercent, months } of document.report.subjects) {
      expect(page).toContain(id);
      expect(page).toContain(`${availabilityPercent} %`);
      for (const figure of months)
        if (figure !== null) expect(page).toContain(figure.availabilityPercent!);
    }
    for (const mark of ["✓", "×", "?", "→", "!", "·", "–"]) expect(page).toContain(mark);
    expect(page).not.toContain("□");
  });

  test("of an empty year says so, and what others wrote is text", async () => {
    expect(read(await print(emptyYear(), "en"))).toContain(
      "There is no report of any month of this year.",
    );
    expect(dense(read(await print(hostileYear(), "en")))).toContain(dense(HOSTILE));
  });

  test("of ten thousand subjects lists what was struck and counts the rest", async () => {
    const page = read(await print(largeYear(10_000), "en"));
    expect(page).toContain("9,800 more (The year of each target or group) are not listed here.");
  }, 120_000);
});

describe("the HTML", () => {
  test("needs nothing else, and says what the others say", async () => {
    for (const lang of LANGS) {
      const html = await text("html", demoYear(), lang);
      expect(html).not.toMatch(/<script|<img|\s(?:href|src)="(?!#)/u);
      const style = /<style>(.*)<\/style>/su.exec(html)?.[1] ?? "";
      const hash = createHash("sha256").update(style).digest("base64");
      expect(html).toContain(`style-src 'sha256-${hash}'`);
    }
    const html = await text("html", demoYear());
    expect(html).toContain("3 of 7 monthly objectives were missed.");
    expect(html).toContain("There is no report of January 2026 to March 2026");
    expect(html).toMatch(/<td class="cell missed">.*?99\.900.*?missed<\/span><\/td>/u);
    expect(html).toMatch(/<td class="cell gap">.*?no report of the month<\/span><\/td>/u);
    expect(await text("html", emptyYear(), "zh")).toContain("该年没有任何月份的报告。");
  });

  test("nothing that others wrote is mark-up", async () => {
    const html = await text("html", hostileYear());
    expect(html).not.toMatch(/<script|<img/u);
    expect(html).toContain("&lt;script>alert(1)&lt;/script>");
  });
});

describe.skipIf(!has("chromium"))("the HTML in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser.close());

  test.each([
    ["en", 1300, "light"],
    ["zh", 390, "dark"],
  ] as const)(
    "is accessible (%s, %i, %s)",
    async (lang, width, colorScheme) => {
      const context = await browser.newContext({ bypassCSP: true, colorScheme });
      for (const year of [demoYear(), emptyYear(), hostileYear()]) {
        const file = join(folder, "year.html");
        writeFileSync(file, await text("html", year, lang));
        const page = await context.newPage();
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`file://${file}`);
        expect(await examine(page)).toEqual(SOUND);
        await page.close();
      }
      await context.close();
    },
    60_000,
  );
});
