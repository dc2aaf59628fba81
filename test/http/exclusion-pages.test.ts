import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { listExclusions } from "../../src/store/exclusions.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { getPage, postForm, type Fields } from "../helpers/pages.ts";
import { EVIL, tellStory, type Story, type Who } from "../helpers/pages-story.ts";

let story: Story;
beforeAll(async () => {
  story = await tellStory();
}, 60_000);
afterAll(() => story.close());

const get = (who: Who, url: string) => getPage(story, who, url);
const post = (who: Who, url: string, fields: Fields = {}) => postForm(story, who, { url, fields });

const PROPOSAL = {
  kind: "maintenance",
  scope: "targets",
  targets: "web-2,\r\ndb-1",
  from: "2026-10-06T02:00",
  until: "2026-10-06T03:30",
  repeat: "no",
  lastDay: "",
  rrule: "",
  reason: "Announced work",
  evidence: "CHG-1",
};
const proposed = async (who: Who, changes: object = {}) => {
  const { headers } = await post(who, "/exclusions", { ...PROPOSAL, ...changes });
  return Number(/\/exclusions\/(\d+)\?/u.exec(String(headers["location"]))?.[1]);
};
const find = async (id: number) =>
  (await listExclusions(story.month.db, {})).find((one) => one.id === id)!;

describe("the list", () => {
  test("shows each reader what touches their accounts, in both languages", async () => {
    const all = await get("viewer", "/exclusions?lang=en");
    expect(all.body).toContain("Weekly patches");
    expect(all.body).toContain("Waiting for approval (1)");
    expect(all.body).not.toContain("Propose an exclusion");
    expect((await get("sre", "/exclusions?lang=zh")).body).toContain("提出除外时段");
    const globex = await get("globex", "/exclusions?lang=en");
    expect(globex.body).toContain("Weekly patches");
    expect(globex.body).not.toContain("web-1");
    expect((await get("acme", "/exclusions")).body).not.toContain("Weekly patches");
  });

  test("is narrowed down by its address, and its calendar shows the month asked for", async () => {
    const { body } = await get("viewer", "/exclusions?lang=en&month=2026-10&state=proposed");
    expect(body).toContain("Calendar of October 2026");
    expect(body).toContain("04:00–10:00");
    expect(body).not.toContain("CHG-17");
    const november = await get("viewer", "/exclusions?lang=en&month=2026-11&product=rds");
    expect(november.body.match(/02:00–04:00/gu)).toHaveLength(4);
    const empty = await get("viewer", "/exclusions?lang=en&month=2026-11&product=oss");
    expect(empty.body).toContain("Nothing is excluded: every minute counts.");
    expect((await get("viewer", "/exclusions?state=open")).statusCode).toBe(400);
  });

  test("shows what people wrote as text alone", async () => {
    for (const url of ["/exclusions", `/exclusions/${story.exclusions.proposed}`]) {
      const { body } = await get("admin", url);
      expect(body).not.toContain(EVIL);
      expect(body).toContain("&lt;script");
    }
  });
});

describe("the form", () => {
  test("is filled in by the outage that leads to it", async () => {
    const query = new URLSearchParams({
      targets: "web-1 web-2",
      from: "2026-10-04T20:00:30.000Z",
      until: "2026-10-05T02:00:30+00:00",
      lang: "en",
    });
    const { body } = await get("sre", `/exclusions/new?${query}`);
    expect(body).toContain("web-1\nweb-2</textarea>");
    expect(body).toContain('value="2026-10-05T04:00"');
    expect(body).toContain('value="2026-10-05T10:01"');
    expect((await get("viewer", "/exclusions/new")).statusCode).toBe(403);
  });

  test("proposes by the clocks of the configuration", async () => {
    const answer = await post("sre", "/exclusions?lang=zh", PROPOSAL);
    expect(answer.statusCode).toBe(303);
    const location = String(answer.headers["location"]);
    expect(location).toMatch(/^\/exclusions\/\d+\?lang=zh$/u);
    expect(await find(Number(location.split(/[/?]/u)[2]))).toMatchObject({
      kind: "maintenance",
      scope: { targets: ["web-2", "db-1"] },
      fromMs: Date.parse("2026-10-06T02:00:00+08:00"),
      untilMs: Date.parse("2026-10-06T03:30:00+08:00"),
      recurrence: null,
      state: "proposed",
      proposedBy: "token:sre",
    });
  });

  test.each([
    [{ scope: "all" }, { all: true }],
    [{ scope: "account", account: "globex" }, { account: "globex" }],
    [
      { scope: "places", products: ["ecs", "rds"], regions: "cn-shanghai" },
      { products: ["ecs", "rds"], regions: ["cn-shanghai"] },
    ],
    [{ scope: "places", products: "ecs" }, { products: ["ecs"] }],
  ])("takes the scope %o", async (changes, scope) => {
    expect((await find(await proposed("sre", changes))).scope).toEqual(scope);
  });

  test.each([
    [{ repeat: "weekly" }, "FREQ=WEEKLY"],
    [{ repeat: "daily", lastDay: "2026-10-09" }, "FREQ=DAILY;UNTIL=20261009"],
    [{ repeat: "monthly" }, "FREQ=MONTHLY"],
    [{ repeat: "rule", rrule: "freq=weekly;byday=tu" }, "FREQ=WEEKLY;BYDAY=TU"],
  ])("takes the recurrence %o", async (changes, rrule) => {
    const { recurrence } = await find(await proposed("sre", changes));
    expect(recurrence).toEqual({ rrule, timeZone: "Asia/Shanghai" });
  });

  test("comes back with what was typed and what is wrong beside each field", async () => {
    const bad = {
      ...PROPOSAL,
      kind: "",
      targets: `web-9 ${EVIL}`,
      until: "2026-10-06T01:00",
      reason: "",
      evidence: "javascript:alert(1)",
    };
    const answer = await post("sre", "/exclusions?lang=en", bad);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.body).not.toContain(EVIL);
    expect(answer.body).toContain("did you mean &quot;web-1&quot;?");
    expect(answer.body).toContain("Must be after from");
    expect(answer.body).toContain('id="reason-p"');
    expect(answer.body).toContain('aria-describedby="evidence-hint evidence-p"');
    expect(answer.body).toContain('value="2026-10-06T01:00"');
    expect(answer.body).toContain('value="javascript:alert(1)"');
    const zh = await post("sre", "/exclusions?lang=zh", bad);
    expect(zh.body).toContain("结束时间必须晚于开始时间");
    expect(zh.body).toContain("是否为“web-1”？");
    expect(zh.body).not.toContain("did you mean");
  });

  test("is not for those who may only read", async () => {
    for (const who of ["viewer", "acme"] as const) {
      expect((await post(who, "/exclusions", PROPOSAL)).statusCode).toBe(403);
    }
  });
});

describe("one exclusion", () => {
  test("shows what it would do to each figure, and to an account manager their own alone", async () => {
    const { body } = await get("viewer", `/exclusions/${story.exclusions.proposed}?lang=en`);
    expect(body).toContain("What it does to October 2026");
    expect(body).toMatch(/99\.193.*Missed.*100\.000.*Met/su);
    expect(body).toContain("6 h → 0 s");
    const id = await proposed("sre", { scope: "all" });
    const globex = await get("globex", `/exclusions/${id}?lang=en`);
    expect(globex.body).toContain("db-1");
    expect(globex.body).not.toContain("web-1");
    const hidden = await get("globex", `/exclusions/${story.exclusions.proposed}`);
    expect(hidden.statusCode).toBe(404);
  });

  test("offers each reader what they may decide", async () => {
    const url = `/exclusions/${story.exclusions.proposed}?lang=en`;
    const buttons = async (who: Who, at = url) =>
      [...(await get(who, at)).body.matchAll(/action="\/exclusions\/\d+\/(\w+)/gu)].map(
        ([, verb]) => verb,
      );
    expect(await buttons("viewer")).toEqual([]);
    expect(await buttons("acme")).toEqual([]);
    expect(await buttons("sre")).toEqual(["withdraw"]);
    expect(await buttons("approver")).toEqual(["approve", "reject"]);
    expect(await buttons("admin")).toEqual(["approve", "reject", "withdraw"]);
    const own = `/exclusions/${await proposed("approver")}?lang=en`;
    expect(await buttons("approver", own)).toEqual(["reject", "withdraw"]);
    expect((await get("approver", own)).body).toContain("another person approves it");
    const planned = `/exclusions/${story.exclusions.planned}`;
    expect(await buttons("sre", planned)).toEqual([]);
    expect(await buttons("approver", planned)).toEqual(["withdraw"]);
  });

  test("is not approved by who proposed it, whatever they send", async () => {
    const id = await proposed("approver");
    const answer = await post("approver", `/exclusions/${id}/approve?lang=zh`, { note: "mine" });
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain("须由另一人批准");
    expect((await find(id)).state).toBe("proposed");
  });

  test("is rejected with a reason, and decided once", async () => {
    const id = await proposed("sre");
    const bare = await post("approver", `/exclusions/${id}/reject?lang=en`, { note: " " });
    expect(bare.statusCode).toBe(400);
    expect(bare.body).toContain("Say why it is rejected");
    const done = await post("approver", `/exclusions/${id}/reject`, { note: "not announced" });
    expect(done.statusCode).toBe(303);
    const again = await post("admin", `/exclusions/${id}/approve?lang=en`, {});
    expect(again.statusCode).toBe(409);
    expect(again.body).toContain(`Exclusion ${id} is rejected already`);
    expect((await post("sre", `/exclusions/${id}/approve`, {})).statusCode).toBe(403);
    expect((await post("admin", "/exclusions/9999/approve", {})).statusCode).toBe(404);
  });

  test("that is approved makes the closed month's next revision, and the audit log has it all", async () => {
    const { proposed: id } = story.exclusions;
    const answer = await post("approver", `/exclusions/${id}/approve?lang=en`, { note: "seen" });
    expect(answer.headers["location"]).toBe(`/exclusions/${id}?lang=en`);
    expect(await find(id)).toMatchObject({ state: "approved", decidedBy: "token:approver" });
    const report = await get("viewer", "/reports/2026-10?account=acme&lang=en");
    expect(report.body).toContain("revision 2");
    expect(report.body).toContain("What changed since revision 1");
    await closeMonth(story.month, { month: "2026-10", by: SYSTEM, afresh: false });
    expect(await verifyAudit(story.month.db)).toBeNull();
  });
});
