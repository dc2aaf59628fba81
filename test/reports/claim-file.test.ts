import { describe, expect, test } from "vitest";
import type { ReportCredit, ReportSubject } from "../../src/core/report.ts";
import type { ResultLine } from "../../src/core/results-ndjson.ts";
import { renderClaimFile, type ClaimFile } from "../../src/reports/claim-file.ts";
import { MISSED_CREDIT, MISSED_SUBJECT } from "../helpers/missed-subject.ts";

const OUTAGE = {
  from: "2026-10-02T02:00:00.000Z",
  until: "2026-10-02T02:23:00.000Z",
  slots: 23,
  reason: "connect-timeout",
};

function result(changes: Partial<ResultLine> = {}): ResultLine {
  return {
    target: "web-1",
    vantage: "cn-hangzhou",
    plannedAtMs: Date.parse("2026-10-02T02:00:15.250Z"),
    outcome: "failed",
    latencyMs: 5000,
    reason: "connect-timeout",
    offsetMs: 3,
    detail: "",
    requestId: "",
    address: "",
    ...changes,
  };
}

type Changes = Partial<ClaimFile> & { line?: Partial<ReportSubject>; owed?: Partial<ReportCredit> };

function render({ line, owed, ...changes }: Changes = {}): string {
  const credit = { ...MISSED_CREDIT, ...owed };
  const subject = { ...MISSED_SUBJECT, credit, ...line };
  return renderClaimFile({
    report: {
      month: "2026-10",
      account: "acme",
      from: "2026-09-30T16:00:00.000Z",
      until: "2026-10-31T16:00:00.000Z",
      status: "closed",
      revision: 2,
      settledUntil: "2026-11-02T00:00:00.000Z",
      subjects: [subject],
      rollups: [],
      credits: [],
      closing: {
        at: "2026-11-02T16:00:00.000Z",
        by: "system",
        reason: "the month is over",
        previous: null,
        changes: [],
      },
      proof: {
        rounds: 178_560,
        digest: "sha256:00d1",
        inputs: "sha256:00d2",
        signature: "ed25519:00d3",
        key: "00d4",
        audit: { entry: 12, hash: "00d5" },
        seals: [
          { day: "2026-10-01", revision: 1, root: "sha256:aa01", hash: "sha256:bb01" },
          { day: "2026-10-02", revision: 3, root: "sha256:aa02", hash: "sha256:bb02" },
          { day: "2026-10-03", revision: 1, root: "sha256:aa03", hash: "sha256:bb03" },
        ],
      },
    },
    subject,
    credit,
    accountName: "Acme Ltd",
    timeZone: "Asia/Shanghai",
    fees: [{ target: "web-1", fee: "1200.00" }],
    outages: [{ outage: OUTAGE, results: [result()], failed: 1 }],
    ...changes,
  });
}

/** The second cell of a row of the tables. */
function cell(text: string, head: string): string | undefined {
  return text
    .split("\n")
    .map((line) => /^\| (.*?) \| (.*) \|$/u.exec(line))
    .find((row) => row?.[1]?.startsWith(head))?.[2];
}

test("says in both languages what is claimed, and why", () => {
  const text = render();
  expect(text).toContain(
    "Its availability in that month was 99.948 %. The agreement promises 99.95 %. Below 99.95 % " +
      "the agreement gives a credit of 10 %. We claim **120.00 CNY, which is 10 % of its fee",
  );
  expect(text).toContain("现申请赔偿：**120.00 CNY，即其月度服务费用的 10 %**");
  expect(text).toContain("from 2026-11-06 to 2026-12-31, both days included (Asia/Shanghai)");
  expect(text).toContain("索赔期为 2026-11-06 至 2026-12-31（含首尾两日，Asia/Shanghai 时区）。");
});

test("shows the figure with its formula and numbers, the tier, the fee and the amount", () => {
  const text = render();
  expect(cell(text, "Availability")).toMatch(/^1 − 23 ÷ 44640 = 99.948 %/);
  expect(cell(text, "Objective")).toBe("99.95 %");
  expect(cell(text, "Tier")).toBe("< 99.95 %: 10 %");
  expect(cell(text, "Credit")).toMatch(/^10 % × 1200.00 CNY = 120.00 CNY/);
  const fraction = render({ line: { bad: "41/60", counted: 8928, availabilityPercent: "99.992" } });
  expect(cell(fraction, "Availability")).toMatch(/^1 − \(41\/60\) ÷ 8928 = 99.992 %/);
});

test("has the cycle in the agreement's time zone, whatever the report's", () => {
  const text = render({ timeZone: "Europe/Berlin" });
  expect(cell(text, "Service cycle")).toBe(
    "2026-10-01 00:00:00 +02:00 – 2026-11-01 00:00:00 +01:00",
  );
});

test("without a fee it claims the percent", () => {
  const text = render({
    owed: { fee: null, amount: null },
    fees: [{ target: "web-1", fee: null }],
  });
  expect(text).toContain("We claim **10 % of its fee for the month**");
  expect(text).toContain("**其月度服务费用的 10 %**");
  expect(text).not.toContain("null");
});

test("of several targets it names each fee, and what other agreements credit", () => {
  const text = render({
    line: { scope: "group", targets: ["a", "b", "c"] },
    owed: { targets: ["a", "b"], yieldsTo: ["special"] },
    fees: [
      { target: "a", fee: "1200.00" },
      { target: "b", fee: null },
    ],
  });
  expect(cell(text, "Fee by target")).toBe("a 1200.00, b ?");
  expect(cell(text, "The others are credited under")).toBe("special");
});

test("claims no more than what is owed: not the fees that another agreement credits", () => {
  const owed = { targets: ["a", "b"], yieldsTo: ["special"] };
  const known = render({ owed });
  expect(known).toContain(
    "We claim **120.00 CNY, which is 10 % of the fee of a and b for the month**",
  );
  expect(known).toContain("现申请赔偿：**120.00 CNY，即 a、b 的月度服务费用的 10 %**");
  const unknown = render({ owed: { ...owed, fee: null, amount: null } });
  expect(unknown).toContain("We claim **10 % of the fee of a and b for the month**");
});

test("claims no less than what is owed: a sum of some fees is not all of it", () => {
  const text = render({ line: { creditNote: "part-fee" } });
  expect(text).toContain(
    "We claim **10 % of its fee for the month, which is at least 120.00 CNY**",
  );
  expect(text).toContain("现申请赔偿：**其月度服务费用的 10 %，至少 120.00 CNY**");
});

describe("outages", () => {
  test("come with their failed results: planned instant, vantage, reason, latency, request id", () => {
    const results = [result({ requestId: "68DD-1", address: "192.0.2.1:22", detail: "no answer" })];
    const text = render({ outages: [{ outage: OUTAGE, results, failed: 1 }] });
    expect(text).toContain(
      "| 1 | 2026-10-02 10:00:00 +08:00 | 2026-10-02 10:23:00 +08:00 | 23 | no connection within the time limit / 连接超时 |",
    );
    expect(text).toContain(
      "| 2026-10-02 10:00:15.250 +08:00 | web-1 | cn-hangzhou | no connection within the time limit / 连接超时 | 5000 | 68DD-1 | 192.0.2.1:22 | no answer |",
    );
    expect(text).not.toContain("more are stored");
  });

  test("say how many results are not shown, and which are stored no longer", () => {
    const text = render({
      outages: [
        { outage: OUTAGE, results: [result()], failed: 92 },
        { outage: OUTAGE, results: [], failed: 7 },
        { outage: OUTAGE, results: [], failed: 0 },
      ],
    });
    expect(text).toContain("91 more are stored.");
    expect(text).toContain("7 more are stored.");
    expect(text).toContain("single results of the other outages are no longer stored");
    expect(text).not.toContain("results of outage 3");
  });
});

test("lists the exclusions that were considered, or says that none applies", () => {
  expect(render()).toContain("No approved exclusion applies.");
  const exclusion = {
    id: 7,
    kind: "maintenance",
    from: "2026-10-03T00:00:00.000Z",
    until: "2026-10-03T02:00:00.000Z",
    reason: "announced",
    evidence: "https://example.com/notice",
    proposedBy: "user:li",
    approvedBy: "user:wu",
  };
  const text = render({ line: { exclusions: [exclusion] } });
  expect(text).toContain(
    "| 7 | Maintenance / 维护 | 2026-10-03 08:00:00 +08:00 | 2026-10-03 10:00:00 +08:00 | announced | https://example.com/notice |",
  );
});

test("names the report, its digests and signature, and the seals of the days with outages", () => {
  const text = render();
  for (const part of ["revision 2 / 第 2 版", "178560", "00d1", "00d2", "00d3", "00d4"]) {
    expect(text).toContain(part);
  }
  expect(text).toContain("| 2026-10-02 | 3 | sha256:aa02 |");
  expect(text).not.toContain("aa01");
  expect(text).not.toContain("aa03");
  expect(text).toContain("`npx nines verify --month 2026-10`.");
});

test("text of others stays in its cell and is no mark-up", () => {
  const detail = "a | b\n# head\r\n<img src=x> `code` [link](http://x) **bold** \\";
  const text = render({
    outages: [{ outage: OUTAGE, results: [result({ detail })], failed: 1 }],
    accountName: "A*c*me_Ltd_",
  });
  const row = text.split("\n").find((line) => line.includes("head"));
  expect(row).toContain(
    "a \\| b # head \\<img src=x\\> \\`code\\` \\[link\\](http://x) \\*\\*bold\\*\\* \\\\ |",
  );
  expect(text).toContain("A\\*c\\*me\\_Ltd\\_");
});
