import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { annotationsAnswer } from "../../src/http/annotations.ts";
import { appendEvent } from "../../src/store/events.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_FROM, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";

const clock = testClock(DEMO_NOW);
let served: TestApp;
let [sre, approver, manager] = ["", "", ""];

const at = (minute: number) => new Date(DEMO_FROM + minute * MINUTE_MS).toISOString();

beforeAll(async () => {
  const config = `${DEMO_CONFIG}publicUrl: https://nines.example/\n`;
  served = await createTestApp({ config, clock });
  await fillDemoMonth({ store: served.store, clock });
  sre = await giveToken(served, { role: "sre" }, clock);
  approver = await giveToken(served, { role: "approver" }, clock);
  manager = await giveToken(served, { role: "account-manager", accounts: ["acme"] }, clock);
  await exclude({
    scope: { products: ["rds"], regions: ["cn-shanghai"] },
    reason: "switch-over",
    from: at(200),
    until: at(230),
  });
  await exclude({ scope: { targets: ["web-2"] }, reason: "patch", from: at(300), until: at(310) });
  for (const [account, subject, product] of [
    ["acme", "web-1", "ecs"],
    ["globex", "orders", "rds"],
  ] as const) {
    await appendEvent(served.store.db, {
      atMs: DEMO_FROM + 122 * MINUTE_MS,
      kind: "breach",
      key: `state/2026-10/${product}/${subject}/1`,
      month: "2026-10",
      account,
      product,
      region: product === "ecs" ? "cn-hangzhou" : "cn-shanghai",
      agreement: product,
      subject,
      data: { objectivePercent: "99.975", availabilityPercent: "99.1" },
    });
  }
});
afterAll(() => served.close());

async function exclude(what: object): Promise<void> {
  const post = (url: string, token: string, payload: object) =>
    served.app.inject({ method: "POST", url, headers: bearer(token), payload });
  const body = { kind: "maintenance", evidence: "CHG-7", ...what };
  const proposed = await post("/api/v1/exclusions", sre, body);
  const { id } = proposed.json<{ id: number }>();
  const approved = await post(`/api/v1/exclusions/${id}/approve`, approver, {});
  if (approved.statusCode !== 200) throw new Error(approved.body);
}

async function ask(query: Record<string, string>, token = sre) {
  const url = `/api/v1/annotations?${new URLSearchParams(query)}`;
  const answer = await served.app.inject({ url, headers: bearer(token) });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return annotationsAnswer.parse(answer.json()).annotations;
}

const whole = { from: String(DEMO_FROM), until: String(DEMO_NOW) };
const titles = (annotations: readonly { title: string }[]) => annotations.map(({ title }) => title);

describe("annotations", () => {
  test("tell outages, exclusions and breaches in words, the newest first", async () => {
    const found = await ask(whole);
    expect(titles(found)).toEqual([
      "Outage: orders (rds, cn-shanghai)",
      "Outage: web-2 (ecs, cn-hangzhou)",
      "Outage: acme/oss/cn-hangzhou (oss, cn-hangzhou)",
      "Excluded (maintenance): web-2",
      "Excluded (maintenance): rds in cn-shanghai",
      "Breach: orders (rds, cn-shanghai)",
      "Breach: web-1 (ecs, cn-hangzhou)",
      "Outage: web-1 (ecs, cn-hangzhou)",
    ]);
    expect(found.at(-1)).toEqual({
      kind: "outage",
      from: at(100),
      until: at(123),
      title: "Outage: web-1 (ecs, cn-hangzhou)",
      text: "Lasted 23 min; connect-timeout; counts under ecs; account acme.",
      tags: ["outage", "ecs", "cn-hangzhou", "acme"],
      url: "https://nines.example/targets/web-1?month=2026-10",
    });
    expect(found[0]).toMatchObject({ from: at(2900), text: expect.stringMatching(/^Lasts since/) });
    expect(found[2]?.url).toBe(
      "https://nines.example/?month=2026-10&product=oss&region=cn-hangzhou",
    );
    expect(found[4]).toMatchObject({
      kind: "exclusion",
      from: at(200),
      until: at(230),
      text: "switch-over (CHG-7)",
      tags: ["exclusion", "maintenance", "rds", "cn-shanghai"],
    });
    expect(found[6]).toMatchObject({
      kind: "breach",
      from: at(122),
      until: at(122),
      text: "web-1 cannot meet its objective any more under ecs in 2026-10; availability 99.1 %; objective 99.975 %; account acme.",
    });
  });

  test("are those of the interval alone, given as Grafana or as RFC 3339 has it", async () => {
    const range = { from: DEMO_FROM + 110 * MINUTE_MS, until: DEMO_FROM + 121 * MINUTE_MS };
    const byNumber = await ask({ from: String(range.from), until: String(range.until) });
    expect(titles(byNumber)).toEqual(["Outage: web-1 (ecs, cn-hangzhou)"]);
    expect(await ask({ from: at(110), until: at(121) })).toEqual(byNumber);
    expect(await ask({ from: at(123), until: at(124) })).toEqual([]);
    // Nothing of the future is an outage; announced work may be.
    expect(await ask({ from: String(DEMO_NOW), until: String(DEMO_NOW + 1) })).toEqual([]);
  });

  test("are narrowed down by lists, as Grafana writes what was chosen", async () => {
    expect(titles(await ask({ ...whole, kind: "breach" }))).toHaveLength(2);
    expect(titles(await ask({ ...whole, kind: "exclusion", product: "ecs" }))).toEqual([
      "Excluded (maintenance): web-2",
    ]);
    expect(titles(await ask({ ...whole, kind: "outage", product: "rds,oss" }))).toEqual([
      "Outage: orders (rds, cn-shanghai)",
      "Outage: acme/oss/cn-hangzhou (oss, cn-hangzhou)",
    ]);
    expect(titles(await ask({ ...whole, region: "cn-shanghai", kind: "outage,breach" }))).toEqual([
      "Outage: orders (rds, cn-shanghai)",
      "Breach: orders (rds, cn-shanghai)",
    ]);
    expect(titles(await ask({ ...whole, account: "globex", kind: "" }))).toEqual([
      "Outage: orders (rds, cn-shanghai)",
      "Excluded (maintenance): rds in cn-shanghai",
      "Breach: orders (rds, cn-shanghai)",
    ]);
    expect(await ask({ ...whole, limit: "1" })).toHaveLength(1);
  });

  test("of one target are its own and its group's", async () => {
    expect(titles(await ask({ ...whole, target: "web-1" }))).toEqual([
      "Breach: web-1 (ecs, cn-hangzhou)",
      "Outage: web-1 (ecs, cn-hangzhou)",
    ]);
    expect(titles(await ask({ ...whole, target: "bucket-2" }))).toEqual([
      "Outage: acme/oss/cn-hangzhou (oss, cn-hangzhou)",
    ]);
    expect(titles(await ask({ ...whole, target: "web-2", kind: "exclusion" }))).toHaveLength(1);
  });

  test("of other accounts are not there for an account manager", async () => {
    const found = await ask(whole, manager);
    expect(found).not.toEqual([]);
    expect(JSON.stringify(found)).not.toMatch(/globex|orders|cn-shanghai/u);
    // Named among others they are left out, as accounts are that Grafana alone remembers.
    for (const other of ["globex", "gone"]) {
      expect(await ask({ ...whole, account: `acme,${other}` }, manager)).toEqual(found);
    }
  });

  test.each([
    [{ until: at(1) }, "querystring.from"],
    [{ from: at(2), until: at(1) }, "must be after from"],
    [{ from: "yesterday", until: at(1) }, "RFC 3339"],
    [{ from: "0", until: at(1) }, "at most 400 days"],
    [{ ...whole, kind: "alarm" }, "querystring.kind"],
    [{ ...whole, product: "ecs,nothing" }, "querystring.product"],
    [{ ...whole, regions: "cn-hangzhou" }, "regions"],
  ])("what is wrong with %j is said", async (query: Record<string, string>, said) => {
    const url = `/api/v1/annotations?${new URLSearchParams(query)}`;
    const answer = await served.app.inject({ url, headers: bearer(sre) });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(said);
  });
});
