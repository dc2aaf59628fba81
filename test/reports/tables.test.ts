import { unzipSync } from "fflate";
import { parseCsv } from "hucre/csv";
import { expect, test } from "vitest";
import type { MonthDocument } from "../../src/core/month-document.ts";
import type { Lang } from "../../src/core/views.ts";
import { renderTables } from "../../src/reports/tables.ts";
import { inTimeZone } from "../helpers/time-zone.ts";
import { octoberDocument } from "./tables-document.ts";

const EXCLUSION = {
  id: 7,
  kind: "maintenance",
  from: "2026-10-02T16:00:00.000Z",
  until: "2026-10-02T18:00:00.000Z",
  reason: "=cmd|' /C calc'!A0",
  evidence: "https://example.com/notice",
  proposedBy: "user:li",
  approvedBy: "user:wu",
};
const RATE = { id: "oss", method: "error-rate", slotMs: 300_000 } as const;
const DOCUMENT = octoberDocument(
  [
    {
      minutes: [{ from: 100, until: 123, failed: 4 }],
      target: { monthlyFee: "1200.00" },
      exclusions: [EXCLUSION],
    },
    {
      target: { id: "bucket", product: "oss", account: "globex" },
      terms: RATE,
      minutes: [
        { from: 100, until: 101, valid: 20, failed: 7 },
        { from: 101, until: 105, valid: 0 },
        { from: 205, until: 206, valid: 3, failed: 1 },
        { from: 206, until: 210, valid: 0 },
      ],
    },
    { target: { id: "web-2" }, exclusions: [EXCLUSION] },
  ],
  {
    report: {
      malfunctions: [
        {
          id: 12,
          level: "P2",
          title: "A switch\nin two lines",
          from: "2026-09-30T17:00:00.000Z",
          until: null,
          state: "open",
          cause: null,
          resolution: null,
          targets: ["web-1"],
          subjects: [{ agreement: "ecs", subject: "web-1" }],
        },
      ],
    },
  },
);

async function filesOf(document: MonthDocument, lang: Lang = "en") {
  const files = unzipSync(await renderTables(document, lang));
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString("utf8")]),
  );
}

function records(text: string | undefined): Record<string, string>[] {
  const [head = [], ...rows] = parseCsv(text ?? "").map((row) => row.map(String));
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ""])));
}

const NAMES = [
  "summary",
  "subjects",
  "outages",
  "bad-slots",
  "exclusions",
  "credits",
  "malfunctions",
  "rollups",
  "trend",
  "vantages",
];

test("one file a table, and a text that says what each column is", async () => {
  for (const lang of ["en", "zh"] as const) {
    const { "README.txt": readme = "", ...tables } = await filesOf(DOCUMENT, lang);
    expect(Object.keys(tables)).toEqual(NAMES.map((name) => `${name}.csv`));
    for (const [name, text] of Object.entries(tables)) {
      expect(text.startsWith("\uFEFF"), name).toBe(true);
      expect(text.replaceAll("\r\n", "").includes("\r"), name).toBe(false);
      const [, section = ""] = readme.split(`\r\n${name}\r\n`);
      const head = text.slice(1, text.indexOf("\r\n")).split(",");
      const described = section.split("\r\n\r\n")[0]!.split("\r\n");
      const columns = described.slice(1).filter((line) => line !== "");
      expect(columns.map((line) => line.trim().split(":")[0])).toEqual(head);
    }
  }
});

test("every row has a cell for each column", async () => {
  const { "README.txt": _readme, ...tables } = await filesOf(DOCUMENT);
  for (const [name, text] of Object.entries(tables)) {
    const rows = parseCsv(text);
    // Those are in the report of all accounts alone.
    expect(rows.length, name).toBeGreaterThan(name === "vantages.csv" ? 0 : 1);
    expect([...new Set(rows.map((row) => row.length))], name).toEqual([rows[0]!.length]);
  }
});

test("figures are exact, as fractions and as decimals", async () => {
  const { "subjects.csv": subjects, "bad-slots.csv": slots } = await filesOf(DOCUMENT);
  const [web, bucket] = records(subjects);
  expect(web).toMatchObject({
    no: "1",
    subject: "web-1",
    bad: "23",
    badDecimal: "23",
    badSeconds: "1380",
    availabilityPercent: "99.948",
    verdict: "missed",
    budgetLeft: "-0.68",
  });
  expect(bucket).toMatchObject({ bad: "41/60", badDecimal: "0.683333333333", badSeconds: "205" });
  const ofBucket = records(slots).filter(({ subject }) => subject === "bucket");
  expect(ofBucket).toEqual([
    {
      no: "2",
      agreement: "oss",
      subject: "bucket",
      account: "globex",
      slots: "1",
      from: "2026-09-30T17:40:00.000Z",
      fromLocal: "2026-10-01 01:40:00",
      until: "2026-09-30T17:45:00.000Z",
      untilLocal: "2026-10-01 01:45:00",
      num: "7",
      den: "20",
      badness: "0.35",
    },
    expect.objectContaining({ num: "1", den: "3", badness: "0.333333333333" }),
  ]);
  expect(records(slots).filter(({ subject }) => subject === "web-1")).toHaveLength(23);
});

test("outages name their malfunction, exclusions their subjects, credits their window", async () => {
  const files = await filesOf(DOCUMENT);
  expect(records(files["outages.csv"])[0]).toMatchObject({ malfunction: "12", seconds: "1380" });
  expect(records(files["exclusions.csv"])).toEqual([
    expect.objectContaining({ id: "7", subject: "web-1", fromLocal: "2026-10-03 00:00:00" }),
    expect.objectContaining({ id: "7", subject: "web-2", approvedBy: "user:wu" }),
  ]);
  expect(records(files["credits.csv"])).toEqual([
    expect.objectContaining({
      subject: "web-1",
      fee: "1200.00",
      creditPercent: "10",
      amount: "120.00",
      currency: "CNY",
      claimUntilLocal: "2027-01-01 00:00:00",
    }),
  ]);
  expect(records(files["malfunctions.csv"])[0]).toMatchObject({
    id: "12",
    title: "A switch\nin two lines",
    until: "",
    state: "open",
  });
});

test("a text that a spreadsheet would run is put behind an apostrophe", async () => {
  const hostile = ["=1+1", "+1", "-x", "@x", "\t=1", "＝1+1", "＋1", "－1", "＠x"];
  const document = octoberDocument(
    hostile.map((id) => ({
      target: { id, account: id, region: id, monthlyFee: "5.00" },
      minutes: [{ from: 0, until: 50, failed: 4 }],
    })),
  );
  const files = await filesOf(document);
  for (const name of ["subjects.csv", "outages.csv", "bad-slots.csv", "credits.csv", "trend.csv"]) {
    const names = new Set(records(files[name]).map(({ subject }) => subject));
    expect(
      [...names].filter((text) => text !== ""),
      name,
    ).toEqual(hostile.map((text) => `'${text}`));
  }
  expect(records(files["exclusions.csv"])).toEqual([]);
  const excluded = records((await filesOf(DOCUMENT))["exclusions.csv"])[0];
  expect(excluded?.["reason"]).toBe("'=cmd|' /C calc'!A0");
});

test("the same document gives the same bytes, wherever the clock's zone is", async () => {
  const make = () => renderTables(DOCUMENT, "en");
  const bytes = await make();
  expect(await inTimeZone("America/New_York", make)).toEqual(bytes);
});

test("says what is not final, and what is not there", async () => {
  const settledUntilMs = Date.parse("2026-10-11T00:00:00+08:00");
  const running = await filesOf(octoberDocument([{}], { settledUntilMs }));
  expect(running["README.txt"]).toContain("NOT FINAL");
  expect(records(running["summary.csv"])).toContainEqual(
    expect.objectContaining({ field: "status", value: "running" }),
  );
  const over = { ...DOCUMENT, report: { ...DOCUMENT.report, revision: 0, closing: null } };
  expect((await filesOf(over))["README.txt"]).toContain("NOT FINAL");
  const old = await filesOf({ ...DOCUMENT, timelines: null });
  expect(old["README.txt"]).toContain("earlier revision");
  expect(records(old["bad-slots.csv"])).toEqual([]);
  const empty = await filesOf(octoberDocument([]), "zh");
  expect(records(empty["subjects.csv"])).toEqual([]);
});

test("a month with more bad slots than rows joins equal neighbours, and says so", async () => {
  const whole = [{ from: 0, until: 44_640, failed: 4 }];
  const document = octoberDocument([
    { target: { id: "a" }, minutes: whole },
    { target: { id: "b" }, minutes: whole },
  ]);
  const files = await filesOf(document);
  expect(records(files["bad-slots.csv"]).map(({ slots }) => slots)).toEqual(["44640", "44640"]);
  expect(files["README.txt"]).toContain("share a row");
});
