import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MonthDocument } from "../../src/core/month-document.ts";
import { LANGS, type Lang } from "../../src/core/views.ts";
import { renderJson } from "../../src/reports/json.ts";
import { renderPdf } from "../../src/reports/pdf.ts";
import { LIMITS } from "../../src/reports/pdf-limits.ts";
import { has } from "../helpers/programs.ts";
import { inTimeZone } from "../helpers/time-zone.ts";
import { OCTOBER } from "../helpers/sla.ts";
import { acmeDocument, largeDocument } from "./pdf-document.ts";

const canRead = has("pdftotext") && has("pdfdetach") && has("pdffonts") && has("qpdf");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nines-pdf-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
async function print(document: MonthDocument, lang: Lang): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.pdf`);
  writeFileSync(path, await renderPdf(document, lang));
  return path;
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
}

/** Lines and columns joined: where a text is broken is not what is asked. */
function squeeze(text: string): string {
  return text.replaceAll(/[\s\u00a0\f]+/gu, " ");
}

function textOf(path: string, ...options: string[]): string {
  return squeeze(run("pdftotext", [...options, path, "-"]));
}

/** Without any blank: Chinese lines are broken within words. */
const dense = (text: string) => text.replaceAll(/\s/gu, "");

function pagesOf(path: string): string[] {
  return run("pdftotext", [path, "-"]).split("\f").slice(0, -1).map(squeeze);
}

const running = () => acmeDocument({ settledUntilMs: OCTOBER.fromMs + 12 * 86_400_000 });

test("gives the same bytes for the same document, in each language", async () => {
  for (const lang of LANGS) {
    const [first, second] = [
      await renderPdf(acmeDocument(), lang),
      await inTimeZone("America/New_York", () => renderPdf(acmeDocument(), lang)),
    ];
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
  }
  const [one, other] = await Promise.all([
    renderPdf(acmeDocument(), "en"),
    renderPdf(acmeDocument(), "zh"),
  ]);
  expect(Buffer.from(one).equals(Buffer.from(await renderPdf(acmeDocument(), "en")))).toBe(true);
  expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false);
});

describe.skipIf(!canRead)("read by others", () => {
  test("is a sound file of PDF 1.7 that says it is PDF/A-3b, with every font embedded", async () => {
    const path = await print(acmeDocument(), "zh");
    expect(run("qpdf", ["--check", path])).toContain("No syntax or stream encoding errors");
    const fonts = run("pdffonts", [path]).trim().split("\n").slice(2);
    expect(fonts).toHaveLength(2);
    for (const font of fonts)
      expect(font).toMatch(/NotoSansSC-\w+ +CID TrueType +\S+ +yes yes yes/);
    const info = run("pdfinfo", ["-isodates", path]);
    expect(info).toMatch(/^PDF version: +1\.7$/m);
    expect(info).toMatch(/^Title: +服务等级报告 2026年10月 云启科技（上海）有限公司 \(acme\)$/m);
    expect(info).toMatch(/^CreationDate: +2026-11-02T00:00:00Z$/m);
    const metadata = run("pdfinfo", ["-meta", path]);
    expect(metadata).toContain("<pdfaid:part>3</pdfaid:part>");
    expect(metadata).toContain("<pdfaid:conformance>B</pdfaid:conformance>");
  });

  test("carries the report's JSON to the byte, as data", async () => {
    for (const document of [acmeDocument(), running()]) {
      const path = await print(document, "en");
      const name = `report-2026-10-acme-revision-${document.report.revision}.json`;
      expect(run("pdfdetach", ["-list", path])).toContain(name);
      const out = join(folder, "out.json");
      run("pdfdetach", ["-save", "1", "-o", out, path]);
      expect(readFileSync(out, "utf8")).toBe(renderJson(document.report));
      const plain = run("qpdf", ["--qdf", "--object-streams=disable", path, "-"]);
      expect(plain).toContain("/AFRelationship /Data");
    }
  });

  test("says on its cover what the month came to", async () => {
    const english = pagesOf(await print(acmeDocument(), "en"))[0] ?? "";
    expect(english).toContain("Service level report");
    expect(english).toContain("October 2026");
    expect(english).toContain("2 of 7 objectives were missed. For 1 of 7 there is too little data");
    expect(english).toContain(
      "Credits of CNY 2,320.00 are owed. The claim can be made from 2026-11-06 to 2026-12-31, both days included.",
    );
    expect(english).toContain("2026-10-01 00:00 to 2026-11-01 00:00, Asia/Shanghai (UTC+08:00)");
    for (const figure of ["4/7", "98.192%", "CNY2,320.00", "84.318%"]) {
      expect(dense(english)).toContain(figure);
    }
    const chinese = pagesOf(await print(acmeDocument(), "zh"))[0] ?? "";
    expect(dense(chinese)).toContain(
      "7项承诺中有2项未达标。另有1项数据不足，无法判定。应得赔偿CNY2,320.00。",
    );
  });

  test.each(LANGS)("has each figure as the report has it (%s)", async (lang) => {
    const document = acmeDocument();
    const text = textOf(await print(document, lang), "-layout");
    const { subjects } = document.report;
    for (const one of subjects) {
      expect(text).toContain(
        [one.objectivePercent, one.availabilityPercent].map((percent) => `${percent} %`).join(" "),
      );
      expect(text).toContain(`${one.coveragePercent} %`);
      expect(text).toContain(one.id);
    }
  });

  test("has what is owed, with tier, amount and window, and the claim's text", async () => {
    const document = acmeDocument();
    const path = await print(document, "en");
    const text = textOf(path, "-layout");
    expect(text).toContain("web-1 < 99.95 % 10 % CNY 1,200.00 CNY 120.00 2026-11-06 2026-12-31");
    expect(text).toContain("orders-db < 99 % 25 % CNY 8,800.00 CNY 2,200.00");
    expect(textOf(path)).toContain(
      "云启科技（上海）有限公司 (account acme) claims a credit for orders-db (product rds, region " +
        'cn-shanghai) under the service level agreement "rds" for October 2026. Its availability in ' +
        "that month was 98.192 %; the agreement promises 99.95 %. Below 99 % the agreement gives a " +
        "credit of 25 %. We claim CNY 2,200.00, which is 25 % of its fee for the month, in the form " +
        "that the agreement provides for. The claim can be made from 2026-11-06 to 2026-12-31, both days included (Asia/Shanghai).",
    );
    const chinese = dense(textOf(await print(document, "zh")));
    expect(chinese).toContain("现申请赔偿：CNY2,200.00，即其月度服务费用的25%，");
  });

  test("has every outage with its malfunction, and what was found to be its cause", async () => {
    const document = acmeDocument();
    const text = textOf(await print(document, "en"), "-layout");
    const outages = document.report.subjects.flatMap(({ outages: some }) => some);
    expect(outages).toHaveLength(6);
    expect(text).toContain(
      "orders-db rds 2026-10-23 22:00 2026-10-24 11:27 13 h 27 min no connection within the time " +
        "limit Malfunction 12 (P1)",
    );
    expect(text).toContain("The leak in cooling unit 3 heated the room");
    expect(text).toContain("the alarm went to a closed mailbox");
    expect(text).toContain("The pump was replaced and the alarm goes to the on-call phone.");
    expect(text).toContain("Switch replaced");
    expect(text).toContain("The review is to come.");
    const chinese = dense(textOf(await print(document, "zh"), "-layout"));
    expect(chinese).toContain("2026-10-2322:002026-10-2411:2713小时27分连接超时");
    expect(chinese).toContain("故障事件12（P1）已复盘");
  });

  test("has exclusions and maintenance apart, each with who approved it", async () => {
    const text = textOf(await print(acmeDocument(), "en"), "-layout");
    const [, rest = ""] = text.split("Exclusions All times are in Asia/Shanghai.");
    const [exclusions = "", maintenance = ""] = rest.split("Maintenance performed");
    expect(exclusions).toContain("7 Attack 2026-10-21 21:40 2026-10-21 22:40 billing-db wang");
    expect(exclusions).toContain("Flood of 300 Gbit/s on the Proposed by: li");
    expect(exclusions).toContain("https://tickets.example.com/991");
    expect(exclusions).not.toContain("chen");
    expect(maintenance).toContain(
      "4 Network cut-over announced on 2026-10-14 21:20 2026-10-14 23:20 web-1 and web-2 chen",
    );
    expect(maintenance).toContain("CHG-2210");
  });

  test("says how it was counted, from where the terms are, and how to verify it", async () => {
    const document = acmeDocument();
    const english = textOf(await print(document, "en"));
    expect(english).toContain("The slot is bad when every vote is down.");
    expect(english).toContain("The slot is bad when more than half of the votes are down.");
    expect(english).toContain("A slot is bad by the share of its valid requests that failed");
    expect(english).toContain("Slots without data are taken out of the count.");
    expect(english).toContain("Source of the terms: the configuration.");
    const { proof } = document.report;
    for (const value of [proof.digest, proof.inputs, proof.signature, proof.key]) {
      expect(dense(english)).toContain(value);
    }
    const file = "evidence-2026-10.ndjson.gz";
    expect(english).toContain("npx nines verify --month 2026-10");
    expect(english).toContain(`npx nines export --month 2026-10 --account acme --out ${file}`);
    expect(english).toContain(`node nines-verify.mjs ${file}`);
    for (const { day, root } of proof.seals) expect(english).toContain(`${day} 1 ${root}`);
    const chinese = dense(textOf(await print(document, "zh")));
    expect(chinese).toContain("全部探测点均判定中断时，该时间片不可用。");
    expect(chinese).toContain("无数据的时间片不计入总数。");
    expect(chinese).toContain("条款来源：配置文件。");
    expect(chinese).toContain("理由服务周期已结束");
  });

  test("says of a running month on every page that it is not final", async () => {
    const english = pagesOf(await print(running(), "en"));
    expect(english.length).toBeGreaterThan(3);
    for (const page of english) {
      expect(page).toContain(
        "Not final: these figures are not closed and signed. They go up to 2026-10-13 00:00.",
      );
    }
    const whole = english.join(" ");
    expect(whole).toContain("So far 1 of 7 objectives can no longer be met.");
    // What is owed is not known yet; what may still be lost is of the whole month.
    expect(whole).not.toContain("No credit is owed.");
    expect(whole).toContain("The month is not over: what is owed follows from its closing.");
    expect(whole).toContain("39 min / 22.3 min");
    expect(whole).not.toContain("Revision 0");
    // Among the twelve months, too, where what is on track stands with what was met.
    expect(whole).toMatch(/2026-10 so far/u);
    for (const page of pagesOf(await print(running(), "zh"))) {
      expect(dense(page)).toContain("非最终结果：尚未定稿签名，数据统计至2026-10-1300:00。");
    }
    const closed = acmeDocument();
    for (const page of pagesOf(await print(closed, "en"))) expect(page).not.toContain("Not final");
    const over = { ...closed, report: { ...closed.report, revision: 0, closing: null } };
    for (const page of pagesOf(await print(over, "en"))) expect(page).toContain("Not final");
  });

  test("numbers its pages", async () => {
    const pages = pagesOf(await print(acmeDocument(), "en"));
    pages.forEach((page, index) => {
      expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    });
  });

  test("of a month in which nothing was measured it says so", async () => {
    const empty = acmeDocument({}, { subjects: [], rollups: [], credits: [], malfunctions: [] });
    const document = { ...empty, terms: new Map(), timelines: new Map(), trend: [] };
    const path = await print(document, "en");
    expect(textOf(path)).toContain("Nothing was measured in this month.");
    expect(textOf(path)).toContain("No credit is owed.");
    expect(run("qpdf", ["--check", path])).toContain("No syntax or stream encoding errors");
  });

  test("an earlier revision, of which no slots are kept, has no charts and says why", async () => {
    const text = textOf(await print(acmeDocument({ timelines: null }), "en"));
    expect(text).toContain("This is an earlier revision, of which the report is kept");
    expect(text).not.toContain("The month, minute by minute");
    expect(text).toContain("98.192 %");
  });

  test("a revision lists what it changed", async () => {
    const document = acmeDocument();
    const { closing } = document.report;
    const changes = [
      { agreement: "ecs", subject: "web-1", field: "bad", before: "45", after: "39" },
      { agreement: "oss", subject: "assets", field: "bad", before: "21/5", after: "41/60" },
      { agreement: "ecs", subject: "web-1", field: "verdict", before: "missed", after: "met" },
      { agreement: "ecs", subject: "web-1", field: "exclusions", before: "", after: "4 7" },
      {
        agreement: "",
        subject: "malfunction:9",
        field: null,
        before: null,
        after: "malfunction:9",
      },
    ];
    const revised = {
      ...document.report,
      revision: 2,
      closing: { ...closing!, reason: "late results of cn-beijing", changes },
    };
    const text = textOf(await print({ ...document, report: revised }, "en"), "-layout");
    expect(text).toContain("Changes against the revision before late results of cn-beijing");
    for (const row of [
      "web-1 · ecs bad slots 45 39",
      "assets · oss bad slots 21/5 = 4.2 41/60 ≈ 0.683",
      "web-1 · ecs verdict missed met",
      "web-1 · ecs exclusions – 4, 7",
      "malfunction 9 new in the report – –",
    ]) {
      expect(text).toContain(row);
    }
    const chinese = dense(textOf(await print({ ...document, report: revised }, "zh"), "-layout"));
    expect(chinese).toContain("web-1·ecs结论未达标达标");
    expect(chinese).toContain("故障事件9新增");
  });

  test.each(LANGS)("nothing stands in the margins (%s)", async (lang) => {
    for (const document of [
      acmeDocument(),
      largeDocument({ subjects: 60, accounts: 6, missedEach: 4 }),
    ]) {
      const boxes = run("pdftotext", ["-bbox", await print(document, lang), "-"]);
      const ends = [...boxes.matchAll(/xMax="([\d.]+)" yMax="[\d.]+">([^<]*)/gu)];
      expect(ends.length).toBeGreaterThan(500);
      const over = ends.filter(([, end]) => Number(end) > 595.28 - 44 + 0.5);
      expect(over.map(([, , word]) => word)).toEqual([]);
    }
  });

  test("of all accounts it lists the accounts, the lowest figures and the coverage", async () => {
    const text = textOf(
      await print(largeDocument({ subjects: 60, accounts: 6, missedEach: 4 }), "en"),
      "-layout",
    );
    expect(text).toContain("All accounts");
    expect(text).toContain("15 of 60 objectives were missed.");
    expect(text).toMatch(/Customer account-0 account-0 10 5 0 99\.912 %/);
    expect(text).toContain("Lowest figures");
    expect(text).toContain("target-00000 99.95 % 99.912 % ● Missed");
    expect(text).toContain("cn-hangzhou 3 2,232 2,231 1 99.985 %");
    expect(text).toContain("eu-central-1 1 0 0 0 –");
  });

  test("of many subjects it lists those that missed in full, and counts the others", async () => {
    const size = { subjects: 1000, accounts: 20, missedEach: 10 };
    const document = largeDocument(size);
    const path = await print(document, "en");
    const text = textOf(path, "-layout");
    expect(text).toContain("This report has 1,000 subjects.");
    expect(text).toContain("900 more (Met 900) are not listed here. Everything is in the attached");
    const [, onward = ""] = /(Every figure Percentages.*?)900 more/u.exec(text) ?? [];
    const listed = new Set(onward.split(" "));
    for (const { id, verdict } of document.report.subjects) {
      expect(listed.has(id)).toBe(verdict === "missed");
    }
    const timelines = 100 - LIMITS.timelines;
    expect(text).toContain(`${timelines} more (The month, minute by minute) are not listed here.`);
  });

  test("hostile texts stay texts, and each character that cannot be shown leaves a mark", async () => {
    const name = `<b>x</b> & "q" \u0007\u202Eevil\u202C 안녕 😀 שלום \u{20000} end`;
    const long = "a".repeat(400);
    const document = acmeDocument();
    const [first, ...others] = document.report.subjects;
    const report = {
      ...document.report,
      subjects: [
        {
          ...first!,
          exclusions: first!.exclusions.map((one) => ({ ...one, reason: name, evidence: long })),
        },
        ...others,
      ],
      malfunctions: document.report.malfunctions!.map((one) => ({
        ...one,
        title: name,
        state: "closed" as const,
        cause: `${long}\n\n<script>alert(1)</script> ![x](http://192.0.2.1/x.png)`,
      })),
    };
    const path = await print(
      { ...document, report, accountName: name, accountNames: { acme: name } },
      "zh",
    );
    expect(run("qpdf", ["--check", path])).toContain("No syntax or stream encoding errors");
    const text = textOf(path);
    const shown = `<b>x</b> & "q" □□evil□ □□ □ □□□□ `;
    expect(text).toContain(shown);
    expect(text).toContain(" end (acme)");
    // Long words are broken, and push nothing off the page.
    expect(dense(text).split("a".repeat(20)).length).toBeGreaterThan(3 * 15);
    expect(dense(textOf(path, "-layout"))).toContain("2026-10-1421:202026-10-1423:20");
    expect(text).toContain("chen");
    expect(text).toContain("<script>alert(1)</script> x");
    expect(run("pdffonts", [path]).trim().split("\n")).toHaveLength(4);
    // The title goes into XML, which must stay well-formed.
    expect(run("pdfinfo", ["-meta", path])).toContain("＜b＞x＜/b＞ ＆");
    const out = join(folder, "hostile.json");
    run("pdfdetach", ["-save", "1", "-o", out, path]);
    expect(readFileSync(out, "utf8")).toBe(renderJson(report));
  });
});
