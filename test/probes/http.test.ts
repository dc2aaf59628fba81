import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { http as httpProbe } from "../../probes/http.ts";
import { makeCertificates } from "../helpers/certificates.ts";
import type { Certificates } from "../helpers/certificates.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { startNginx } from "../helpers/nginx.ts";
import type { Nginx } from "../helpers/nginx.ts";
import { freePort } from "../helpers/ports.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { has } from "../helpers/programs.ts";
import { answerWith, startTcpServer, startTlsServer } from "../helpers/tcp-server.ts";
import { waitFor } from "../helpers/wait.ts";

// Once imported, nock stands before every request, and what it lets pass goes its own way.
nock.restore();

const onCleanUp = cleanUpAfterEach();

const probe = (settings: object, timeoutMs = 5000) =>
  httpProbe.prepare({ kind: "http", ...settings })(probeContext({ timeoutMs }));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The address of a server that answers every request with these bytes and closes. */
async function raw(bytes: string): Promise<string> {
  const { address, close } = await startTcpServer(answerWith(bytes));
  onCleanUp(close);
  return `http://${address}/`;
}

/** A Node server; gives its address and the requests it has seen. */
async function node(answer: http.RequestListener): Promise<{ url: string; port: number }> {
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onCleanUp(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port };
}

const statuses = [200, 204, 301, 304, 400, 401, 403, 404, 410, 429, 500, 502, 503, 504];

describe.skipIf(!has("nginx"))("the http probe of an nginx", () => {
  let nginx: Nginx;
  let url: string;
  beforeAll(async () => {
    const each = statuses.map((one) => `location = /${one} { return ${one}; }`).join("\n");
    nginx = await startNginx(
      `server {
        listen 127.0.0.1:$PORT;
        add_header X-Cache "HIT from edge-1" always;
        location / { root .; }
        location = /throttled { return 503 "<Error><Code>QpsLimitExceeded</Code></Error>"; }
        location = /throttled-api { return 503 '{"RequestId":"1","Code":"Throttling.User"}'; }
        location = /busy { add_header Retry-After 30 always; return 503 "<Code>InternalError</Code>"; }
        location = /hop { return 302 /hop2; }
        location = /hop2 { return 307 /page.txt; }
        location = /loop { return 301 /loop; }
        location = /away { return 301 ftp://example.com/; }
        location = /request-id { add_header x-oss-request-id 5C3D always; return 500; }
        ${each}
      }`,
      { "page.txt": "a page of text", "large.txt": "0123456789".repeat(300_000) },
    );
    url = `http://127.0.0.1:${nginx.port}`;
  });
  afterAll(() => nginx.kill());

  it("is ok, with the phases of one request and the address", async () => {
    const result = await probe({ url: `http://localhost:${nginx.port}/page.txt` });
    expect(result).toMatchObject({
      outcome: "ok",
      reason: "",
      address: `127.0.0.1:${nginx.port}`,
    });
    expect(new Set(Object.keys(result.phasesMs))).toEqual(
      new Set(["resolve", "connect", "processing", "transfer"]),
    );
    const sum = Object.values(result.phasesMs).reduce((left, right) => left + right, 0);
    expect(result.latencyMs).toBeCloseTo(sum, 6);
  });

  it.each([
    [200, "ok", ""],
    [204, "ok", ""],
    [301, "ok", ""],
    [304, "ok", ""],
    [400, "failed", "wrong-status"],
    [401, "invalid", "auth-refused"],
    [403, "invalid", "forbidden"],
    [404, "failed", "wrong-status"],
    [410, "failed", "wrong-status"],
    [429, "invalid", "throttled"],
    [500, "failed", "server-error"],
    [502, "failed", "server-error"],
    [503, "failed", "server-error"],
    [504, "failed", "server-error"],
  ])("status %i is %s %s", async (status, outcome, reason) => {
    expect(await probe({ url: `${url}/${status}` })).toMatchObject({ outcome, reason });
  });

  it.each(statuses)("status %i is ok when it is the one expected", async (status) => {
    expect(await probe({ url: `${url}/${status}`, status: [status] })).toMatchObject({
      outcome: "ok",
    });
  });

  it("fails a good status that is not among those expected", async () => {
    const result = await probe({ url: `${url}/204`, status: [200, "4xx"] });
    expect(result).toMatchObject({ outcome: "failed", reason: "wrong-status" });
    expect(await probe({ url: `${url}/404`, status: [200, "4xx"] })).toMatchObject({
      outcome: "ok",
    });
  });

  it.each([
    ["/throttled", "invalid", "throttled", "status 503, QpsLimitExceeded"],
    ["/throttled-api", "invalid", "throttled", "status 503, Throttling.User"],
    ["/busy", "failed", "server-error", "status 503"],
  ])("a 503 counts unless a code says throttling: %s", async (path, outcome, reason, detail) => {
    expect(await probe({ url: url + path })).toMatchObject({ outcome, reason, detail });
  });

  it("keeps the provider's id of a request", async () => {
    expect(await probe({ url: `${url}/request-id` })).toMatchObject({
      outcome: "failed",
      requestId: "5C3D",
    });
  });

  it.each([
    [{ bodyContains: "page of" }, "ok", ""],
    [{ bodyContains: "another" }, "failed", "wrong-content"],
    [{ bodySha256: sha256("a page of text") }, "ok", ""],
    [{ bodySha256: sha256("another") }, "failed", "wrong-content"],
    [{ responseHeaders: { "x-CACHE": "HIT" } }, "ok", ""],
    [{ responseHeaders: { "x-cache": "MISS" } }, "failed", "wrong-header"],
    [{ responseHeaders: { "x-absent": "" } }, "failed", "wrong-header"],
    [{ method: "HEAD" }, "ok", ""],
  ])("with %j is %s", async (settings, outcome, reason) => {
    const result = await probe({ url: `${url}/page.txt`, ...settings });
    expect(result).toMatchObject({ outcome, reason });
  });

  it("reads no more of a large body than the limit", async () => {
    const large = { url: `${url}/large.txt` };
    expect(await probe(large)).toMatchObject({ outcome: "ok" });
    const cut = { ...large, maxBytes: 10, bodyContains: "0123456789" };
    expect(await probe(cut)).toMatchObject({ outcome: "ok" });
    expect(await probe({ ...large, maxBytes: 10, bodyContains: "01234567890" })).toMatchObject({
      outcome: "failed",
      reason: "wrong-content",
      detail: "the expected text is missing within the first 10 bytes",
    });
    const whole = { ...large, bodySha256: sha256("0123456789".repeat(300_000)) };
    expect(await probe(whole)).toMatchObject({
      outcome: "failed",
      reason: "wrong-content",
      detail: "longer than 1048576 bytes",
    });
    expect(await probe({ ...whole, maxBytes: 3_000_000 })).toMatchObject({ outcome: "ok" });
  });

  it("follows redirects only when told to, and no more than told", async () => {
    const hop = { url: `${url}/hop`, status: [200], bodyContains: "page" };
    expect(await probe(hop)).toMatchObject({ outcome: "failed", reason: "wrong-status" });
    expect(await probe({ ...hop, followRedirects: 1 })).toMatchObject({ reason: "wrong-status" });
    expect(await probe({ ...hop, followRedirects: 2 })).toMatchObject({ outcome: "ok" });
    expect(await probe({ url: `${url}/loop`, followRedirects: 5 })).toMatchObject({
      outcome: "failed",
      reason: "wrong-status",
      detail: "more than 5 redirects",
    });
    expect(await probe({ url: `${url}/away`, followRedirects: 5 })).toMatchObject({
      outcome: "failed",
      reason: "malformed-response",
    });
  });

  it("connects to the address given, and asks for the address's host", async () => {
    const result = await probe({
      url: "http://service.test/page.txt",
      address: `127.0.0.1:${nginx.port}`,
    });
    expect(result).toMatchObject({ outcome: "ok", address: `127.0.0.1:${nginx.port}` });
  });

  it("is failed, response-timeout, while it is stopped, and ok when it goes on", async () => {
    nginx.pause();
    expect(await probe({ url }, 200)).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
      detail: "processing did not end within 200 ms",
    });
    nginx.resume();
    expect(await probe({ url: `${url}/200` })).toMatchObject({ outcome: "ok" });
  });

  it("sees a balancer whose backends die, one after the other", async () => {
    const backend = () =>
      startNginx(`server { listen 127.0.0.1:$PORT; location / { return 200 "well"; } }`);
    const [first, second] = await Promise.all([backend(), backend()]);
    const balancer = await startNginx(
      `upstream both { server 127.0.0.1:${first.port}; server 127.0.0.1:${second.port}; }
      server { listen 127.0.0.1:$PORT; location / { proxy_pass http://both; } }`,
    );
    onCleanUp(balancer.kill);
    const settings = { url: `http://127.0.0.1:${balancer.port}/`, bodyContains: "well" };
    expect(await probe(settings)).toMatchObject({ outcome: "ok" });
    await first.kill();
    expect(await probe(settings)).toMatchObject({ outcome: "ok" });
    await second.kill();
    expect(await probe(settings)).toMatchObject({
      outcome: "failed",
      reason: "server-error",
      detail: "status 502",
    });
    await balancer.kill();
    expect(await probe(settings)).toMatchObject({ outcome: "failed", reason: "connect-refused" });
  });
});

describe("the http probe's request", () => {
  it("sends method, headers and body as set, to the host of the address", async () => {
    const seen: unknown[] = [];
    const { url, port } = await node((request, answer) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method, headers } = request;
        seen.push({ method, path: request.url, headers, body: Buffer.concat(chunks).toString() });
        answer.end();
      });
    });
    const settings = { method: "POST", headers: { "X-Key": "k" }, body: '{"ask":1}' };
    await probe({ url: `${url}/a%20b?c=d`, ...settings });
    expect(seen).toEqual([
      {
        method: "POST",
        path: "/a%20b?c=d",
        headers: {
          connection: "close",
          "content-length": "9",
          host: `127.0.0.1:${port}`,
          "x-key": "k",
        },
        body: '{"ask":1}',
      },
    ]);
  });

  it("tells keys and body of one origin to no other", async () => {
    const seen: (string | undefined)[] = [];
    const other = await node((request, answer) => {
      seen.push(request.method, request.headers["x-key"] as string | undefined);
      answer.end("arrived");
    });
    const first = await node((_request, answer) => {
      answer.writeHead(302, { location: `${other.url}/next` }).end();
    });
    const result = await probe({
      url: first.url,
      address: `127.0.0.1:${first.port}`,
      method: "POST",
      body: "secret",
      headers: { "x-key": "secret" },
      followRedirects: 1,
      bodyContains: "arrived",
    });
    expect(result).toMatchObject({ outcome: "ok" });
    expect(seen).toEqual(["GET", undefined]);
  });

  it("takes a new connection each time, also when the server would keep it", async () => {
    const ports = new Set<number | undefined>();
    const { url } = await node((request, answer) => {
      ports.add(request.socket.remotePort);
      answer.writeHead(200, { connection: "keep-alive" }).end("x");
    });
    const run = httpProbe.prepare({ kind: "http", url });
    for (let time = 0; time < 3; time += 1) await run(probeContext());
    expect(ports.size).toBe(3);
  });
});

describe("the http probe of a hostile or broken server", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  it.each([
    ["no HTTP at all", "220 mail ESMTP\r\n\r\n", "malformed-response"],
    ["a head of 1 MB", `${ok}X: ${"x".repeat(1_000_000)}\r\n\r\n`, "malformed-response"],
    ["100,000 headers", `${ok}${"A: b\r\n".repeat(100_000)}\r\n`, "malformed-response"],
    ["a forbidden character in a header", `${ok}X: a\u0000b\r\n\r\n`, "malformed-response"],
    ["a header without a colon", `${ok}garbage\r\n\r\n`, "malformed-response"],
    [
      "two different lengths",
      `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
      "malformed-response",
    ],
    ["a length that is no number", `${ok}Content-Length: -1\r\n\r\n`, "malformed-response"],
    [
      "a chunk size that is no number",
      `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      "malformed-response",
    ],
    ["a status that is no number", "HTTP/1.1 abc OK\r\n\r\n", "malformed-response"],
    [
      "an upgrade nobody asked for",
      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      "response-reset",
    ],
    ["an end before the head", "HTTP/1.1 200", "response-reset"],
    ["an end before the length announced", `${ok}Content-Length: 10\r\n\r\nhalf`, "response-cut"],
    ["an end within the chunks", `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nab`, "response-cut"],
    ["status 700", "HTTP/1.1 700 Odd\r\n\r\n", "server-error"],
  ])("is failed with %s", async (_what, bytes, reason) => {
    const result = await probe({ url: await raw(bytes) }, 2000);
    expect(result).toMatchObject({ outcome: "failed", reason });
  });

  it("is ok when the body ends with the connection", async () => {
    const url = await raw("HTTP/1.0 200 OK\r\n\r\nto the end");
    expect(await probe({ url, bodyContains: "to the end" })).toMatchObject({ outcome: "ok" });
  });

  it.each([
    ["closed without an answer", "end", "response-reset"],
    ["reset", "resetAndDestroy", "response-reset"],
  ] as const)("is failed when the connection is %s", async (_what, how, reason) => {
    const { address, close } = await startTcpServer((socket) => {
      socket.once("data", () => socket[how]());
    });
    onCleanUp(close);
    expect(await probe({ url: `http://${address}/` })).toMatchObject({ outcome: "failed", reason });
  });

  it("is failed when the connection is reset within the body", async () => {
    const { address, close } = await startTcpServer((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", () => {
          setImmediate(() => socket.resetAndDestroy());
        });
      });
    });
    onCleanUp(close);
    const result = await probe({ url: `http://${address}/` });
    expect(result.outcome).toBe("failed");
    expect(["response-reset", "response-cut"]).toContain(result.reason);
  });

  it.each([
    ["before the head", "HTTP/1.1 200 OK\r\nX: ", "processing"],
    ["within the body", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "transfer"],
  ])("is failed, response-timeout, when it drips %s", async (_what, first, phase) => {
    const { address, close } = await startTcpServer((socket) => {
      socket.write(first);
      const drip = setInterval(() => socket.write("x"), 20);
      socket.once("close", () => clearInterval(drip));
    });
    onCleanUp(close);
    expect(await probe({ url: `http://${address}/` }, 300)).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
      detail: `${phase} did not end within 300 ms`,
    });
  });

  it("is failed, response-timeout, when the server closes its half only", async () => {
    const { address, close } = await startTcpServer(
      (socket) => {
        socket.resume();
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
        setImmediate(() => socket.end("half"));
      },
      { halfOpen: true },
    );
    onCleanUp(close);
    expect(await probe({ url: `http://${address}/` }, 2000)).toMatchObject({
      outcome: "failed",
      reason: "response-cut",
    });
  });

  it("does not read an endless answer to its end", async () => {
    const { address, close, open } = await startTcpServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const more = (): unknown => socket.writable && socket.write(Buffer.alloc(65_536), more);
      more();
    });
    onCleanUp(close);
    expect(await probe({ url: `http://${address}/` })).toMatchObject({ outcome: "ok" });
    await waitFor(() => open.size === 0);
  });

  it("speaks IPv6", async () => {
    const { address, close } = await startTcpServer(
      (socket) => {
        socket.once("data", (head: Buffer) => {
          const host = /^Host: (.*)\r$/m.exec(head.toString())?.[1] ?? "";
          socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${host.length}\r\n\r\n${host}`);
        });
      },
      { host: "::1" },
    );
    onCleanUp(close);
    const settings = { url: `http://${address}/`, bodyContains: address };
    expect(await probe(settings)).toMatchObject({ outcome: "ok", address });
    expect(await probe({ ...settings, family: 6 })).toMatchObject({ outcome: "ok" });
  });

  it("is failed when nobody listens", async () => {
    const url = `http://127.0.0.1:${await freePort()}/`;
    expect(await probe({ url })).toMatchObject({ outcome: "failed", reason: "connect-refused" });
  });
});

describe.skipIf(!has("openssl"))("the http probe over TLS", () => {
  let made: Certificates;
  beforeAll(() => {
    made = makeCertificates();
  });
  const page = answerWith("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell");

  it.each([
    ["good", "ok", ""],
    ["soon", "ok", ""],
    ["expired", "failed", "tls-expired"],
    ["wrongName", "failed", "tls-wrong-name"],
    ["selfSigned", "failed", "tls-untrusted"],
    ["untrusted", "failed", "tls-untrusted"],
  ] as const)("with the certificate %s is %s", async (which, outcome, reason) => {
    const { port, close } = await startTlsServer(made[which], page);
    onCleanUp(close);
    const settings = { url: `https://localhost:${port}/`, bodyContains: "well" };
    const result = await probe({ ...settings, ca: made.ca });
    expect(result).toMatchObject({ outcome, reason });
    expect(result.phasesMs).toHaveProperty("tls");
    expect(await probe({ ...settings, tlsVerify: false })).toMatchObject({ outcome: "ok" });
  });

  it("verifies the host of the URL when it connects elsewhere", async () => {
    const { address, close } = await startTlsServer(made.good, page);
    onCleanUp(close);
    const good = { url: "https://service.test/", address, ca: made.ca };
    expect(await probe(good)).toMatchObject({ outcome: "ok", address });
    expect(await probe({ ...good, url: "https://elsewhere.test/" })).toMatchObject({
      outcome: "failed",
      reason: "tls-wrong-name",
    });
  });

  it("verifies an address in the URL", async () => {
    const { address, close } = await startTlsServer(made.wrongName, page);
    onCleanUp(close);
    expect(await probe({ url: `https://${address}/`, ca: made.ca })).toMatchObject({
      outcome: "failed",
      reason: "tls-wrong-name",
    });
  });
});

describe("the http probe under nock", () => {
  beforeEach(() => nock.activate());
  afterEach(() => {
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.restore();
  });

  it.each(["http", "https"])("is answered by nock over %s", async (scheme) => {
    nock(`${scheme}://service.test`).get("/a").reply(200, "from nock", { "x-request-id": "7" });
    const result = await probe({ url: `${scheme}://service.test/a`, bodyContains: "from nock" });
    expect(result).toMatchObject({ outcome: "ok", requestId: "7" });
  });

  it.each([
    ["ECONNREFUSED", "failed", "connect-refused"],
    ["ECONNRESET", "failed", "response-reset"],
    ["ENETUNREACH", "unknown", "network-down"],
  ])("an error %s from nock is %s, %s", async (code, outcome, reason) => {
    nock("http://service.test")
      .get("/")
      .replyWithError(Object.assign(new Error(code), { code }));
    expect(await probe({ url: "http://service.test/" })).toMatchObject({ outcome, reason });
  });

  it("a slow answer from nock is a response-timeout", async () => {
    nock("http://service.test").get("/").delay(1000).reply(200);
    expect(await probe({ url: "http://service.test/" }, 100)).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
    });
  });
});

describe("the http probe's settings", () => {
  it.each([
    ["another protocol", { url: "ftp://example.com/" }],
    ["no URL", { url: "example.com" }],
    ["a password in the URL", { url: "http://user:secret@example.com/" }],
    ["a line break in a header", { headers: { "x-key": "a\r\nb: c" } }],
    ["a header name that is none", { headers: { "x key": "a" } }],
    ["a status out of range", { status: [600] }],
    ["a class of status that is none", { status: ["20x"] }],
    ["no status at all", { status: [] }],
    ["a digest that is none", { bodySha256: "abc" }],
    ["too many redirects", { followRedirects: 6 }],
    ["an unknown method", { method: "TRACE" }],
    ["an unknown key", { timeout: 5 }],
  ])("refuse %s, without saying secrets", (_what, changes) => {
    const settings = { kind: "http", url: "http://example.com/", ...changes };
    const refused = httpProbe.settings.safeParse(settings);
    expect(refused.success).toBe(false);
    expect(refused.error?.message).not.toContain("secret");
  });
});
