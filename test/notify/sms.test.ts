import { createHash, createHmac } from "node:crypto";
import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import type { Sent } from "../../src/notify/channel.ts";
import { sms } from "../../src/notify/sms.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { testClock } from "../helpers/clock.ts";
import { startHttpServer } from "../helpers/http-server.ts";
import { testMessage } from "../helpers/message.ts";
import { freePort } from "../helpers/ports.ts";

// Once imported, nock stands before every request.
nock.restore();

const cleanUp = cleanUpAfterEach();
const deps = {
  clock: testClock(Date.parse("2026-10-01T08:05:20.678Z")),
  saveLetter: () => Promise.resolve(),
};

type Settings = Parameters<typeof sms.send>[1];
const settings: Settings = {
  id: "sms",
  kind: "sms",
  accessKeyId: "testId",
  accessKeySecret: "testSecret",
  signName: "阿里云短信测试专用",
  template: "SMS_71390007",
  mobiles: ["15300000001"],
};

function send(changes: Partial<Settings>, message = testMessage()): Promise<Sent> {
  return sms.send(deps, { ...settings, ...changes }, { message, reference: null });
}

type Wire = { method: string; url: string; headers: Readonly<Record<string, unknown>> };

/** The request as it went over the line, and what became of it. */
async function wireOf(
  changes: Partial<Settings> = {},
  message?: Message,
): Promise<{ wire: Wire; query: URLSearchParams; sent: Sent }> {
  const server = await startHttpServer((_request, response) => {
    response.end(JSON.stringify({ Code: "OK", Message: "OK", BizId: "9006^0", RequestId: "r" }));
  });
  cleanUp(server.close);
  const sent = await send({ url: server.url, ...changes }, message);
  const [wire] = server.seen;
  if (wire === undefined) throw new Error("nothing was asked");
  return { wire, query: new URL(wire.url, server.url).searchParams, sent };
}

/** ACS3-HMAC-SHA256 written down anew from its description, over what a server sees. */
function recomputed({ method, url, headers }: Wire, secret: string): string {
  const [path = "", search = ""] = url.split("?");
  const rfc3986 = (text: string) =>
    [...Buffer.from(text)]
      .map((byte) =>
        /[A-Za-z0-9_.~-]/.test(String.fromCodePoint(byte))
          ? String.fromCodePoint(byte)
          : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
      )
      .join("");
  const pairs = [...new URLSearchParams(search)].map(([a, b]) => `${rfc3986(a)}=${rfc3986(b)}`);
  const names = Object.keys(headers)
    .filter((name) => /^x-acs-|^host$|^content-type$/.test(name))
    .toSorted();
  const canonical = `${method}\n${path}\n${pairs.toSorted().join("&")}\n${names
    .map((name) => `${name}:${String(headers[name]).trim()}\n`)
    .join("")}\n${names.join(";")}\n${String(headers["x-acs-content-sha256"])}`;
  const hash = createHash("sha256").update(canonical).digest("hex");
  const signature = createHmac("sha256", secret).update(`ACS3-HMAC-SHA256\n${hash}`).digest("hex");
  return `SignedHeaders=${names.join(";")},Signature=${signature}`;
}

const EMPTY_SHA256 = createHash("sha256").update("").digest("hex");

test("the recomputation meets the documented example", () => {
  const documented = {
    method: "POST",
    url: "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
    headers: {
      host: "ecs.cn-shanghai.aliyuncs.com",
      "x-acs-action": "RunInstances",
      "x-acs-content-sha256": EMPTY_SHA256,
      "x-acs-date": "2023-10-26T10:22:32Z",
      "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
      "x-acs-version": "2014-05-26",
    },
  };
  expect(recomputed(documented, "YourAccessKeySecret")).toMatch(
    /Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0$/,
  );
});

test("the request is signed over all that the server sees", async () => {
  const { wire, sent } = await wireOf({ mobiles: ["+8615300000001", "15300000002"] });
  expect(sent).toEqual({ outcome: "sent", reference: null, detail: "accepted, BizId 9006^0" });
  expect(wire.headers["authorization"]).toBe(
    `ACS3-HMAC-SHA256 Credential=testId,${recomputed(wire, "testSecret")}`,
  );
  expect(wire.headers["authorization"]).toContain(
    "SignedHeaders=content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,",
  );
});

test("the request is SendSms with the template's variables, and the message's id", async () => {
  const { wire, query } = await wireOf({ mobiles: ["+8615300000001", "15300000002"] });
  expect(wire.method).toBe("POST");
  expect(wire.headers).toMatchObject({
    "x-acs-action": "SendSms",
    "x-acs-version": "2017-05-25",
    "x-acs-date": "2026-10-01T08:05:20Z",
    "x-acs-content-sha256": EMPTY_SHA256,
    "content-length": "0",
  });
  const { TemplateParam, ...rest } = Object.fromEntries(query);
  expect(rest).toEqual({
    PhoneNumbers: "8615300000001,15300000002",
    SignName: "阿里云短信测试专用",
    TemplateCode: "SMS_71390007",
    OutId: "nines-message-17",
    Format: "JSON",
  });
  expect(JSON.parse(TemplateParam ?? "")).toEqual({
    title: "ECS in cn-beijing does not answer",
    state: "Open P1",
    time: "2026-10-01 08:05 UTC",
  });
});

test("no two requests have the same nonce", async () => {
  const [first, second] = [await wireOf(), await wireOf()];
  const nonce = "x-acs-signature-nonce";
  expect(first.wire.headers[nonce]).not.toBe(second.wire.headers[nonce]);
});

test("the variables are short, on one line and in the channel's language", async () => {
  const message = testMessage({
    lang: "zh",
    status: "resolved",
    level: null,
    title: `故障\r\n${"很长的标题".repeat(20)}`,
    at: "2026-10-01T16:05:12.345+08:00",
  });
  const { query } = await wireOf({}, message);
  const variables = JSON.parse(query.get("TemplateParam") ?? "") as Record<string, string>;
  expect(variables).toEqual({
    title: `故障 ${"很长的标题".repeat(20)}`.slice(0, 34) + "…",
    state: "恢复",
    time: "2026-10-01 16:05 +08:00",
  });
  expect(variables["title"]).toHaveLength(35);
});

test("a variable is never empty, and no character is cut in half", async () => {
  const empty = await wireOf({}, testMessage({ title: "\n" }));
  expect(JSON.parse(empty.query.get("TemplateParam") ?? "")).toMatchObject({ title: "nines" });
  const wide = await wireOf({}, testMessage({ title: "🔥".repeat(40) }));
  expect(JSON.parse(wide.query.get("TemplateParam") ?? "")).toMatchObject({
    title: `${"🔥".repeat(17)}…`,
  });
});

test("a thousand numbers go in one request", async () => {
  const mobiles = Array.from({ length: 1_000 }, (_, index) => String(15_300_000_000 + index));
  const { wire, query, sent } = await wireOf({ mobiles });
  expect(sent.outcome).toBe("sent");
  expect(query.get("PhoneNumbers")?.split(",")).toEqual(mobiles);
  expect(wire.headers["authorization"]).toContain(recomputed(wire, "testSecret"));
});

test("no answer is temporary", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  expect(await send({ url })).toEqual({
    outcome: "temporary",
    detail: "no answer: ECONNREFUSED",
    retryAfterMs: null,
  });
});

describe("an answer", () => {
  beforeEach(() => nock.activate());
  afterEach(() => {
    nock.cleanAll();
    nock.restore();
  });

  async function answered(status: number, body: nock.Body, headers = {}): Promise<Sent> {
    const scope = nock("https://dysmsapi.aliyuncs.com")
      .post("/")
      .query(({ OutId }) => OutId === "nines-message-17")
      .reply(status, body, headers);
    const sent = await send({});
    scope.done();
    return sent;
  }

  test.each([
    [200, "isv.BUSINESS_LIMIT_CONTROL", 60_000],
    [400, "Throttling.User", 60_000],
    [503, "Throttling.Api", 60_000],
    [200, "isp.SYSTEM_ERROR", null],
    [500, "SystemError", null],
    [503, "ServiceUnavailable", null],
    [500, "Whatever", null],
  ])("of %i with %s is temporary", async (status, Code, retryAfterMs) => {
    const sent = await answered(status, { Code, Message: "15300000001", RequestId: "r" });
    expect(sent).toEqual({
      outcome: "temporary",
      detail: `status ${status}, ${Code}`,
      retryAfterMs,
    });
  });

  test("that names a pause is heeded", async () => {
    const sent = await answered(400, { Code: "Throttling" }, { "Retry-After": "7" });
    expect(sent).toMatchObject({ outcome: "temporary", retryAfterMs: 7_000 });
  });

  test.each([
    [200, "isv.MOBILE_NUMBER_ILLEGAL"],
    [200, "isv.SMS_TEMPLATE_ILLEGAL"],
    [200, "isv.AMOUNT_NOT_ENOUGH"],
    [200, "isv.DAY_LIMIT_CONTROL"],
    [200, "isp.RAM_PERMISSION_DENY"],
    [404, "InvalidAccessKeyId.NotFound"],
    [400, "SignatureDoesNotMatch"],
  ])("of %i with %s is permanent", async (status, Code) => {
    const sent = await answered(status, { Code, Message: "testSecret", RequestId: "r" });
    expect(sent).toEqual({ outcome: "permanent", detail: `status ${status}, ${Code}` });
  });

  test("that is no answer of SendSms is not taken for success", async () => {
    expect(await answered(200, "<html>welcome</html>")).toEqual({
      outcome: "temporary",
      detail: "status 200 without Code",
      retryAfterMs: null,
    });
    expect(await answered(502, "<html>bad gateway</html>")).toMatchObject({ outcome: "temporary" });
    expect(await answered(404, "<html>not here</html>")).toMatchObject({ outcome: "permanent" });
  });
});
