import { UNSIGNED } from "../../src/report-month.ts";
import { expect, test } from "vitest";
import type { Report, ReportSubject } from "../../src/core/report.ts";
import { renderCsv } from "../../src/reports/csv.ts";
import { renderJson } from "../../src/reports/json.ts";
import { MISSED_SUBJECT } from "../helpers/missed-subject.ts";

const SUBJECT: ReportSubject = {
  ...MISSED_SUBJECT,
  outages: [
    {
      from: "2026-10-01T00:00:00.000Z",
      until: "2026-10-01T00:23:00.000Z",
      slots: 23,
      reason: "connect-timeout",
    },
  ],
};

function reportOf(...changes: readonly Partial<ReportSubject>[]): Report {
  return {
    month: "2026-10",
    from: "2026-09-30T16:00:00.000Z",
    until: "2026-10-31T16:00:00.000Z",
    status: "closed",
    revision: 1,
    settledUntil: "2026-11-02T00:00:00.000Z",
    subjects: changes.map((change) => ({ ...SUBJECT, ...change })),
    rollups: [],
    credits: [],
    account: null,
    closing: null,
    proof: { ...UNSIGNED, rounds: 178_560, digest: "sha256:0" },
  };
}

/** RFC 4180, written for the test alone. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.replace(/^\uFEFF/u, "").split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/u)) {
    if (line === "") continue;
    const cells = line.match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/gu) ?? [];
    rows.push(cells.map((cell) => unquote(cell.replace(/^,/u, ""))));
  }
  return rows;
}

const unquote = (cell: string) =>
  cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;

function records(text: string): Record<string, string>[] {
  const [head = [], ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ""])));
}

test("a report as CSV, to the letter", () => {
  const group = {
    agreement: "oss",
    scope: "group",
    id: "acme/oss/cn-hangzhou/标准",
    bad: "41/60",
    availabilityPercent: null,
    verdict: "insufficient-data",
    slotSeconds: 300,
    credit: null,
    creditNote: "insufficient-data",
    outages: [],
  } as const;
  expect(renderCsv(reportOf({}, group))).toBe(
    "\uFEFFmonth,status,revision,agreement,scope,subject,product,region,account,objectivePercent,availabilityPercent,verdict,bad,counted,total,excluded,noData,slotSeconds,badSeconds,allowedBad,budgetLeft,lowPercent,highPercent,reachabilityPercent,coveragePercent,outages,creditPercent,creditFee,creditAmount,creditCurrency,creditNote,claimFrom,claimUntil\r\n" +
      "2026-10,closed,1,ecs,target,web-1,ecs,cn-hangzhou,acme,99.95,99.948,missed,23,44640,44640,0,0,60,1380,22.32,-0.68,99.948,99.948,99.948,100.000,1,10,1200.00,120.00,CNY,,2026-11-05T16:00:00.000Z,2026-12-31T16:00:00.000Z\r\n" +
      "2026-10,closed,1,oss,group,acme/oss/cn-hangzhou/标准,ecs,cn-hangzhou,acme,99.95,,insufficient-data,41/60,44640,44640,0,0,300,205,22.32,-0.68,99.948,99.948,99.948,100.000,0,,,,,insufficient-data,,\r\n",
  );
});

test("every cell is what the JSON says, and every figure of the JSON is in a cell", () => {
  const report = reportOf({}, { id: "web,2", region: 'a "b"\r\nc', bad: "0" });
  const json = JSON.parse(renderJson(report)) as { subjects: Record<string, unknown>[] };
  const rows = records(renderCsv(report));
  expect(rows).toHaveLength(2);
  const beside = new Set(["targets", "books", "credit", "outages", "exclusions", "id"]);
  for (const [index, subject] of json.subjects.entries()) {
    const row = rows[index]!;
    expect(row).toMatchObject({ month: "2026-10", status: "closed", revision: "1" });
    expect(row["subject"]).toBe(subject["id"]);
    const credit = subject["credit"] as Record<string, unknown>;
    for (const name of ["percent", "fee", "amount", "currency"]) {
      expect(row[`credit${name[0]!.toUpperCase()}${name.slice(1)}`]).toBe(String(credit[name]));
    }
    for (const name of ["claimFrom", "claimUntil"]) expect(row[name]).toBe(credit[name]);
    expect(row["outages"]).toBe(String((subject["outages"] as unknown[]).length));
    for (const [name, value] of Object.entries(subject)) {
      if (!beside.has(name))
        expect(row[name], name).toBe(value === null ? "" : `${value as string | number}`);
    }
  }
});

test.each(["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"])(
  "a text that a spreadsheet would run is put behind an apostrophe: %s",
  (text) => {
    const [row] = records(renderCsv(reportOf({ region: text })));
    expect(row?.["region"]).toBe(`'${text}`);
  },
);

test.each(["-0.68", "0", "22.32"])("a number stays a number: %s", (text) => {
  const [row] = records(renderCsv(reportOf({ budgetLeft: text })));
  expect(row?.["budgetLeft"]).toBe(text);
});

test("no subject is a head without lines", () => {
  expect(renderCsv(reportOf()).trimEnd().split("\r\n")).toHaveLength(1);
});
