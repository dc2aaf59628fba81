import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { acs3Authorization, sha256Hex } from "../../src/acs3-signature.ts";
import { openapi } from "../../probes/openapi.ts";
import type { ProbeContext } from "../../probes/probe.ts";
import { systemClock } from "../../src/clock.ts";
import type { Result } from "../../src/core/outcome.ts";

const host = "https://ecs.cn-beijing.aliyuncs.com";
const requestId = "4C467B38-3910-447D-87BC-AC049166F216";
const key = { accessKeyId: "LTAI-probe", accessKeySecret: "very-secret" };

const context: ProbeContext = {
  timeoutMs: 5000,
  signal: new AbortController().signal,
  clock: systemClock,
};

function call(settings: Record<string, unknown> = {}, given = context): Promise<Result> {
  return openapi.prepare({
    kind: "openapi",
    endpoint: "ecs.cn-beijing.aliyuncs.com",
    version: "2014-05-26",
    ...settings,
  })(given);
}

/** The body of a refusal, in the form of the RPC gateway. */
function refusal(code: string): Record<string, string> {
  return {
    RequestId: requestId,
    HostId: "ecs.cn-beijing.aliyuncs.com",
    Code: code,
    Message: "for the test",
    Recommend: `https://api.aliyun.com/troubleshoot?q=${code}&product=Ecs&requestId=${requestId}`,
  };
}

function answering(status: number, body: nock.Body): nock.Scope {
  return nock(host).get("/").query(true).reply(status, body);
}

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test("an anonymous call that is refused in good form shows a living gateway", async () => {
  const scope = nock(host)
    .get("/")
    .query({ Action: "DescribeRegions", Version: "2014-05-26", Format: "JSON" })
    .reply(400, refusal("MissingAccessKeyId"));
  expect(await call()).toMatchObject({
    outcome: "ok",
    reason: "",
    requestId,
    detail: "status 400, MissingAccessKeyId",
  });
  scope.done();
});

test("an early refusal in XML is in good form too", async () => {
  answering(
    400,
    `<?xml version='1.0'?><Error><RequestId>${requestId}</RequestId><Code>MissingAccessKeyId</Code></Error>`,
  );
  expect(await call()).toMatchObject({ outcome: "ok", requestId });
});

test.each([
  ["429", 429, refusal("TooManyRequests"), "invalid", "throttled"],
  ["a throttling code with 400", 400, refusal("Throttling.User"), "invalid", "throttled"],
  ["503 with a throttling code", 503, refusal("Throttling"), "invalid", "throttled"],
  ["503 without one", 503, refusal("ServiceUnavailable"), "failed", "server-error"],
  ["500", 500, refusal("InternalError"), "failed", "server-error"],
  ["a balancer's page", 502, "<html>Bad Gateway</html>", "failed", "server-error"],
  ["200 without RequestId", 200, { Regions: {} }, "failed", "malformed-response"],
  ["400 that is not JSON", 400, "no such page", "failed", "malformed-response"],
  ["400 with JSON cut off", 400, '{"RequestId":"4C46', "failed", "malformed-response"],
  [
    "400 with XML cut off",
    400,
    "<Error><RequestId>4C46</RequestId><Co",
    "failed",
    "malformed-response",
  ],
  ["an empty 404", 404, "", "failed", "malformed-response"],
  ["a redirect", 302, refusal("Moved"), "failed", "wrong-status"],
] as const)("anonymous: %s", async (_name, status, body, outcome, reason) => {
  answering(status, body);
  expect(await call()).toMatchObject({ outcome, reason });
});

test("a signed call that goes through is ok and keeps the request id", async () => {
  answering(200, { RequestId: requestId, Regions: { Region: [] } });
  expect(await call(key)).toMatchObject({ outcome: "ok", requestId, detail: "status 200" });
});

test("what is sent verifies as ACS3-HMAC-SHA256, for GET and POST, with a token or without", async () => {
  const nowMs = Date.parse("2026-10-01T08:00:00.123Z");
  const clock = { ...systemClock, nowMs: () => nowMs };
  for (const [method, extra] of [
    ["GET", {}],
    ["POST", { securityToken: "sts-token" }],
  ] as const) {
    let sent: Record<string, string> = {};
    nock(host)
      .intercept("/", method)
      .query({ RegionId: "cn-beijing", Format: "JSON" })
      .reply(function reply() {
        sent = { ...this.req.headers };
        return [200, { RequestId: requestId }];
      });
    const settings = { ...key, ...extra, method, query: { RegionId: "cn-beijing" } };
    expect(await call(settings, { ...context, clock })).toMatchObject({ outcome: "ok" });
    expect(sent).toMatchObject({
      host: "ecs.cn-beijing.aliyuncs.com",
      "x-acs-action": "DescribeRegions",
      "x-acs-version": "2014-05-26",
      "x-acs-date": "2026-10-01T08:00:00Z",
    });
    expect(sent["x-acs-security-token"]).toBe("securityToken" in extra ? "sts-token" : undefined);
    const query = { RegionId: "cn-beijing", Format: "JSON" };
    const bodySha256 = sha256Hex("");
    expect(sent["authorization"]).toBe(
      acs3Authorization(key, { method, path: "/", query, headers: sent, bodySha256 }),
    );
    expect(JSON.stringify(sent)).not.toContain("very-secret");
  }
});

test("valid keys refused everywhere, as on 2023-11-12, is the provider's failure", async () => {
  answering(404, refusal("InvalidAccessKeyId.NotFound"));
  answering(400, refusal("MissingAccessKeyId"));
  expect(await call(key)).toMatchObject({
    outcome: "failed",
    reason: "key-refused",
    requestId,
    detail: "status 404, InvalidAccessKeyId.NotFound",
  });
  expect(await call()).toMatchObject({ outcome: "ok" });
});

test.each([
  [400, "InvalidAccessKeyId.NotFound", "failed", "key-refused"],
  [403, "InvalidAccessKeyId.Inactive", "failed", "key-refused"],
  [400, "SignatureDoesNotMatch", "failed", "key-refused"],
  [403, "Forbidden.RAM", "failed", "key-refused"],
  [400, "NoPermission", "failed", "key-refused"],
  [401, "SomethingNew", "failed", "key-refused"],
  [400, "InvalidSecurityToken.Expired", "invalid", "auth-refused"],
  [400, "Account.Arrearage", "invalid", "arrears"],
  [403, "InvalidAccountStatus.NotEnoughBalance", "invalid", "arrears"],
  [400, "InvalidTimeStamp.Expired", "unknown", "clock-jump"],
  [404, "InvalidAction.NotFound", "invalid", "bad-request"],
  [400, "Throttling.Api", "invalid", "throttled"],
  [500, "InternalError", "failed", "server-error"],
] as const)("signed: %i %s is %s, %s", async (status, code, outcome, reason) => {
  answering(status, refusal(code));
  expect(await call(key)).toMatchObject({ outcome, reason, requestId });
});

test("a server that echoes what it was sent gets no key into the detail", async () => {
  answering(403, refusal("key LTAI-probe with secret very-secret is wrong"));
  const result = await call(key);
  expect(result.reason).toBe("key-refused");
  expect(JSON.stringify(result)).not.toMatch(/LTAI-probe|very-secret/);
});

test("half a key and other mistakes in the settings are refused", () => {
  expect(() => openapi.prepare({ kind: "openapi" })).toThrow(z.ZodError);
  for (const settings of [
    { accessKeyId: "only" },
    { accessKeySecret: "only" },
    { securityToken: "only" },
    { endpoint: "https://ecs.aliyuncs.com" },
    { endpoint: "ecs.aliyuncs.com/path" },
    { endpoint: "user@ecs.aliyuncs.com" },
    { endpoint: "ecs.aliyuncs.com:99999" },
    { version: "latest" },
    { unknownKey: 1 },
  ]) {
    expect(() => call(settings), JSON.stringify(settings)).toThrow(z.ZodError);
  }
});
