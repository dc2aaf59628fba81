import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import {
  importAnswer,
  outagesAnswer,
  overviewAnswer,
  problemAnswer,
  reportAnswer,
  resultLine,
  slotsAnswer,
  targetAnswer,
  targetsAnswer,
} from "../../src/http/answers.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_MONTH, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";

let served: TestApp;
const clock = testClock(DEMO_NOW);

beforeAll(async () => {
  served = await createTestApp({ config: DEMO_CONFIG, clock });
  await fillDemoMonth({ store: served.store, clock });
});
afterAll(() => served.close());

const DAY = "from=2026-10-01T00:00:00%2B08:00&until=2026-10-02T00:00:00%2B08:00";

async function ask(url: string, headers: Record<string, string> = {}) {
  return served.app.inject({ url, headers });
}

async function postResults(
  body: string,
  options: { url?: string; type?: string; host?: string } = {},
) {
  const {
    url = "/api/v1/results",
    type = "application/x-ndjson",
    host = "localhost:8080",
  } = options;
  const headers = { "content-type": type, host };
  return served.app.inject({ method: "POST", url, headers, payload: body });
}

describe("answers", () => {
  test.each<[string, z.ZodType]>([
    ["/api/v1/overview", overviewAnswer],
    [`/api/v1/overview?month=${DEMO_MONTH}&account=acme`, overviewAnswer],
    ["/api/v1/targets", targetsAnswer],
    ["/api/v1/targets?product=ecs&region=cn-hangzhou&account=acme", targetsAnswer],
    ["/api/v1/targets/web-1", targetAnswer],
    ["/api/v1/targets/web-old", targetAnswer],
    [`/api/v1/targets/web-1/slots?${DAY}`, slotsAnswer],
    [`/api/v1/targets/bucket-1/slots?${DAY}&agreement=oss`, slotsAnswer],
    [`/api/v1/outages?month=${DEMO_MONTH}`, outagesAnswer],
    [`/api/v1/reports/${DEMO_MONTH}`, reportAnswer],
    [`/api/v1/reports/${DEMO_MONTH}?account=globex`, reportAnswer],
    ["/api/v1/reports/2031-01", reportAnswer],
  ])("%s is JSON as /openapi.json describes it", async (url, schema) => {
    const answer = await ask(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(schema.parse(answer.json())).toEqual(answer.json());
  });

  test("a target shows its configuration and state, and no secret", async () => {
    const target = (await ask("/api/v1/targets/web-1")).json<z.output<typeof targetAnswer>>();
    expect(target).toMatchObject({
      product: "ecs",
      agreements: ["ecs"],
      intervalSeconds: 60,
      timeoutSeconds: 5,
      state: "up",
      probe: { kind: "tcp", settings: [{ name: "address", value: "192.0.2.1:22" }] },
    });
    expect(target.vantages.map(({ vantage, last }) => [vantage, last?.outcome])).toEqual([
      ["a", "ok"],
      ["b", "ok"],
    ]);
  });

  test("a target that fails everywhere is down; one that was never measured is unknown", async () => {
    clock.set(Date.parse("2026-10-01T01:45:30+08:00"));
    const { targets } = (await ask("/api/v1/targets")).json<z.output<typeof targetsAnswer>>();
    clock.set(DEMO_NOW);
    expect(targets.find(({ id }) => id === "quiet")?.state).toBe("unknown");
    const now = (await ask("/api/v1/targets/orders")).json<z.output<typeof targetAnswer>>();
    expect(now).toMatchObject({ state: "down", vantages: [{ last: { outcome: "failed" } }] });
  });

  test("slots carry counts, votes and badness", async () => {
    const url = `/api/v1/targets/web-1/slots?from=2026-10-01T01:39:00%2B08:00&until=2026-10-01T01:41:00%2B08:00`;
    const all = { valid: 2, votes: 2, excluded: false };
    expect((await ask(url)).json()).toEqual({
      target: "web-1",
      agreement: "ecs",
      slotSeconds: 60,
      slots: [
        { from: "2026-09-30T17:39:00.000Z", ...all, failed: 0, downVotes: 0, bad: "0" },
        { from: "2026-09-30T17:40:00.000Z", ...all, failed: 2, downVotes: 2, bad: "1" },
      ],
    });
  });

  test("results are NDJSON that an import would take", async () => {
    const answer = await ask(`/api/v1/targets/web-1/results?${DAY}`);
    expect(answer.headers["content-type"]).toBe("application/x-ndjson");
    const lines = answer.body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(2880);
    for (const line of lines) resultLine.parse(line);
    expect(lines[200]).toMatchObject({ outcome: "failed", reason: "connect-timeout" });
  });

  test("an instant's plus may arrive as a blank", async () => {
    const url =
      "/api/v1/targets/web-1/results?from=2026-10-01T00:00:00+08:00&until=2026-10-01T00:01:00+08:00";
    expect((await ask(url)).body.trimEnd().split("\n")).toHaveLength(2);
  });

  test("outages can be narrowed down", async () => {
    const url = `/api/v1/outages?month=${DEMO_MONTH}&product=ecs&region=cn-hangzhou&account=acme`;
    const { outages } = (await ask(url)).json<z.output<typeof outagesAnswer>>();
    expect(outages.map(({ subject, slots, reason }) => [subject, slots, reason])).toEqual([
      ["web-2", 7, "connect-timeout"],
      ["web-1", 23, "connect-timeout"],
    ]);
    const none = await ask(`/api/v1/outages?month=${DEMO_MONTH}&region=cn-beijing`);
    expect(none.json()).toEqual({ month: DEMO_MONTH, outages: [] });
  });

  test("an empty parameter is one that is not given", async () => {
    const url = `/api/v1/reports/${DEMO_MONTH}?account=&format=&lang=&revision=`;
    expect((await ask(url)).body).toBe((await ask(`/api/v1/reports/${DEMO_MONTH}`)).body);
  });

  test("a large answer is compressed for who asks for it", async () => {
    const answer = await ask(`/api/v1/targets/web-1/slots?${DAY}`, { "accept-encoding": "gzip" });
    expect(answer.headers["content-encoding"]).toBe("gzip");
  });
});

describe("reports", () => {
  test("a report for one account never shows another's", async () => {
    for (const [account, other] of [
      ["acme", "globex"],
      ["globex", "acme"],
    ]) {
      for (const format of ["json", "csv"]) {
        const url = `/api/v1/reports/${DEMO_MONTH}?account=${account}&format=${format}`;
        const { body } = await ask(url);
        expect(body).toContain(account);
        expect(body).not.toContain(other);
        const foreign = served.config.targets.filter((target) => target.account === other);
        for (const { id } of foreign) expect(body).not.toContain(`"${id}"`);
      }
    }
  });

  test("the accounts' subjects together are those of the whole report", async () => {
    const idsOf = async (query: string) =>
      (await ask(`/api/v1/reports/${DEMO_MONTH}${query}`)).json<z.output<typeof reportAnswer>>()
        .subjects;
    const parts = [...(await idsOf("?account=acme")), ...(await idsOf("?account=globex"))];
    const whole = await idsOf("");
    expect(parts).toHaveLength(whole.length);
    expect(parts).toEqual(expect.arrayContaining([...whole]));
  });

  test("CSV is offered as a file", async () => {
    const answer = await ask(`/api/v1/reports/${DEMO_MONTH}?format=csv&account=acme`);
    expect(answer.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(answer.headers["content-disposition"]).toBe(
      `attachment; filename="sla-${DEMO_MONTH}-acme.csv"`,
    );
  });

  test("a running month has revision 0 and no other", async () => {
    expect((await ask(`/api/v1/reports/${DEMO_MONTH}?revision=0`)).statusCode).toBe(200);
    expect((await ask(`/api/v1/reports/${DEMO_MONTH}?revision=1`)).statusCode).toBe(404);
  });

  test("a month to come has no figures yet", async () => {
    const report = (await ask("/api/v1/reports/2027-03")).json<z.output<typeof reportAnswer>>();
    expect(report.status).toBe("running");
    expect(report.subjects).not.toHaveLength(0);
    for (const { availabilityPercent, verdict, counted } of report.subjects) {
      expect([availabilityPercent, verdict, counted]).toEqual([null, "insufficient-data", 0]);
    }
  });
});

describe("what is wrong is answered as problem+json", () => {
  test.each([
    ["/api/v1/reports/2026-13", 400, "month"],
    ["/api/v1/reports/october", 400, "month"],
    [`/api/v1/reports/${DEMO_MONTH}?account=initech`, 404, 'no account "initech"'],
    [`/api/v1/reports/${DEMO_MONTH}?format=docx`, 400, "format"],
    [`/api/v1/reports/${DEMO_MONTH}?lang=fr`, 400, "lang"],
    [`/api/v1/reports/${DEMO_MONTH}?revision=two`, 400, "revision"],
    [`/api/v1/reports/${DEMO_MONTH}?acount=acme`, 400, "acount"],
    [`/api/v1/reports/${DEMO_MONTH}?account=acme&account=globex`, 400, "account"],
    [`/api/v1/reports/${DEMO_MONTH}?account=__proto__`, 404, "__proto__"],
    [`/api/v1/reports/${DEMO_MONTH}?__proto__=1`, 400, "__proto__"],
    ["/api/v1/overview?month=2026", 400, "month"],
    ["/api/v1/overview?account=initech", 404, "initech"],
    ["/api/v1/outages", 400, "querystring.month: must be a month such as 2026-10"],
    ["/api/v1/outages?month=2026-10&product=sap", 400, "product"],
    ["/api/v1/outages?month=2026-10&account=initech", 404, "initech"],
    ["/api/v1/targets?account=initech", 404, "initech"],
    ["/api/v1/targets/web-9", 404, 'no target "web-9"'],
    ["/api/v1/targets/..%2f..%2fetc%2fpasswd", 404, "no target"],
    ["/api/v1/targets/web-1/slots", 400, "from"],
    ["/api/v1/targets/web-1/slots?from=yesterday&until=2026-10-02T00:00:00Z", 400, "RFC 3339"],
    [
      "/api/v1/targets/web-1/slots?from=2026-10-02T00:00:00Z&until=2026-10-01T00:00:00Z",
      400,
      "after from",
    ],
    [
      "/api/v1/targets/web-1/slots?from=2026-10-01T00:00:00Z&until=2026-10-01T00:00:00Z",
      400,
      "after from",
    ],
    [
      "/api/v1/targets/web-1/slots?from=2026-01-01T00:00:00Z&until=2026-10-01T00:00:00Z",
      400,
      "32 days",
    ],
    [`/api/v1/targets/web-1/slots?${DAY}&agreement=oss`, 404, 'no agreement "oss"'],
    [
      "/api/v1/targets/web-9/results?from=2026-10-01T00:00:00Z&until=2026-10-02T00:00:00Z",
      404,
      "web-9",
    ],
    ["/api/v1/targets/web-1/results?from=2026-10-01&until=2026-10-02", 400, "RFC 3339"],
    ["/api/v2/overview", 404, "nothing at GET /api/v2/overview"],
    ["/api/v1/targets/%zz", 400, "not a valid url"],
    [`/api/v1/targets/${"x".repeat(300)}`, 414, ""],
    [`/api/v1/targets?region=${"x".repeat(300)}%00%0d%0a<script>`, 400, "cannot be shown"],
  ])("%s", async (url, status, detail) => {
    const answer = await ask(url, { accept: "application/json" });
    expect(answer.statusCode).toBe(status);
    if (status === 200) return;
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    const problem = problemAnswer.parse(answer.json());
    expect(problem.status).toBe(status);
    expect(problem.detail.toLowerCase()).toContain(detail.toLowerCase());
  });

  test("every problem is listed with its place", async () => {
    const url = "/api/v1/targets/web-1/slots?from=monday&until=tuesday&agrement=ecs";
    const { problems } = problemAnswer.parse((await ask(url)).json());
    expect(problems?.map(({ place }) => place).toSorted()).toEqual([
      "querystring",
      "querystring.from",
      "querystring.until",
    ]);
  });

  test("a browser gets a page, in its language or the one asked for", async () => {
    const html = { accept: "text/html", "accept-language": "zh-CN" };
    const german = await ask("/targets/web-9", { ...html, "accept-language": "de" });
    expect(german.statusCode).toBe(404);
    expect(german.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(german.body).toContain('<html lang="en"');
    expect((await ask("/targets/web-9", html)).body).toContain('<html lang="zh');
    expect((await ask("/targets/web-9?lang=en", html)).body).toContain('<html lang="en"');
    const hostile = await ask("/<script>alert(1)</script>", { accept: "text/html" });
    expect(hostile.body).not.toMatch(/<script(?! type="module" src="\/assets\/)/u);
  });

  test("what is no request at all gets a problem too", async () => {
    await served.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = served.app.server.address() as AddressInfo;
    const large = await exchange(
      port,
      `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${"y".repeat(40_000)}\r\n\r\n`,
    );
    expect(large).toMatch(/^HTTP\/1.1 431 /u);
    expect(large).toContain("application/problem+json");
    const broken = await exchange(port, "HELLO\r\n\r\n");
    expect(broken).toMatch(/^HTTP\/1.1 400 /u);
    expect(JSON.parse(broken.split("\r\n\r\n")[1] ?? "")).toMatchObject({ status: 400 });
  });
});

function exchange(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (answer += chunk));
    socket.on("close", () => resolve(answer));
    socket.on("error", (error) => (answer === "" ? reject(error) : resolve(answer)));
  });
}

describe("import", () => {
  const line = (changes: Record<string, unknown> = {}) =>
    JSON.stringify({
      target: "quiet",
      vantage: "a",
      plannedAt: "2026-10-01T00:00:00.000Z",
      outcome: "ok",
      latencyMs: 12.4,
      ...changes,
    });

  test("stores results, which the next report counts; a second time they are doubles", async () => {
    const body = `${line()}\n${line({ plannedAt: "2026-10-01T00:01:00Z", outcome: "failed" })}\n`;
    const first = await postResults(body);
    expect(importAnswer.parse(first.json())).toEqual({
      lines: 2,
      stored: 2,
      doubles: 0,
      bad: 0,
      problems: [],
    });
    const again = await postResults(body);
    expect(again.json()).toMatchObject({ stored: 0, doubles: 2 });
    const report = (await ask(`/api/v1/reports/${DEMO_MONTH}`)).json<
      z.output<typeof reportAnswer>
    >();
    expect(report.subjects.find(({ id }) => id === "quiet")).toMatchObject({
      counted: 2,
      bad: "1",
      availabilityPercent: "50.000",
    });
  });

  test("bad lines are refused by number, and none is stored", async () => {
    const body = [
      line({ plannedAt: "2026-10-01T00:02:00Z" }),
      "not json",
      line({ target: "web-9" }),
      "",
      line({ outcome: "fine" }),
    ].join("\n");
    const answer = await postResults(body);
    expect(answer.statusCode).toBe(400);
    const { problems } = problemAnswer.parse(answer.json());
    expect(problems?.map(({ place }) => place)).toEqual(["line 2", "line 3", "line 5"]);
    const kept = await postResults(body, { url: "/api/v1/results?keepGoing=true" });
    expect(kept.json()).toMatchObject({ lines: 5, stored: 1, bad: 3 });
  });

  test("however many send slowly, others are answered meanwhile", async () => {
    const bodies = Array.from({ length: 14 }, () => new PassThrough());
    const sent = bodies.map((payload) =>
      served.app.inject({
        method: "POST",
        url: "/api/v1/results",
        headers: { "content-type": "application/x-ndjson", host: "localhost:8080" },
        payload,
      }),
    );
    for (const body of bodies) body.write(`${line({ plannedAt: "2026-10-01T00:03:00Z" })}\n`);
    // More connections than there are would be held by those who send.
    const others = await Promise.all(
      Array.from({ length: 4 }, () => ask(`/api/v1/reports/${DEMO_MONTH}`)),
    );
    expect(others.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    for (const body of bodies) body.end();
    const stored = (await Promise.all(sent)).map(
      (answer) => importAnswer.parse(answer.json()).stored,
    );
    expect(stored.filter((count) => count !== 0)).toEqual([1]);
  });

  test("only NDJSON is taken", async () => {
    const json = await postResults("{}", { type: "application/json" });
    expect(json.statusCode).toBe(415);
    expect(problemAnswer.parse(json.json()).status).toBe(415);
    const none = await served.app.inject({
      method: "POST",
      url: "/api/v1/results",
      headers: { host: "localhost" },
    });
    expect(none.statusCode).toBe(400);
    const charset = await postResults(line(), { type: "application/x-ndjson; charset=utf-8" });
    expect(charset.statusCode).toBe(200);
  });

  test("a name that was made to point at this machine may not write", async () => {
    const answer = await postResults(line(), { host: "attacker.example" });
    expect(answer.statusCode).toBe(401);
  });
});
