import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { cdn, parseEagleId } from "../../probes/cdn.ts";
import type { ProbeContext } from "../../probes/probe.ts";
import { systemClock } from "../../src/clock.ts";
import type { Result } from "../../src/core/outcome.ts";
import { makeCertificates } from "../helpers/certificates.ts";

const context: ProbeContext = {
  timeoutMs: 5000,
  signal: new AbortController().signal,
  clock: systemClock,
};

/** As an edge writes it: node 202.127.76.129, now or `agoMs` ago. */
function eagleId(agoMs = 0): string {
  return `ca7f4c81${Date.now() - agoMs}8788e`;
}

describe("an edge node", () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const edge = createServer((request, response) => answer(request, response));
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => edge.listen(0, "127.0.0.1", resolve));
    port = (edge.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => edge.close(resolve)));
  beforeEach(() => {
    answer = (_request, response) => response.end("content");
  });

  function probe(settings: Record<string, unknown> = {}): Promise<Result> {
    return cdn.prepare({
      kind: "cdn",
      domain: "static.example.com",
      address: `127.0.0.1:${port}`,
      scheme: "http",
      ...settings,
    })(context);
  }

  /** Answers with this status and these headers. */
  function head(status: number, headers: Record<string, string> = {}): void {
    answer = (_request, response) => {
      response.writeHead(status, headers);
      response.end("content");
    };
  }

  test("is asked for the domain at its own address; hit, node and EagleId are told", async () => {
    const id = eagleId();
    let asked: (string | undefined)[] = [];
    answer = (request, response) => {
      asked = [request.method, request.headers.host, request.url];
      response.writeHead(200, { EagleId: id, "X-Cache": "HIT TCP_MEM_HIT dirn:-2:-2 mlen:0" });
      response.end("content");
    };
    expect(await probe({ path: "/a/b.js?v=1", requireEagleId: true })).toMatchObject({
      outcome: "ok",
      detail: "HIT 202.127.76.129",
      requestId: id,
      address: `127.0.0.1:${port}`,
    });
    expect(asked).toEqual(["GET", "static.example.com", "/a/b.js?v=1"]);
  });

  test("a miss, fetched from the origin, is as good", async () => {
    head(200, { "x-cache": "MISS TCP_MISS dirn:-2:-2", eagleid: eagleId() });
    expect(await probe()).toMatchObject({ outcome: "ok", detail: "MISS 202.127.76.129" });
  });

  test("an answer whose EagleId is from another time comes from a stale edge", async () => {
    const id = eagleId(11 * 60_000);
    head(200, { eagleid: id });
    expect(await probe()).toMatchObject({ outcome: "failed", reason: "stale-edge", requestId: id });
    head(200, { eagleid: eagleId(-11 * 60_000) });
    expect(await probe()).toMatchObject({ outcome: "failed", reason: "stale-edge" });
    expect(await probe({ maxEdgeAgeSeconds: 720 })).toMatchObject({ outcome: "ok" });
    head(200, { eagleid: eagleId(9 * 60_000) });
    expect(await probe()).toMatchObject({ outcome: "ok" });
  });

  test("EagleId is wanted only when the settings say so", async () => {
    for (const headers of [{}, { eagleid: "not-an-id" }]) {
      head(200, headers);
      expect(await probe()).toMatchObject({ outcome: "ok" });
      expect(await probe({ requireEagleId: true })).toMatchObject({
        outcome: "failed",
        reason: "wrong-header",
      });
    }
  });

  test("a cached x-oss-request-id of the origin is not taken for the edge's", async () => {
    head(200, { "x-oss-request-id": "60FB89ACD9A90238360BCC5E" });
    expect((await probe()).requestId).toBeUndefined();
    const id = eagleId();
    head(502, { "x-oss-request-id": "60FB89ACD9A90238360BCC5E", eagleid: id });
    expect(await probe()).toMatchObject({ reason: "server-error", requestId: id });
  });

  test("the content is compared by its digest", async () => {
    const sha256 = createHash("sha256").update("content").digest("hex");
    head(200);
    expect(await probe({ sha256 })).toMatchObject({ outcome: "ok" });
    expect(await probe({ sha256, maxBytes: 3 })).toMatchObject({ reason: "wrong-content" });
    expect(await probe({ sha256: "0".repeat(64) })).toMatchObject({
      outcome: "failed",
      reason: "wrong-content",
      detail: `the digest is ${sha256}`,
    });
  });

  test.each([
    [500, "failed", "server-error"],
    [503, "failed", "server-error"],
    [504, "failed", "server-error"],
    [404, "failed", "wrong-status"],
    [302, "failed", "wrong-status"],
    [401, "invalid", "auth-refused"],
    [403, "invalid", "forbidden"],
    [429, "invalid", "throttled"],
  ] as const)("status %i is %s, %s", async (status, outcome, reason) => {
    head(status);
    expect(await probe()).toMatchObject({ outcome, reason, detail: `status ${status}` });
    expect(await probe({ status })).toMatchObject({ outcome: "ok" });
    expect(await probe({ status: [200, status] })).toMatchObject({ outcome: "ok" });
  });

  test("a body that ends before its announced length is cut", async () => {
    answer = (request, response) => {
      response.writeHead(200, { "content-length": "100", eagleid: eagleId() });
      response.write("half", () => request.socket.destroy());
    };
    expect(await probe()).toMatchObject({ outcome: "failed", reason: "response-cut" });
  });

  test("an edge that is down refuses the connection", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const free = (closed.address() as AddressInfo).port;
    await new Promise((resolve) => closed.close(resolve));
    expect(await probe({ address: `127.0.0.1:${free}` })).toMatchObject({
      outcome: "failed",
      reason: "connect-refused",
    });
  });
});

test("over TLS the domain is asked for, and the certificate verified against it", async () => {
  const certificates = makeCertificates();
  const asked: (string | undefined)[] = [];
  const edge = createSecureServer(certificates.good, (request, response) => {
    asked.push(String(Reflect.get(request.socket, "servername")), request.headers.host);
    response.end("content");
  });
  await new Promise<void>((resolve) => edge.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(edge.address() as AddressInfo).port}`;
  const probe = (domain: string): Promise<Result> =>
    cdn.prepare({ kind: "cdn", domain, address, ca: certificates.ca })(context);
  const result = await probe("service.test");
  const wrongName = await probe("other.test");
  edge.closeAllConnections();
  await new Promise((resolve) => edge.close(resolve));
  expect(result).toMatchObject({ outcome: "ok", address });
  expect(result.phasesMs.tls).toBeGreaterThan(0);
  expect(asked).toEqual(["service.test", "service.test"]);
  expect(wrongName).toMatchObject({ outcome: "failed", reason: "tls-wrong-name" });
});

test("an EagleId gives the node and the time; anything else gives nothing", () => {
  expect(parseEagleId("ca7f4c8115208313809688788e")).toEqual({
    node: "202.127.76.129",
    atMs: Date.parse("2018-03-12T05:09:40.968Z"),
  });
  for (const text of [
    "",
    "ca7f4c81",
    "ca7f4c8115208313809688788",
    "ca7f4c8199999999999998788e",
    "xx7f4c8115208313809688788e",
  ]) {
    expect(parseEagleId(text), text).toBeNull();
  }
});

test.each([
  { domain: "https://static.example.com" },
  { domain: "" },
  { path: "no-slash" },
  { path: "/with space" },
  { status: 42 },
  { address: "127.0.0.1" },
  { sha256: "abc" },
])("settings %j are refused", (settings) => {
  expect(() => cdn.prepare({ kind: "cdn", domain: "static.example.com", ...settings })).toThrow(
    z.ZodError,
  );
});
