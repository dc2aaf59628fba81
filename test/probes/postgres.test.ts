import type { Socket } from "node:net";
import fc from "fast-check";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { postgres } from "../../probes/postgres.ts";
import type { ProbeContext } from "../../probes/probe.ts";
import type { Result } from "../../src/core/outcome.ts";
import { makeCertificates } from "../helpers/certificates.ts";
import type { Certificates } from "../helpers/certificates.ts";
import { freePort } from "../helpers/ports.ts";
import { startPostgres } from "../helpers/postgres.ts";
import type { PostgresServer } from "../helpers/postgres.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { startTcpServer } from "../helpers/tcp-server.ts";
import type { TcpServer } from "../helpers/tcp-server.ts";
import { waitFor } from "../helpers/wait.ts";

function probe(
  settings: Record<string, unknown>,
  context: Partial<ProbeContext> = {},
): Promise<Result> {
  return postgres.prepare({ kind: "postgres", ...settings })(probeContext(context));
}

const login = { user: "probe", password: "right", database: "postgres" };

/** As the driver sees the server: for looking at it from outside. */
async function ask(server: PostgresServer, query: string): Promise<unknown> {
  const client = new Client({ host: "127.0.0.1", port: server.port, ssl: false, ...login });
  await client.connect();
  try {
    const { rows } = await client.query({ text: query, rowMode: "array" });
    return (rows as unknown[][])[0]?.[0];
  } finally {
    await client.end();
  }
}

describe("a real PostgreSQL server", () => {
  let server: PostgresServer;
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = makeCertificates();
    server = await startPostgres({ tls: certificates.good });
  });
  afterAll(() => server.kill());

  test("answers the question for TLS", async () => {
    const result = await probe({ address: server.address });
    expect(result).toMatchObject({ outcome: "ok", detail: "TLS offered", address: server.address });
    expect(Object.keys(result.phasesMs)).toEqual(expect.arrayContaining(["connect", "processing"]));
  });

  test("lets the probe in by SCRAM and answers its query", async () => {
    expect(await probe({ address: server.address, ...login })).toMatchObject({
      outcome: "ok",
      reason: "",
    });
    const query = "SELECT generate_series(1, 5000), repeat('x', 80)";
    expect(await probe({ address: server.address, ...login, query })).toMatchObject({
      outcome: "ok",
    });
  });

  test.each([
    [{ password: "wrong" }, "invalid", "auth-refused"],
    [{ password: "" }, "invalid", "auth-refused"],
    [{ user: "nobody" }, "invalid", "auth-refused"],
    [{ database: "nothing" }, "invalid", "bad-request"],
    [{ database: undefined }, "invalid", "bad-request"],
    [{ query: "SELEKT 1" }, "invalid", "bad-request"],
    [{ query: "SET ROLE pg_monitor; SELECT * FROM pg_authid" }, "invalid", "forbidden"],
    [{ query: "SELECT 1/0" }, "failed", "query-failed"],
  ] as const)("login with %j: %s, %s", async (settings, outcome, reason) => {
    const result = await probe({ address: server.address, ...login, ...settings });
    expect(result).toMatchObject({ outcome, reason });
    expect(result.detail).toMatch(/^[0-9A-Z]{5} /);
    expect(JSON.stringify(result)).not.toMatch(/"right"|wrong/);
  });

  test("over TLS the certificate is verified by authority and name, with a user or without", async () => {
    const { ca } = certificates;
    const query =
      "SELECT 1 / (SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl)";
    const secured = { address: server.address, ...login, query };
    const ok = await probe({ ...secured, tls: { ca } });
    expect(ok).toMatchObject({ outcome: "ok" });
    expect(ok.phasesMs.tls).toBeGreaterThan(0);
    expect(await probe({ ...secured, tls: { ca, servername: "service.test" } })).toMatchObject({
      outcome: "ok",
    });
    expect(await probe({ ...secured, tls: { verify: false } })).toMatchObject({ outcome: "ok" });
    expect(await probe(secured)).toMatchObject({ reason: "query-failed" });
    for (const user of [login, {}]) {
      const settings = { address: server.address, ...user };
      expect(await probe({ ...settings, tls: { ca } })).toMatchObject({ outcome: "ok" });
      expect(await probe({ ...settings, tls: true })).toMatchObject({
        outcome: "failed",
        reason: "tls-untrusted",
      });
      expect(await probe({ ...settings, tls: { ca, servername: "other.test" } })).toMatchObject({
        outcome: "failed",
        reason: "tls-wrong-name",
      });
    }
  });

  test("keeps no connection of a probe, and sees no connection lost", async () => {
    await Promise.all(
      [login, { ...login, password: "wrong" }, {}, { ...login, query: "SELEKT" }].map((settings) =>
        probe({ address: server.address, ...settings }),
      ),
    );
    await waitFor(
      async () =>
        (await ask(
          server,
          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nines'",
        )) === "0",
      { what: "the end of all connections" },
    );
    expect(server.output()).not.toContain("unexpected EOF");
  });

  test("is given up at the deadline when it is stopped, and comes back", async () => {
    server.pause();
    for (const settings of [{}, login]) {
      const result = await probe({ address: server.address, ...settings }, { timeoutMs: 200 });
      expect(result).toMatchObject({ outcome: "failed", reason: "response-timeout" });
    }
    server.resume();
    expect(await probe({ address: server.address, ...login })).toMatchObject({ outcome: "ok" });
  });

  test("a query that takes too long ends at the deadline", async () => {
    const settings = { address: server.address, ...login, query: "SELECT pg_sleep(60)" };
    expect(await probe(settings, { timeoutMs: 300 })).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
    });
  });

  test("a round that is given up ends the query", async () => {
    const controller = new AbortController();
    const settings = { address: server.address, ...login, query: "SELECT pg_sleep(60)" };
    const running = probe(settings, { signal: controller.signal });
    controller.abort();
    expect(await running).toMatchObject({ outcome: "unknown", reason: "aborted" });
  });
});

describe("a PostgreSQL server of its own", () => {
  let server: PostgresServer;
  afterEach(() => server.kill());

  test("that is full says too-many-connections", async () => {
    const settings = {
      max_connections: "2",
      superuser_reserved_connections: "0",
      reserved_connections: "0",
      max_wal_senders: "0",
      autovacuum_worker_slots: "1",
      max_worker_processes: "0",
    };
    server = await startPostgres({ settings });
    const held = [1, 2].map(
      () => new Client({ host: "127.0.0.1", port: server.port, ssl: false, ...login }),
    );
    for (const client of held) await client.connect();
    expect(await probe({ address: server.address, ...login })).toMatchObject({
      outcome: "failed",
      reason: "too-many-connections",
    });
    await Promise.all(held.map((client) => client.end()));
  });

  test("that is shutting down, with others still at work, lets nobody in", async () => {
    server = await startPostgres();
    const held = new Client({ host: "127.0.0.1", port: server.port, ssl: false, ...login });
    held.on("error", () => undefined);
    await held.connect();
    server.child.kill("SIGTERM");
    await waitFor(
      async () => (await probe({ address: server.address, ...login })).outcome === "failed",
    );
    expect(await probe({ address: server.address, ...login })).toMatchObject({
      outcome: "failed",
      reason: "handshake-failed",
    });
  });

  test("that is killed in the middle of a query has reset the answer, and then refuses", async () => {
    server = await startPostgres();
    const running = probe({ address: server.address, ...login, query: "SELECT pg_sleep(60)" });
    const query = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'";
    const pid = await waitFor(() => ask(server, query), { what: "the query to run" });
    process.kill(Number(pid), "SIGKILL");
    const result = await running;
    expect(result).toMatchObject({ outcome: "failed", reason: "response-reset" });
    await server.kill();
    for (const settings of [{}, login]) {
      expect(await probe({ address: server.address, ...settings })).toMatchObject({
        outcome: "failed",
        reason: "connect-refused",
      });
    }
  });

  test("that asks for MD5 gets it; that asks for the password gets it over TLS only", async () => {
    const certificates = makeCertificates();
    server = await startPostgres({ auth: "md5", settings: { password_encryption: "md5" } });
    expect(await probe({ address: server.address, ...login })).toMatchObject({ outcome: "ok" });
    expect(await probe({ address: server.address, ...login, password: "x" })).toMatchObject({
      reason: "auth-refused",
    });
    expect(await probe({ address: server.address, tls: true })).toMatchObject({
      outcome: "failed",
      reason: "tls-failed",
    });
    expect(await probe({ address: server.address })).toMatchObject({
      outcome: "ok",
      detail: "TLS not offered",
    });
    await server.kill();
    server = await startPostgres({ auth: "password", tls: certificates.good });
    expect(
      await probe({ address: server.address, ...login, tls: { ca: certificates.ca } }),
    ).toMatchObject({ outcome: "ok" });
    expect(await probe({ address: server.address, ...login })).toMatchObject({
      outcome: "unknown",
      reason: "not-configured",
    });
  });

  test("that has no entry for us refuses us", async () => {
    server = await startPostgres({ auth: "reject" });
    expect(await probe({ address: server.address, ...login })).toMatchObject({
      outcome: "invalid",
      reason: "auth-refused",
    });
  });
});

function message(type: string, payload: Buffer | string): Buffer {
  const body = bytesOf(payload);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

function bytesOf(text: Buffer | string): Buffer {
  return typeof text === "string" ? Buffer.from(text, "latin1") : text;
}

const letIn = Buffer.concat([message("R", "\0\0\0\0"), message("Z", "I")]);

describe("a server that does not keep to the protocol", () => {
  let server: TcpServer;
  afterEach(() => server.close());

  async function against(
    talk: (socket: Socket) => void,
    settings: Record<string, unknown> = {},
  ): Promise<Result> {
    server = await startTcpServer((socket) => {
      talk(socket);
      socket.resume();
    });
    const result = await probe({ address: server.address, ...settings }, { timeoutMs: 1000 });
    await waitFor(() => server.open.size === 0, { what: "the end of the connection" });
    return result;
  }

  /** Answers each thing that is said with the next of these, and then hangs up. */
  function saying(...answers: readonly (Buffer | string)[]): (socket: Socket) => void {
    return (socket) => {
      const left = [...answers];
      socket.on("data", () => {
        const next = left.shift();
        if (next !== undefined) socket.write(next);
        if (left.length === 0) socket.end();
      });
    };
  }

  test.each([
    ["nothing", "", "failed", "response-reset"],
    ["another letter", "X", "failed", "malformed-response"],
    ["something before TLS begins", "SR", "failed", "malformed-response"],
    ["a web server's answer", "HTTP/1.1 400 Bad Request\r\n\r\n", "failed", "malformed-response"],
    [
      "that it is full",
      message("E", "SFATAL\0C53300\0Msorry, too many clients already\0\0"),
      "failed",
      "too-many-connections",
    ],
    [
      "that it is starting",
      message("E", "SFATAL\0C57P03\0Mthe database system is starting up\0\0"),
      "failed",
      "handshake-failed",
    ],
    [
      "that it has no memory",
      message("E", "SFATAL\0C53200\0Mout of memory\0\0"),
      "failed",
      "server-error",
    ],
    ["plain text", "Ecould not fork new process for connection\0", "failed", "handshake-failed"],
    ["half an error", message("E", "SFATAL\0C57P03\0").subarray(0, 9), "failed", "response-cut"],
  ] as const)("and says %s to the question for TLS", async (_name, answer, outcome, reason) => {
    expect(await against(saying(bytesOf(answer)))).toMatchObject({ outcome, reason });
  });

  test("and falls silent is given up", async () => {
    for (const settings of [{}, login]) {
      expect(await against(() => undefined, settings)).toMatchObject({
        outcome: "failed",
        reason: "response-timeout",
      });
    }
  });

  test.each([
    ["hangs up after login", [letIn], "failed", "response-reset"],
    [
      "cuts off the answer",
      [letIn, message("T", "\0\x01").subarray(0, 6)],
      "failed",
      "response-cut",
    ],
    ["speaks HTTP", ["HTTP/1.1 400 Bad Request\r\n\r\n"], "failed", "malformed-response"],
    ["sends a length of nothing", ["S\0\0\0\0"], "failed", "malformed-response"],
    ["sends a length beyond all measure", ["S\x7f\xff\xff\xff"], "failed", "malformed-response"],
    ["wants Kerberos", [message("R", "\0\0\0\x07")], "unknown", "not-configured"],
    [
      "wants SCRAM of a kind to come",
      [message("R", "\0\0\0\x0aSCRAM-SHA-512\0\0")],
      "unknown",
      "not-configured",
    ],
    [
      "goes on with what was not begun",
      [message("R", "\0\0\0\x0br=x,s=eA==,i=1")],
      "unknown",
      "not-configured",
    ],
    [
      "sends a challenge that is none",
      [message("R", "\0\0\0\x0aSCRAM-SHA-256\0\0"), message("R", "\0\0\0\x0br=x,s=eA==,i=1")],
      "failed",
      "malformed-response",
    ],
    [
      "lets us in without proof",
      [message("R", "\0\0\0\x0aSCRAM-SHA-256\0\0"), letIn],
      "failed",
      "handshake-failed",
    ],
    [
      "shuts down during the query",
      [letIn, message("E", "SFATAL\0C57P01\0Mterminating connection\0\0")],
      "failed",
      "query-failed",
    ],
  ] as const)("and %s", async (_name, answers, outcome, reason) => {
    expect(await against(saying(...answers.map(bytesOf)), login)).toMatchObject({
      outcome,
      reason,
    });
  });

  test("and repeats the password gets it struck out", async () => {
    const echo = message("E", "SFATAL\0C28P01\0Mno entry with right here\0\0");
    const result = await against(saying(echo), login);
    expect(result).toMatchObject({ outcome: "invalid", reason: "auth-refused" });
    expect(result.detail).toBe("28P01 no entry with *** here");
  });

  test("and sends its answers byte by byte is heard out", async () => {
    const talk = (socket: Socket): void => {
      socket.setNoDelay(true);
      socket.once("data", () => {
        for (const byte of letIn) socket.write(Buffer.from([byte]));
        socket.once("data", () => {
          const done = Buffer.concat([message("C", "SELECT 1\0"), message("Z", "I")]);
          for (const byte of done) socket.write(Buffer.from([byte]));
        });
      });
    };
    expect(await against(talk, login)).toMatchObject({ outcome: "ok" });
  });

  test("and sends any bytes at all gets a result, in time, and is not taken for well", async () => {
    const noise = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc
        .tuple(fc.constantFrom(...Array.from("RSKZTDCENAGHWdv")), fc.uint8Array({ maxLength: 40 }))
        .map(([type, payload]) => message(type, Buffer.from(payload))),
    );
    let next: Buffer = Buffer.alloc(0);
    let whenToSpeak = 0;
    server = await startTcpServer((socket) => {
      let turn = 0;
      socket.on("data", () => {
        turn += 1;
        if (turn > whenToSpeak) socket.end(next);
        else socket.write(letIn);
      });
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(noise, { minLength: 1, maxLength: 4 }),
        fc.nat(1),
        async (parts, turn) => {
          next = Buffer.concat(parts.map((part) => Buffer.from(part)));
          whenToSpeak = turn;
          const result = await probe({ address: server.address, ...login }, { timeoutMs: 2000 });
          // A well-formed "ready" among the noise is an answer.
          return result.outcome !== "ok" || next.includes("Z");
        },
      ),
      { numRuns: 150 },
    );
  });
});

test("a port where nobody listens refuses", async () => {
  expect(await probe({ address: `127.0.0.1:${await freePort()}` })).toMatchObject({
    outcome: "failed",
    reason: "connect-refused",
  });
});

test.each([
  { address: "db.test" },
  { address: "db.test:5432", password: "without user" },
  { address: "db.test:5432", user: "with\0zero" },
  { address: "db.test:5432", tls: { servername: "192.0.2.1" } },
])("settings %j are refused", (settings) => {
  expect(() => postgres.prepare({ kind: "postgres", ...settings })).toThrow(z.ZodError);
});
