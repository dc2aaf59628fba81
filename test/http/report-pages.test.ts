import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approveExclusion } from "../../src/exclude.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { closeMonth } from "../../src/close-month.ts";
import { listClaims } from "../../src/store/claims.ts";
import { readReport } from "../../src/core/read-report.ts";
import { findReport, insertReport } from "../../src/store/reports.ts";
import { insertReportMail } from "../../src/store/report-mail.ts";
import { listAudit } from "../../src/store/audit-log.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { getPage, postForm } from "../helpers/pages.ts";
import { EVIL, tellStory, type Story, type Who } from "../helpers/pages-story.ts";

let story: Story;
beforeAll(async () => {
  story = await tellStory();
}, 60_000);
afterAll(() => story.close());

const get = (who: Who, url: string) => getPage(story, who, url);
const body = async (who: Who, url: string) => (await get(who, url)).body;
const post = (who: Who, url: string, fields: Readonly<Record<string, string>> = {}) =>
  postForm(story, who, { url, fields });
const claim = async () => (await listClaims(story.month.db))[0]!;

describe("the list", () => {
  test("marks the month that was missed, why, and what is owed for it", async () => {
    const page = await body("admin", "/reports?lang=en");
    expect(page).toContain("Something was missed in 1 of the 2 months shown.");
    expect(page).toContain("Still to claim: 120.00 CNY, the first of it by 2026-12-31.");
    const october = page.slice(page.indexOf('id="m-2026-10"'), page.indexOf('id="m-2026-09"'));
    expect(october).toContain("1 of 4 objectives missed");
    expect(october).toMatch(/web-1.*99\.193.*instead of 99\.5 %/su);
    expect(october).toContain(
      "longest outage 2026-10-05 04:00, 6 h: no connection within the time",
    );
    expect(october).toContain("Cause: A switch lost its power.");
    expect(october).toContain("2026-11-06 to 2026-12-31");
    expect(october.indexOf("Acme Retail")).toBeLessThan(october.indexOf("Globex Travel"));
    expect(await body("admin", "/reports?lang=zh")).toContain("有 1 个月存在未达标项");
  });

  test("shows an account manager their account alone", async () => {
    const page = await body("acme", "/reports?lang=en");
    expect(page).toContain("120.00 CNY");
    expect(page).not.toMatch(/Globex|db-1|mallory|Report of all accounts/u);
    expect((await get("acme", "/reports?account=globex")).statusCode).toBe(404);
  });

  test("is narrowed down by its address", async () => {
    const month = await body("viewer", "/reports?lang=en&month=2026-10");
    expect(month.match(/id="m-/gu)).toHaveLength(1);
    const account = await body("viewer", "/reports?lang=en&account=globex");
    expect(account).toContain("Nothing was missed");
    expect(account).not.toContain("web-1");
    expect(account).toContain('<option value="globex" selected');
    expect((await get("viewer", "/reports?account=nobody")).statusCode).toBe(404);
    expect((await get("viewer", "/reports?month=October")).statusCode).toBe(400);
    expect(await body("viewer", "/reports?month=2024-01&lang=en")).toContain("<h2");
  });

  test("calls no month good of which there is too little data", async () => {
    const page = await body("viewer", "/reports?month=2024-01&lang=en");
    expect(page).toContain("There is too little data to judge the month shown.");
    expect(page).not.toContain("Nothing was missed");
    expect(page).not.toContain("t-good");
    expect(page).toContain("Over, not closed yet");
    const toCome = await body("viewer", "/reports?month=2031-01&lang=en");
    expect(toCome).toContain("Not begun yet");
    expect(toCome).toContain('<option value="2031-01" selected');
  });

  test("shows names as text alone", async () => {
    for (const url of ["/reports", "/reports/2026-10?account=mallory", "/reports/2026-10"]) {
      expect(await body("admin", url)).not.toContain(EVIL);
    }
  });
});

describe("a report", () => {
  test("of a month without data says that nothing was measured, not that all was met", async () => {
    for (const month of ["2031-01", "2024-01"]) {
      const page = await body("admin", `/reports/${month}?lang=en`);
      expect(page).toContain("nothing was measured in January");
      expect(page).not.toMatch(/was met|is missed|0 s; allowed/u);
    }
    expect(await body("admin", "/reports/2031-01?lang=en")).toContain("Not begun yet");
  });

  test("leads from an outage to the slots of its day", async () => {
    const page = await body("admin", "/reports/2026-10?account=acme&lang=en");
    expect(page).toContain("/targets/web-1/days/2026-10-05?agreement=hourly&amp;hour=4");
    expect(page).toContain('href="/agreements?lang=en#hourly"');
  });

  test("says whether the account's contacts have it", async () => {
    const { db } = story.month;
    const key = { month: "2026-10", account: "acme", revision: 1 };
    const atMs = Date.parse("2026-11-02T02:03:00Z");
    await insertReportMail(db, { ...key, waitingSinceMs: atMs, dueAtMs: atMs });
    const page = (lang: string) => body("acme", `/reports/2026-10?lang=${lang}`);
    expect(await page("en")).toContain("About to be mailed to the account's contacts.");
    const set = (values: string) => db.query(`update report_mail set ${values}`);
    await set("detail = 'DATA: 451 <b>busy</b>'");
    expect(await page("en")).toContain(
      "Not mailed yet, and tried again: DATA: 451 &lt;b>busy&lt;/b>",
    );
    await set("state = 'failed'");
    expect(await page("zh")).toContain("邮件未能发出：DATA: 451");
    await set(`state = 'sent', sent_at = '2026-11-02T02:03:00Z', contacts = '{a@acme.example}',
      refused = '{b@acme.example}'`);
    expect(await page("en")).toContain(
      "Mailed to a@acme.example at 2026-11-02 10:03. The mail server refused b@acme.example.",
    );
    await set("state = 'waiting'");
    expect(await page("en")).toContain(
      "Mailed to a@acme.example at 2026-11-02 10:03. Not taken for b@acme.example yet, and tried again: DATA",
    );
    await set("state = 'failed', contacts = '{}'");
    expect(await page("zh")).toContain("上次发送邮件的时间：2026-11-02 10:03。邮件未能发出：DATA");
    expect(await body("globex", "/reports/2026-10?lang=en")).not.toContain("acme.example");
    await db.query("delete from report_mail");
  });

  test("is sent to the account's contacts again, by who may, and once for a double click", async () => {
    const { db } = story.month;
    const page = "/reports/2026-10?account=acme&lang=en";
    const url = "/reports/2026-10/mail?account=acme&lang=en";
    const states = async () => (await db.query("select state, detail from report_mail")).rows;
    expect(await body("viewer", page)).not.toContain("/reports/2026-10/mail");
    expect(await body("approver", page)).toMatch(/Send by mail.*It goes to sla@acme\.example/su);
    expect(await body("approver", "/reports/2026-10?lang=en")).not.toContain("/2026-10/mail");
    expect((await post("sre", url)).statusCode).toBe(403);
    expect((await post("globex", url)).statusCode).toBe(404);
    const answers = await Promise.all([post("acme", url), post("acme", url)]);
    for (const { statusCode, headers } of answers) {
      expect(statusCode).toBe(303);
      expect(headers["location"]).toBe("/reports/2026-10?account=acme&lang=en#revisions");
    }
    expect(await states()).toEqual([{ state: "waiting", detail: "" }]);
    const waiting = await body("approver", page);
    expect(waiting).toContain("About to be mailed to the account's contacts.");
    expect(waiting).not.toContain("Send by mail");
    await db.query("update report_mail set state = 'failed', detail = 'AUTH: status 535'");
    expect(await body("acme", "/reports/2026-10?lang=zh")).toContain("再次发送邮件");
    const api = "/api/v1/reports/2026-10/mails";
    const asked = await story.served.app.inject({
      method: "POST",
      url: api,
      headers: bearer(story.tokens.acme),
    });
    const mail = { month: "2026-10", account: "acme", revision: 1, state: "waiting", detail: "" };
    const mails = [{ ...mail, contacts: [], refused: [], sentAt: null }];
    expect(asked.json()).toEqual({ mails });
    expect((await get("acme", api)).json()).toEqual({ mails });
    expect((await get("admin", api)).json()).toMatchObject({
      problems: [{ message: "name an account: the report of all is mailed to nobody" }],
    });
    const audit = await listAudit(db, { action: "report.ask-mail" }, { limit: 9 });
    expect(audit.map(({ actor }) => actor)).toEqual(["token:acme", "token:acme"]);
    expect(await verifyAudit(db)).toBeNull();
    await db.query("delete from report_mail");
  });

  test("that cannot be mailed says why on its page", async () => {
    const open = await post("acme", "/reports/2026-11/mail?lang=zh");
    expect(open.statusCode).toBe(409);
    expect(open.body).toContain("2026-11 尚未定稿");
    const globex = await post("globex", "/reports/2026-10/mail?lang=en");
    expect(globex.statusCode).toBe(409);
    expect(globex.body).toContain("The account globex has no contacts in the configuration");
    expect(globex.body).not.toContain("Send by mail");
  });

  test("says in a sentence what was missed and what is owed", async () => {
    const page = await body("acme", "/reports/2026-10?lang=en");
    expect(page).toContain("Acme Retail: 1 of 2 objectives missed in October 2026.");
    expect(page).toContain(
      "Credits of 120.00 CNY are owed, to be claimed from 2026-11-06 until 2026-12-31.",
    );
    expect(page).toContain("6 h; allowed 3 h 43 min");
    const globex = await body("globex", "/reports/2026-10?lang=en");
    expect(globex).toContain("Globex Travel: its one objective was met in October 2026.");
    expect(globex).not.toMatch(/acme|web-1/iu);
    expect(await body("acme", "/reports/2026-10?lang=zh")).toContain("2 项承诺中 1 项未达标");
  });

  test("can be had in every form, in the page's language and of the revision shown", async () => {
    const page = await body("acme", "/reports/2026-10?account=acme&lang=zh");
    for (const format of ["json", "csv", "html", "pdf", "xlsx", "zip"]) {
      expect(page).toContain(`/reports/2026-10/files/${format}?account=acme&amp;lang=zh`);
    }
    const now = await body("acme", "/reports/2026-10?account=acme&revision=0&lang=en");
    expect(now).toContain("/reports/2026-10/files/json?account=acme&amp;revision=0&amp;lang=en");
    expect(now).toContain("It is not the signed report.");
  });

  test("shows its proof and how to check it", async () => {
    const page = await body("viewer", "/reports/2026-10?account=acme&lang=en");
    expect(page).toContain("nines verify --month 2026-10");
    expect(page).toContain("nines export --month 2026-10 --account acme");
    expect(page.match(/sha256:[0-9a-f]{64}/gu)?.length).toBeGreaterThan(60);
  });

  test("of a running month is told as such, and one of nothing says so", async () => {
    expect(await body("globex", "/reports/2026-11?lang=en")).toContain("so far.");
    expect((await get("viewer", "/reports/2026-10?revision=9")).statusCode).toBe(404);
    expect((await get("viewer", "/reports/2026-10?account=nobody")).statusCode).toBe(404);
    expect((await get("globex", "/reports/2026-10?account=acme")).statusCode).toBe(404);
  });

  test("is chosen in the list by who sees several accounts", async () => {
    const { store, config, clock } = story.month;
    const wish = { role: "account-manager", accounts: ["acme", "globex"] } as const;
    const token = await giveToken({ store, config }, wish, clock);
    const answer = await story.served.app.inject({
      url: "/reports/2026-10?lang=zh",
      headers: bearer(token),
    });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers["location"]).toBe("/reports?month=2026-10&lang=zh");
  });
});

describe("a claim", () => {
  test("goes on by the forms of its report, by who may", async () => {
    const { id } = await claim();
    expect((await post("sre", `/claims/${id}/acknowledge`)).statusCode).toBe(403);
    expect((await post("globex", `/claims/${id}/acknowledge`)).statusCode).toBe(404);
    expect(await body("viewer", "/reports/2026-10?account=acme")).not.toContain(
      `/claims/${id}/ack`,
    );
    const answer = await post("acme", `/claims/${id}/acknowledge?lang=zh`);
    expect(answer.statusCode).toBe(303);
    expect(answer.headers["location"]).toBe(`/reports/2026-10?account=acme&lang=zh#claim-${id}`);
    expect((await claim()).state).toBe("acknowledged");
    const again = await post("acme", `/claims/${id}/acknowledge?lang=zh`);
    expect(again.statusCode).toBe(409);
    expect(again.body).toContain(`索赔 ${id} 的状态是“索赔中”，此操作要求状态为“待索赔”`);
  });

  test("that is noted wrongly comes back with what was typed", async () => {
    const { id } = await claim();
    const early = await post("acme", `/claims/${id}/submit?lang=en`, {
      reference: EVIL,
      on: "2026-11-01",
    });
    expect(early.statusCode).toBe(400);
    expect(early.body).toContain(
      "2026-11-01 is before the claim&#39;s window".replace("&#39;", "'"),
    );
    expect(early.body).toContain('value="2026-11-01"');
    expect(early.body).not.toContain(EVIL);
    const long = await post("acme", `/claims/${id}/submit?lang=zh`, {
      reference: "x".repeat(2_001),
      on: "2026-11-09",
    });
    expect(long.statusCode).toBe(400);
    expect(long.body).toContain("请填写 1 到 2000 个字符");
  });

  test("is submitted in its window, and credited with what was given", async () => {
    const { id } = await claim();
    story.month.clock.set(Date.parse("2026-11-10T12:00:00+08:00"));
    const submitted = { reference: "T-1", on: "2026-11-09" };
    expect((await post("acme", `/claims/${id}/submit`, submitted)).statusCode).toBe(303);
    const bad = await post("acme", `/claims/${id}/credit?lang=zh`, { amount: "1,5" });
    expect(bad.body).toContain("“1,5”不是有效的 CNY 金额，请写成 120.00");
    expect((await post("acme", `/claims/${id}/credit`, { amount: "100" })).statusCode).toBe(303);
    expect(await claim()).toMatchObject({ state: "credited", creditedMinor: 10_000n });
    expect(await body("acme", "/reports?lang=en")).toMatch(/100\.00 CNY.*credited/su);
    expect(await verifyAudit(story.month.db)).toBeNull();
  });
});

test("a revision shows what it changed, and the one before it stays to be read", async () => {
  const { db, clock, config } = story.month;
  const approver = {
    name: "token:approver",
    role: "approver",
    accounts: null,
    origin: "",
  } as const;
  await approveExclusion({ db, clock, config }, { id: story.exclusions.proposed }, approver);
  await closeMonth(story.month, { month: "2026-10", by: SYSTEM, afresh: false });
  const newest = await body("acme", "/reports/2026-10?lang=en");
  expect(newest).toContain("revision 2 (shown)");
  expect(newest).toContain("What changed since revision 1");
  expect(newest).toMatch(/>verdict<\/td><td[^>]*>missed<\/td><td[^>]*>met<\/td>/u);
  expect(newest).toContain("Acme Retail: every one of 2 objectives was met");
  const old = await body("acme", "/reports/2026-10?revision=1&lang=en");
  expect(old).toContain("This is an earlier revision. Revision 2 holds.");
  expect(old).toContain("1 of 2 objectives missed");
  expect(await body("acme", "/reports?lang=en")).not.toContain("1 of 2 missed");
  const against = await body("acme", "/reports/2026-10?revision=1&against=2&lang=zh");
  expect(against).toContain("与第 2 版相比的变化");
});

test("of fees that are not all known it says that at least so much is owed", async () => {
  const { db } = story.month;
  const place = { month: "2026-10", account: "acme" };
  const first = (await findReport(db, { ...place, revision: 1 }))!;
  const revision = (await findReport(db, place))!.revision + 1;
  const report = readReport(first.body.replace('"creditNote":null', '"creditNote":"part-fee"'));
  await insertReport(db, { ...first, revision, body: JSON.stringify({ ...report, revision }) });
  expect(await body("acme", "/reports/2026-10?lang=en")).toContain(
    "Credits of at least 120.00 CNY are owed, as some fees are not known, to be claimed from 2026-11-06",
  );
  expect(await body("acme", "/reports/2026-10?lang=zh")).toContain("应得赔偿至少 120.00 CNY");
});
