import { createHash } from "node:crypto";
import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { oss } from "../../probes/oss.ts";
import type { ProbeContext } from "../../probes/probe.ts";
import { systemClock } from "../../src/clock.ts";
import type { Result } from "../../src/core/outcome.ts";
import { startOss } from "../helpers/oss-server.ts";
import type { OssServer } from "../helpers/oss-server.ts";

// While nock is active it opens the connections itself, also those to servers of our own.
nock.restore();

const context: ProbeContext = {
  timeoutMs: 5000,
  signal: new AbortController().signal,
  clock: systemClock,
};
const key = { accessKeyId: "ak", accessKeySecret: "sk" };

function probe(settings: Record<string, unknown>, given = context): Promise<Result> {
  return oss.prepare({ kind: "oss", ...settings })(given);
}

describe("against a store that verifies signatures", () => {
  let server: OssServer;
  beforeAll(async () => {
    server = await startOss();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.objects.clear();
    server.requests.length = 0;
    server.intervene = () => null;
  });

  /** By path, or by virtual host with the connection pinned to the server. */
  function local(settings: Record<string, unknown> = {}): Record<string, unknown> {
    return settings["pathStyle"] === false
      ? {
          endpoint: "oss-cn-beijing.aliyuncs.com",
          address: `127.0.0.1:${server.port}`,
          scheme: "http",
          bucket: "private",
          ...settings,
        }
      : {
          endpoint: `127.0.0.1:${server.port}`,
          pathStyle: true,
          region: "cn-beijing",
          scheme: "http",
          bucket: "private",
          ...settings,
        };
  }

  test.each([true, false])(
    "a signed GET of any key goes through (path style: %s)",
    async (pathStyle) => {
      server.objects.set("private/a b/1+2-签~!'().txt", Buffer.from("content"));
      const result = await probe(local({ ...key, pathStyle, key: "a b/1+2-签~!'().txt" }));
      expect(result).toMatchObject({ outcome: "ok", reason: "", detail: "status 200" });
      expect(result.requestId).toMatch(/^[0-9A-F]{24}$/);
      expect(result.address).toBe(`127.0.0.1:${server.port}`);
    },
  );

  test("a signed HEAD, the bucket itself and the service root go through", async () => {
    server.objects.set("private/x", Buffer.from("content"));
    expect(await probe(local({ ...key, key: "x", operation: "HEAD" }))).toMatchObject({
      outcome: "ok",
    });
    server.intervene = (_method, path) =>
      path.endsWith("/") || path === "" ? { status: 200 } : null;
    expect(await probe(local({ ...key }))).toMatchObject({ outcome: "ok" });
    expect(await probe(local({ ...key, bucket: undefined }))).toMatchObject({ outcome: "ok" });
    expect(server.requests).toEqual(["HEAD private/x 200", "GET private/ 200", "GET  200"]);
  });

  test("the content is compared by its digest", async () => {
    server.objects.set("public/x", Buffer.from("content"));
    const sha256 = createHash("sha256").update("content").digest("hex");
    const settings = local({ bucket: "public", key: "x", sha256 });
    expect(await probe(settings)).toMatchObject({ outcome: "ok" });
    expect(await probe({ ...settings, maxBytes: 3 })).toMatchObject({
      outcome: "failed",
      reason: "wrong-content",
      detail: "longer than 3 bytes",
    });
    server.objects.set("public/x", Buffer.from("changed"));
    const wrong = await probe(settings);
    expect(wrong).toMatchObject({ outcome: "failed", reason: "wrong-content" });
    expect(wrong.requestId).toMatch(/^[0-9A-F]{24}$/);
  });

  test("a canary is written, read, compared and removed, under a name of its own", async () => {
    const settings = local({ ...key, key: "nines/canary", operation: "canary" });
    const [one, two] = await Promise.all([probe(settings), probe(settings)]);
    expect(one).toMatchObject({ outcome: "ok", detail: "PUT, GET, DELETE" });
    expect(two).toMatchObject({ outcome: "ok" });
    expect(server.objects.size).toBe(0);
    const names = server.requests.filter((line) => line.startsWith("PUT"));
    expect(new Set(names).size).toBe(2);
    expect(names[0]).toMatch(/^PUT private\/nines\/canary-[0-9a-f]{16} 200$/);
  });

  test("the phases of a canary's three requests are summed", async () => {
    let nowMs = 0;
    // Each look at the clock is 1 ms later: what is summed is more than one request takes.
    const clock = { ...systemClock, monotonicMs: () => (nowMs += 1) };
    const whole = await probe(local({ ...key, key: "c", operation: "canary" }), {
      ...context,
      clock,
    });
    const sum = Object.values(whole.phasesMs).reduce((total, ms) => total + ms, 0);
    expect(whole.outcome).toBe("ok");
    expect(sum).toBe(whole.latencyMs);
    expect(whole.phasesMs.connect).toBeGreaterThanOrEqual(3);
    expect(whole.phasesMs.transfer).toBeGreaterThanOrEqual(3);
  });

  test.each([
    [
      "PUT",
      { status: 500, code: "InternalError" },
      "failed",
      "server-error",
      "PUT: status 500, InternalError",
      ["PUT"],
    ],
    [
      "GET",
      { status: 500, code: "InternalError" },
      "failed",
      "server-error",
      "GET: status 500, InternalError",
      ["PUT", "GET", "DELETE"],
    ],
    [
      "GET",
      { status: 200, body: "other" },
      "failed",
      "wrong-content",
      "GET: not what was written",
      ["PUT", "GET", "DELETE"],
    ],
    [
      "GET",
      { status: 404, code: "NoSuchKey" },
      "failed",
      "wrong-content",
      "GET: the object just written is missing",
      ["PUT", "GET", "DELETE"],
    ],
    ["GET", "reset", "failed", "response-reset", undefined, ["PUT", "GET", "DELETE"]],
    [
      "DELETE",
      { status: 503, code: "ServiceUnavailable" },
      "failed",
      "server-error",
      "DELETE: status 503, ServiceUnavailable",
      ["PUT", "GET", "DELETE"],
    ],
    [
      "DELETE",
      { status: 503, code: "TotalQpsLimitExceeded" },
      "invalid",
      "throttled",
      "DELETE: status 503, TotalQpsLimitExceeded",
      ["PUT", "GET", "DELETE"],
    ],
  ] as const)(
    "a canary whose %s is answered %j is %s, %s",
    async (method, answer, outcome, reason, detail, methods) => {
      server.intervene = (asked) => (asked === method ? answer : null);
      const result = await probe(local({ ...key, key: "c", operation: "canary" }));
      expect(result).toMatchObject({
        outcome,
        reason,
        ...(detail === undefined ? {} : { detail }),
      });
      expect(server.requests.map((line) => line.split(" ")[0])).toEqual(methods);
      if (method === "GET") expect(server.objects.size).toBe(0);
    },
  );

  test("the first failure of a canary is not hidden by the failure to remove it", async () => {
    server.intervene = (method) =>
      method === "GET" ? { status: 500 } : method === "DELETE" ? "reset" : null;
    expect(await probe(local({ ...key, key: "c", operation: "canary" }))).toMatchObject({
      reason: "server-error",
      detail: "GET: status 500",
    });
  });

  test("a wrong secret, an unknown key and a wrong region are refused: key-refused", async () => {
    for (const wrong of [
      { accessKeySecret: "other" },
      { accessKeyId: "nobody" },
      { region: "cn-shanghai" },
    ]) {
      const result = await probe(local({ ...key, key: "x", ...wrong }));
      expect(result).toMatchObject({ outcome: "failed", reason: "key-refused" });
      expect(JSON.stringify(result)).not.toMatch(/"sk"|other/);
    }
  });

  test("a clock that is off by more than 15 minutes is our fault", async () => {
    const clock = { ...systemClock, nowMs: () => Date.now() - 16 * 60_000 };
    expect(await probe(local({ ...key, key: "x" }), { ...context, clock })).toMatchObject({
      outcome: "unknown",
      reason: "clock-jump",
    });
  });

  test("an anonymous refusal is no valid request, and shows reachability only when asked", async () => {
    expect(await probe(local({ key: "x" }))).toMatchObject({
      outcome: "invalid",
      reason: "forbidden",
      detail: "status 403, AccessDenied",
    });
    expect(await probe(local({ key: "x", reachability: true }))).toMatchObject({ outcome: "ok" });
    expect(await probe(local({ key: "x", operation: "HEAD" }))).toMatchObject({
      outcome: "invalid",
      detail: "status 403, AccessDenied",
    });
  });

  test.each([
    [{ status: 403, code: "UserDisable" }, "invalid", "arrears"],
    [{ status: 404, code: "NoSuchBucket" }, "invalid", "bad-request"],
    [{ status: 404, code: "NoSuchKey" }, "invalid", "bad-request"],
    [{ status: 403, code: "SecurityTokenExpired" }, "invalid", "auth-refused"],
    [
      {
        status: 403,
        code: "AccessDenied",
        body: "<Error><Code>AccessDenied</Code><Endpoint>oss-cn-hongkong.aliyuncs.com</Endpoint></Error>",
      },
      "invalid",
      "bad-request",
    ],
    [{ status: 403, code: "AccessDenied" }, "failed", "key-refused"],
    [{ status: 429, code: "QpsLimitExceeded" }, "invalid", "throttled"],
    [{ status: 503, code: "DownloadTrafficRateLimitExceeded" }, "invalid", "throttled"],
    [{ status: 503, code: "PartitionQpsLimitted" }, "invalid", "throttled"],
    [{ status: 503, code: "ServiceUnavailable" }, "failed", "server-error"],
    [{ status: 301, code: "Moved" }, "failed", "wrong-status"],
  ] as const)("signed, answered %j: %s, %s, also for HEAD", async (answer, outcome, reason) => {
    server.intervene = () => answer;
    expect(await probe(local({ ...key, key: "x" }))).toMatchObject({ outcome, reason });
    if ("body" in answer) return;
    expect(await probe(local({ ...key, key: "x", operation: "HEAD" }))).toMatchObject({
      outcome,
      reason,
    });
  });

  test("a throttling code counts in a HEAD's 503 too, and reachability does not excuse it", async () => {
    server.intervene = () => ({ status: 503, code: "CpuLimitExceeded" });
    expect(await probe(local({ key: "x", operation: "HEAD", reachability: true }))).toMatchObject({
      outcome: "invalid",
      reason: "throttled",
    });
  });

  test("a round that is given up ends a canary at once, and leaves no connection", async () => {
    const controller = new AbortController();
    server.intervene = (method) => {
      if (method === "GET") controller.abort();
      return null;
    };
    const settings = local({ ...key, key: "c", operation: "canary" });
    const result = await probe(settings, { ...context, signal: controller.signal });
    expect(result).toMatchObject({ outcome: "unknown", reason: "aborted" });
    await expect.poll(() => server.connections()).toBe(0);
  });
});

describe("by their public names", () => {
  const host = "https://oss-cn-beijing.aliyuncs.com";
  beforeAll(() => nock.activate());
  afterAll(() => nock.restore());
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  test("the service root's anonymous refusal shows that OSS answers", async () => {
    nock(host)
      .get("/")
      .times(2)
      .reply(403, "<Error><Code>AccessDenied</Code><EC>0003-00001201</EC></Error>", {
        server: "AliyunOSS",
        "x-oss-request-id": "60FB89ACD9A90238360BCC5E",
      });
    const settings = { endpoint: "oss-cn-beijing.aliyuncs.com" };
    expect(await probe({ ...settings, reachability: true })).toMatchObject({
      outcome: "ok",
      requestId: "60FB89ACD9A90238360BCC5E",
    });
    expect(await probe(settings)).toMatchObject({ outcome: "invalid", reason: "forbidden" });
  });

  test("a bucket is asked for under its own host name, its region read off the endpoint", async () => {
    const scope = nock("https://acme.oss-cn-hongkong-internal.aliyuncs.com", {
      reqheaders: { authorization: /Credential=ak\/\d{8}\/cn-hongkong\/oss\/aliyun_v4_request/ },
    })
      .get("/path/a%20b")
      .reply(200, "x", { "x-oss-request-id": "60FB89ACD9A90238360BCC5E" });
    const endpoint = "oss-cn-hongkong-internal.aliyuncs.com";
    const result = await probe({ endpoint, bucket: "acme", key: "path/a b", ...key });
    expect(result.outcome).toBe("ok");
    scope.done();
  });

  test("an answer that is not from OSS is malformed, whatever its status", async () => {
    for (const status of [200, 403, 404]) nock(host).get("/").reply(status, "<html>portal</html>");
    for (const reachability of [true, true, false]) {
      expect(await probe({ endpoint: "oss-cn-beijing.aliyuncs.com", reachability })).toMatchObject({
        outcome: "failed",
        reason: "malformed-response",
      });
    }
  });
});

test.each([
  { endpoint: "http://oss-cn-beijing.aliyuncs.com" },
  { bucket: "Upper" },
  { key: "without-bucket" },
  { bucket: "acme", key: "/leading" },
  { bucket: "acme", key: "a/../b" },
  { bucket: "acme", key: "x", operation: "DELETE" },
  { bucket: "acme", key: "x", operation: "canary" },
  { bucket: "acme", operation: "canary", ...key },
  { ...key, reachability: true },
  { ...key, endpoint: "oss-accelerate.aliyuncs.com" },
  { accessKeyId: "only" },
  { bucket: "acme", key: "x", sha256: "abc" },
  { bucket: "acme", key: "x", operation: "HEAD", sha256: "0".repeat(64) },
])("settings %j are refused", (settings) => {
  expect(() =>
    oss.prepare({ kind: "oss", endpoint: "oss-cn-beijing.aliyuncs.com", ...settings }),
  ).toThrow(z.ZodError);
});
