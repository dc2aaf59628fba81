import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";

let october: HourlyMonth;
let app: TestApp;
let [admin, sre] = ["", ""];

beforeAll(async () => {
  october = await createHourlyMonth();
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  const { clock, store, signer } = october;
  app = await createTestApp({
    config: "version: 1",
    clock,
    deps: { store, signer, config: () => october.config },
  });
  admin = await giveToken(october, { role: "admin" }, clock);
  sre = await giveToken(october, { role: "sre" }, clock);
});
afterAll(async () => {
  await app.close();
  await october.drop();
});

const get = (url: string) => app.app.inject({ url, headers: bearer(admin) });
const post = (url: string, options: { payload?: object; token?: string } = {}) =>
  app.app.inject({
    method: "POST",
    url: `/api/v1${url}`,
    headers: bearer(options.token ?? admin),
    ...(options.payload === undefined ? {} : { payload: options.payload }),
  });

/** What each parameter is when another one is looked at. */
const GOOD: Readonly<Record<string, string>> = {
  month: "2026-10",
  day: "2026-10-02",
  id: "1",
  name: "li",
  from: "2026-10-01T00:00:00Z",
  until: "2026-10-02T00:00:00Z",
  vantage: "here",
  shard: "3600s-web-1",
  plannedAt: "2026-10-02T00:00:00Z",
};
/** The revisions of a diff are called like the ends of an interval. */
const goodFor = (path: string, name: string): string =>
  path.endsWith("/diff") && name !== "month" ? "1" : (GOOD[name] ?? "");

type Parameter = { readonly in: string; readonly name: string; readonly required?: boolean };

function listParameters(): { path: string; asked: Parameter; parameters: Parameter[] }[] {
  const { paths } = app.app.swagger() as {
    paths: Record<string, { get?: { parameters?: Parameter[] } }>;
  };
  return Object.entries(paths).flatMap(([path, { get: route }]) => {
    const parameters = route?.parameters ?? [];
    return parameters.map((asked) => ({ path, asked, parameters }));
  });
}

function urlWith(
  { path, asked, parameters }: ReturnType<typeof listParameters>[number],
  value: string,
): string {
  const valueOf = ({ name }: Parameter) => (name === asked.name ? value : goodFor(path, name));
  const url = parameters
    .filter((one) => one.in === "path")
    .reduce((text, one) => text.replace(`{${one.name}}`, valueOf(one)), path);
  const query = parameters
    .filter((one) => one.in === "query" && (one.required === true || one === asked))
    .map((one) => `${one.name}=${valueOf(one)}`);
  return `${url}?${query.join("&")}`;
}

describe("no parameter of any route", () => {
  test.each([
    "%00",
    "a%00b",
    "%ED%A0%80",
    "99999999999",
    "3000000000",
    "-1",
    "9007199254740993",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01",
    "1000-01",
    "9998-12",
    "9999-12",
    "x".repeat(5000),
  ])("breaks anything by being %s", async (value) => {
    const all = listParameters();
    expect(all.length).toBeGreaterThan(30);
    const broken: string[] = [];
    for (const one of all) {
      const url = urlWith(one, value);
      const { statusCode } = await get(url);
      if (statusCode >= 500) broken.push(`${url} ${statusCode}`);
    }
    expect(broken).toEqual([]);
  });

  test.each([
    "/events?kind=%00",
    "/reports/2026-10?account=%00",
    "/reports/2026-10/revisions?account=%00",
    "/reports/2026-10?revision=99999999999",
    "/reports/2026-10?revision=3000000000",
    "/reports/2026-10/diff?from=1&to=3000000000",
    ...["exclusions", "claims", "running", "outages?month=2026-10&", "overview", "targets"].map(
      (list) => `/${list}${list.endsWith("&") ? "" : "?"}account=%00`,
    ),
  ])("is taken that cannot be: %s", async (path) => {
    expect((await get(`/api/v1${path}`)).statusCode).toBe(400);
  });
});

test.each(["0001-01", "1000-01", "9998-12", "9999-12"])("no page breaks by %s", async (month) => {
  const pages = [
    "/?month=",
    "/products/ecs?month=",
    "/targets/web-1?month=",
    "/reports?month=",
    "/reports/",
    "/exclusions?month=",
    "/malfunctions?month=",
    "/years/",
  ].map((page) => `${page}${page === "/years/" ? month.slice(0, 4) : month}`);
  const day = `from=${month}-31T10:00:00Z&until=${month}-31T20:00:00Z`;
  pages.push(`/api/v1/targets/web-1/slots?${day}`, `/targets/web-1/results?${day}`);
  for (const url of [...pages, `/reports/${month}/files/csv`, `/targets/web-1/days/${month}-01`]) {
    const { statusCode } = await get(url);
    expect(statusCode, url).toBeLessThan(500);
  }
});

test("no exclusion lies beyond the last month", async () => {
  const [from, until] = ["9999-12-31T20:00:00Z", "9999-12-31T21:00:00Z"];
  const scope = { targets: ["web-1"] };
  const payload = { kind: "maintenance", scope, from, until, reason: "far", evidence: "T-1" };
  const { statusCode, body } = await post("/exclusions", { payload, token: sre });
  expect(statusCode, body).toBe(400);
});

describe("text that cannot be stored is refused", () => {
  test("as the reason of an exclusion, as a note, and as the reason of closing", async () => {
    const proposal = {
      kind: "maintenance",
      scope: { targets: ["web-1"] },
      from: "2026-10-02T00:00:00Z",
      until: "2026-10-02T01:00:00Z",
      reason: "announced",
      evidence: "T-1",
    };
    for (const part of ["reason", "evidence"]) {
      const payload = { ...proposal, [part]: "a\0b" };
      expect((await post("/exclusions", { payload, token: sre })).statusCode).toBe(400);
    }
    const made = await post("/exclusions", { payload: proposal, token: sre });
    const { id } = made.json<{ id: number }>();
    for (const note of ["a\0b", "\ud800"]) {
      const refused = await post(`/exclusions/${id}/reject`, { payload: { note } });
      expect(refused.statusCode).toBe(400);
      const reason = await post("/reports/2026-10/close", { payload: { reason: note } });
      expect(reason.statusCode).toBe(400);
    }
  });
});

describe("closing a month over HTTP", () => {
  test("needs no body", async () => {
    const { statusCode, body } = await post("/reports/2026-10/close");
    expect(statusCode, body).toBe(200);
    expect(JSON.parse(body)).toEqual({ revisions: [] });
  });

  test("takes no reason that is blank", async () => {
    for (const reason of ["", "   ", "\n"]) {
      const refused = await post("/reports/2026-10/close", { payload: { reason } });
      expect(refused.statusCode).toBe(400);
      expect(refused.body).toContain("is empty; say why, or leave it out");
    }
  });
});
