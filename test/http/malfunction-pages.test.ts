import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMalfunction } from "../../src/store/malfunctions.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { getPage, postForm } from "../helpers/pages.ts";
import { EVIL, tellStory, type Story, type Who } from "../helpers/pages-story.ts";

let story: Story;
beforeAll(async () => {
  story = await tellStory();
}, 60_000);
afterAll(() => story.close());

const get = (who: Who, url: string) => getPage(story, who, url);
const post = (who: Who, url: string, fields: Readonly<Record<string, string>> = {}) =>
  postForm(story, who, { url, fields });
const find = async (id: number) => (await findMalfunction(story.month.db, id))!;
const OPENING = { title: "Console is slow", level: "P3", account: "acme", beganAt: "" };
const open = async (fields: Readonly<Record<string, string>> = OPENING) => {
  const { headers } = await post("sre", "/malfunctions?lang=en", fields);
  return Number(/^\/malfunctions\/(\d+)\?lang=en$/u.exec(String(headers["location"]))?.[1]);
};
const steps = async (who: Who, id: number) => {
  const { body } = await get(who, `/malfunctions/${id}`);
  return new Set(
    [...body.matchAll(/action="\/malfunctions\/\d+\/(\w+)/gu)].map(([, verb]) => verb),
  );
};

describe("the list", () => {
  test("is narrowed down by its address", async () => {
    const closed = await get("viewer", "/malfunctions?lang=en&state=closed&month=2026-10");
    expect(closed.body).toContain("/malfunctions/1?");
    expect(closed.body).not.toContain("/malfunctions/2?");
    const none = await get("viewer", "/malfunctions?lang=en&product=rds");
    expect(none.body).toContain("No malfunction here.");
    expect(none.body).not.toContain("Open a malfunction");
    expect((await get("sre", "/malfunctions?lang=en")).body).toContain("Open a malfunction");
    expect((await get("globex", "/malfunctions?account=acme")).statusCode).toBe(404);
    expect((await get("viewer", "/malfunctions?state=lost")).statusCode).toBe(400);
  });
});

describe("the form that opens one", () => {
  test("takes a time by the clocks of the configuration", async () => {
    const id = await open({ ...OPENING, product: "ecs", region: "", beganAt: "2026-11-02T23:00" });
    expect(await find(id)).toMatchObject({
      title: "Console is slow",
      origin: "hand",
      account: "acme",
      product: "ecs",
      region: null,
      beganAtMs: Date.parse("2026-11-02T23:00:00+08:00"),
      openedBy: "token:sre",
    });
  });

  test("comes back with what is wrong beside each field", async () => {
    const answer = await post("sre", "/malfunctions?lang=zh", {
      ...OPENING,
      title: "",
      product: "vm",
      beganAt: "2027-01-01T00:00",
      reference: EVIL,
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain("请说明出了什么问题");
    expect(answer.body).toContain("时间在将来");
    expect(answer.body).toContain('value="2027-01-01T00:00"');
    expect(answer.body).not.toContain(EVIL);
    const level = await post("sre", "/malfunctions?lang=en", { ...OPENING, level: "P9" });
    expect(level.statusCode).toBe(400);
    expect(level.body).toContain("Must be one of P1");
    expect((await post("viewer", "/malfunctions", OPENING)).statusCode).toBe(403);
    expect((await get("acme", "/malfunctions/new")).statusCode).toBe(403);
  });
});

describe("one malfunction", () => {
  test("offers each reader the steps that they may take from where it stands", async () => {
    const { measured, told } = story.malfunctions;
    expect(await steps("viewer", told)).toEqual(new Set());
    expect(await steps("acme", told)).toEqual(new Set());
    expect(await steps("sre", told)).toEqual(
      new Set(["acknowledge", "assign", "level", "note", "restore", "review"]),
    );
    expect(await steps("sre", measured)).toEqual(new Set(["note", "reopen"]));
    expect((await get("globex", `/malfunctions/${told}`)).statusCode).toBe(404);
  });

  test("goes from the report to the review by its forms", async () => {
    const id = await open();
    const take = async (verb: string, fields: Readonly<Record<string, string>> = {}) => {
      const answer = await post("sre", `/malfunctions/${id}/${verb}?lang=zh`, fields);
      expect(answer.statusCode, answer.body).toBe(303);
      expect(answer.headers["location"]).toBe(`/malfunctions/${id}?lang=zh`);
    };
    await take("acknowledge");
    await take("assign", { owner: "Network" });
    await take("note", { text: "It is the **uplink**.\r\n\r\nSee the log." });
    await take("level", { level: "P1" });
    await take("review", { cause: "A switch.", impact: "Logins.", resolution: "", followUps: "" });
    await take("restore", { at: "" });
    const early = await post("sre", `/malfunctions/${id}/close?lang=zh`);
    expect(early.statusCode).toBe(409);
    expect(early.body).toContain("的复盘缺少：处理结果");
    await take("review", { cause: "A switch.", impact: "Logins.", resolution: "Replaced." });
    await take("close");
    expect(await find(id)).toMatchObject({ state: "closed", level: "P1", owner: "Network" });
    await take("reopen", { note: "No: the fan." });
    const page = (await get("sre", `/malfunctions/${id}?lang=en`)).body;
    expect(page).toContain("<strong>uplink</strong>");
    expect(page).toContain("A switch.</textarea>");
    expect(await verifyAudit(story.month.db)).toBeNull();
  });

  test("that cannot be taken further says why, and keeps what was typed", async () => {
    const { told, measured } = story.malfunctions;
    const bad = await post("sre", `/malfunctions/${told}/restore?lang=en`, {
      at: "2027-01-01T00:00",
    });
    expect(bad.statusCode).toBe(400);
    expect(bad.body).toContain('value="2027-01-01T00:00"');
    expect(bad.body).toContain("Must be an RFC 3339 instant from");
    const empty = await post("sre", `/malfunctions/${told}/note?lang=zh`, { text: "  " });
    expect(empty.body).toContain("请填写 1 到 20000 个字符");
    const closed = await post("sre", `/malfunctions/${measured}/assign?lang=zh`, { owner: EVIL });
    expect(closed.statusCode).toBe(409);
    expect(closed.body).toContain("已关闭，请先重新打开复盘");
    expect(closed.body).not.toContain(EVIL);
    expect((await post("acme", `/malfunctions/${told}/note`, { text: "x" })).statusCode).toBe(403);
    expect((await post("sre", "/malfunctions/9999/note", { text: "x" })).statusCode).toBe(404);
    expect((await post("sre", `/malfunctions/${told}/burn`)).statusCode).toBe(400);
  });
});
