import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";

let october: HourlyMonth;
let app: TestApp;
const tokens = { acme: "", globex: "", viewer: "", approver: "" };
type Who = keyof typeof tokens;

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", (hour) => (hour >= 200 && hour < 210 ? "f" : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  const { clock, store } = october;
  app = await createTestApp({
    config: "version: 1",
    clock,
    deps: { store, config: () => october.config },
  });
  const give = (wish: Parameters<typeof giveToken>[1]) => giveToken(october, wish, clock);
  tokens.acme = await give({ role: "account-manager", accounts: ["acme"] });
  tokens.globex = await give({ role: "account-manager", accounts: ["globex"] });
  tokens.viewer = await give({ role: "viewer" });
  tokens.approver = await give({ role: "approver" });
});
afterAll(async () => {
  await app.close();
  await october.drop();
});

const get = (who: Who, path: string) =>
  app.app.inject({ url: `/api/v1/claims${path}`, headers: bearer(tokens[who]) });
const post = (who: Who, path: string, payload: object = {}) =>
  app.app.inject({
    method: "POST",
    url: `/api/v1/claims${path}`,
    headers: bearer(tokens[who]),
    payload,
  });

type Claims = { claims: { id: number; subject: string; state: string }[] };

async function idOf(subject: string): Promise<number> {
  const { claims } = (await get("approver", "")).json<Claims>();
  return claims.find((claim) => claim.subject === subject)!.id;
}

async function subjectsFor(who: Who, query = ""): Promise<string[]> {
  return (await get(who, query)).json<Claims>().claims.map(({ subject }) => subject);
}

describe("reading", () => {
  test("a claim says what is owed and how long it can be claimed", async () => {
    const id = await idOf("web-1");
    expect((await get("acme", `/${id}`)).json()).toEqual({
      id,
      month: "2026-10",
      agreement: "hourly",
      subject: "web-1",
      account: "acme",
      product: "ecs",
      revision: 1,
      state: "owed",
      percent: 10,
      amount: "120.00",
      currency: "CNY",
      claimFrom: "2026-11-05T16:00:00.000Z",
      claimUntil: "2026-12-31T16:00:00.000Z",
      opensInDays: 3,
      closesInDays: 59,
      reference: null,
      submittedOn: null,
      credited: null,
      refusal: null,
      note: null,
    });
  });

  test("an account manager sees the claims of the accounts named, and nothing of others", async () => {
    expect(await subjectsFor("viewer")).toEqual(["web-1", "web-2"]);
    expect(await subjectsFor("acme")).toEqual(["web-1"]);
    expect(await subjectsFor("globex", "?account=globex")).toEqual(["web-2"]);
    const theirs = await idOf("web-2");
    const none = await get("acme", `/${theirs}`);
    const never = await get("acme", "/999999");
    expect(none.statusCode).toBe(404);
    expect(none.body.replace(String(theirs), "ID")).toBe(never.body.replace("999999", "ID"));
    expect((await get("acme", `/${theirs}/file`)).statusCode).toBe(404);
    const hidden = await get("acme", "?account=globex");
    const unknown = await get("acme", "?account=nobody");
    expect(hidden.statusCode).toBe(404);
    expect(hidden.body.replace("globex", "A")).toBe(unknown.body.replace("nobody", "A"));
  });

  test("filters by month and state, and refuses what it does not know", async () => {
    expect(await subjectsFor("viewer", "?month=2026-09")).toEqual([]);
    expect(await subjectsFor("viewer", "?month=2026-10&state=owed")).toEqual(["web-1", "web-2"]);
    expect(await subjectsFor("viewer", "?state=refused")).toEqual([]);
    for (const bad of ["?state=gone", "?month=10", "?agreement=hourly", "/0", "/x"]) {
      expect((await get("viewer", bad)).statusCode, bad).toBe(400);
    }
    expect((await get("viewer", "/99999999999")).statusCode).toBe(400);
  });

  test("the file is Markdown to download", async () => {
    const id = await idOf("web-1");
    const { statusCode, headers, body } = await get("acme", `/${id}/file`);
    expect(statusCode).toBe(200);
    expect(headers["content-type"]).toBe("text/markdown; charset=utf-8");
    expect(headers["content-disposition"]).toBe(`attachment; filename="claim-2026-10-${id}.md"`);
    expect(body).toContain("10 % × 1200.00 CNY = 120.00 CNY");
    expect(body).not.toContain("globex");
  });
});

describe("handling", () => {
  beforeAll(() => october.clock.set(Date.parse("2026-11-06T00:00:00Z")));

  test("is not for a viewer, nor for the manager of another account", async () => {
    const id = await idOf("web-1");
    expect((await post("viewer", `/${id}/acknowledge`)).statusCode).toBe(403);
    const steps = {
      acknowledge: {},
      submit: { reference: "T", on: "2026-11-06" },
      credit: { amount: "1" },
      refuse: { reason: "no" },
    };
    for (const [verb, payload] of Object.entries(steps)) {
      expect((await post("globex", `/${id}/${verb}`, payload)).statusCode, verb).toBe(404);
    }
    expect((await get("acme", `/${id}`)).json()).toMatchObject({ state: "owed" });
  });

  test("takes a claim from owed to credited", async () => {
    const id = await idOf("web-1");
    const steps = [
      ["acknowledge", {}, { state: "acknowledged" }],
      [
        "submit",
        { reference: "T-42", on: "2026-11-06" },
        { state: "submitted", reference: "T-42", submittedOn: "2026-11-06" },
      ],
      ["credit", { amount: "100" }, { state: "credited", amount: "120.00", credited: "100.00" }],
    ] as const;
    for (const [verb, payload, expected] of steps) {
      const answer = await post("acme", `/${id}/${verb}`, payload);
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject(expected);
      expect((await get("acme", `/${id}`)).json()).toEqual(answer.json());
    }
    const again = await post("acme", `/${id}/acknowledge`);
    expect(again.statusCode).toBe(409);
    expect(again.json<{ detail: string }>().detail).toContain("is credited");
    const log = await october.db.query<{ actor: string; action: string }>(
      `select actor, action from audit where item = $1 order by seq`,
      [`claim:${id}`],
    );
    expect(log.rows.map(({ action }) => action)).toEqual([
      "claim.owe",
      "claim.acknowledge",
      "claim.submit",
      "claim.credit",
    ]);
    expect(new Set(log.rows.slice(1).map(({ actor }) => actor))).toEqual(
      new Set([expect.stringMatching(/^token:account-manager-/)]),
    );
  });

  test("names what is wrong with a body", async () => {
    const id = await idOf("web-2");
    for (const payload of [
      {},
      { reference: "T" },
      { reference: " ", on: "2026-11-06" },
      { reference: "T\0", on: "2026-11-06" },
      { reference: "T", on: "2026-02-30" },
      { reference: "T", on: "2026-11-05" },
      { reference: "T", on: "2026-11-09" },
      { reference: "T", on: "2026-11-06", amount: "1" },
    ]) {
      const answer = await post("globex", `/${id}/submit`, payload);
      expect(answer.statusCode, JSON.stringify(payload)).toBe(400);
      expect(answer.json<{ problems: unknown[] }>().problems).toHaveLength(
        1 + Number(!("reference" in payload)),
      );
    }
    await post("globex", `/${id}/submit`, { reference: "T", on: "2026-11-06" });
    const half = await post("globex", `/${id}/credit`, { amount: "249.5" });
    expect(half.json<{ detail: string }>().detail).toContain("JPY, which has 0 decimals");
    const refused = await post("globex", `/${id}/refuse`, { reason: "maintenance" });
    expect(refused.json()).toMatchObject({ state: "refused", refusal: "maintenance" });
  });
});
