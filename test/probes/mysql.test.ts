import net from "node:net";
import type { Socket } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { mysql, takeGreeting } from "../../probes/mysql.ts";
import type { ProbeContext } from "../../probes/probe.ts";
import type { Result } from "../../src/core/outcome.ts";
import { makeCertificates } from "../helpers/certificates.ts";
import type { Certificates } from "../helpers/certificates.ts";
import { startMariadb } from "../helpers/mariadb.ts";
import type { Mariadb } from "../helpers/mariadb.ts";
import { freePort } from "../helpers/ports.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { has } from "../helpers/programs.ts";
import { startTcpServer } from "../helpers/tcp-server.ts";
import type { TcpServer } from "../helpers/tcp-server.ts";
import { waitFor } from "../helpers/wait.ts";

function probe(
  settings: Record<string, unknown>,
  context: Partial<ProbeContext> = {},
): Promise<Result> {
  return mysql.prepare({ kind: "mysql", ...settings })(probeContext(context));
}

const login = { user: "probe", password: "right" };

function packet(sequence: number, payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([payload.length & 255, payload.length >> 8, 0, sequence]),
    payload,
  ]);
}

function complaint(sequence: number, errno: number, text: string): Buffer {
  const head = Buffer.from([0xff, errno & 255, errno >> 8]);
  return packet(sequence, Buffer.concat([head, Buffer.from(text)]));
}

const greeting = packet(
  0,
  Buffer.concat([
    Buffer.from("\x0a8.0.36\0"),
    Buffer.from([7, 0, 0, 0]),
    Buffer.from("abcdefgh\0"),
    Buffer.from([0xff, 0xf7, 33, 2, 0, 0xff, 0x81, 21]),
    Buffer.alloc(10),
    Buffer.from("ijklmnopqrst\0mysql_native_password\0"),
  ]),
);
const okPacket = packet(2, Buffer.from([0, 0, 0, 2, 0, 0, 0]));

describe.skipIf(!has("mariadbd"))("a real MariaDB server", () => {
  let server: Mariadb;
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = makeCertificates();
    server = await startMariadb({
      tls: certificates.good,
      flags: ["--max-connect-errors=3", "--performance-schema=on"],
    });
  });
  afterAll(() => server.kill());

  test("greets, and its version is told", async () => {
    const result = await probe({ address: server.address });
    expect(result).toMatchObject({ outcome: "ok", reason: "", address: server.address });
    expect(result.detail).toMatch(/MariaDB/);
    expect(Object.keys(result.phasesMs)).toEqual(expect.arrayContaining(["connect", "processing"]));
  });

  test("lets the probe in and answers its query", async () => {
    const result = await probe({ address: server.address, ...login });
    expect(result).toMatchObject({ outcome: "ok", reason: "" });
    expect(result.detail).toBeUndefined();
    expect(
      await probe({ address: server.address, ...login, query: "SELECT VERSION()" }),
    ).toMatchObject({ outcome: "ok" });
  });

  test("is found by its name", async () => {
    const address = `localhost:${server.port}`;
    expect(await probe({ address, family: 4, ...login })).toMatchObject({
      outcome: "ok",
      address: server.address,
    });
  });

  test.each([
    [{ password: "wrong" }, "invalid", "auth-refused"],
    [{ user: "nobody" }, "invalid", "auth-refused"],
    [{ database: "mysql" }, "invalid", "auth-refused"],
    [{ query: "SELEKT 1" }, "invalid", "bad-request"],
    [{ query: "SELECT * FROM mysql.user" }, "invalid", "forbidden"],
    [{ query: "SELECT * FROM information_schema.nothing" }, "invalid", "bad-request"],
    [{ query: "SELECT (SELECT 1 UNION SELECT 2)" }, "failed", "query-failed"],
  ] as const)("login with %j: %s, %s", async (settings, outcome, reason) => {
    const result = await probe({ address: server.address, ...login, ...settings });
    expect(result).toMatchObject({ outcome, reason });
    expect(result.detail).toMatch(/^\d{4} /);
    expect(JSON.stringify(result)).not.toContain("right");
    expect(JSON.stringify(result)).not.toContain("wrong");
  });

  test("over TLS the certificate is verified by authority and name", async () => {
    const byName = { address: `localhost:${server.port}`, family: 4, ...login };
    const { ca } = certificates;
    const query =
      "SELECT IF(VARIABLE_VALUE <> '', 1, (SELECT 1 UNION SELECT 2)) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'";
    expect(await probe({ ...byName, tls: { ca }, query })).toMatchObject({ outcome: "ok" });
    expect(await probe({ ...byName, query })).toMatchObject({ reason: "query-failed" });
    expect(
      await probe({
        address: server.address,
        ...login,
        tls: { ca, servername: "service.test" },
        query,
      }),
    ).toMatchObject({ outcome: "ok" });
    expect(
      await probe({ address: server.address, ...login, tls: { verify: false }, query }),
    ).toMatchObject({ outcome: "ok" });
    expect(await probe({ ...byName, tls: true })).toMatchObject({
      outcome: "failed",
      reason: "tls-untrusted",
    });
    expect(await probe({ ...byName, tls: { ca, servername: "other.test" } })).toMatchObject({
      outcome: "failed",
      reason: "tls-wrong-name",
    });
  });

  test("does not block the probe's host, however often the greeting alone is read", async () => {
    // Loopback is exempt from blocking, so the server is to see us as 127.0.0.2.
    const relay = await startTcpServer((socket) => {
      const onward = net.connect({
        port: server.port,
        host: "127.0.0.1",
        localAddress: "127.0.0.2",
      });
      onward.on("error", () => undefined).on("close", () => socket.destroy());
      socket.on("close", () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    });
    for (let turn = 0; turn < 6; turn += 1) {
      expect(await probe({ address: relay.address })).toMatchObject({ outcome: "ok" });
    }
    await relay.close();
  });

  test("keeps no connection of a probe", async () => {
    await Promise.all(
      [login, { ...login, password: "wrong" }, {}, { ...login, query: "SELEKT" }].map((settings) =>
        probe({ address: server.address, ...settings }),
      ),
    );
    const query =
      "SELECT IF((SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER <> 'system user' AND ID <> CONNECTION_ID()) = 0, 1, (SELECT 1 UNION SELECT 2))";
    const isAlone = async (): Promise<boolean> =>
      (await probe({ address: server.address, ...login, query })).outcome === "ok";
    expect(await waitFor(isAlone, { what: "the end of all connections" })).toBe(true);
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
    const settings = { address: server.address, ...login, query: "SELECT SLEEP(60)" };
    expect(await probe(settings, { timeoutMs: 400 })).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
    });
  });

  test("a round that is given up ends the query", async () => {
    const controller = new AbortController();
    const running = probe(
      { address: server.address, ...login, query: "SELECT SLEEP(60)" },
      { signal: controller.signal },
    );
    controller.abort();
    expect(await running).toMatchObject({ outcome: "unknown", reason: "aborted" });
  });
});

describe.skipIf(!has("mariadbd"))("a MariaDB server that goes down", () => {
  let server: Mariadb;
  beforeAll(async () => {
    server = await startMariadb({ flags: ["--max-connections=10", "--extra-max-connections=0"] });
  });
  afterAll(() => server.kill());

  test("says when it is full, in place of the greeting", async () => {
    const held: net.Socket[] = [];
    const isFull = async (settings: object): Promise<boolean> => {
      // One more each time: a place that a probe has just left is taken, too.
      const socket = net.connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined).resume();
      held.push(socket);
      const result = await probe({ address: server.address, ...settings });
      return result.outcome === "failed" && result.reason === "too-many-connections";
    };
    for (const settings of [{}, login]) {
      expect(await waitFor(() => isFull(settings), { what: "the server to be full" })).toBe(true);
    }
    for (const socket of held) socket.destroy();
    await waitFor(async () => (await probe({ address: server.address })).outcome === "ok");
  });

  test("resets the answer when it is killed in the middle of a query, and then refuses", async () => {
    const running = probe({ address: server.address, ...login, query: "SELECT SLEEP(60)" });
    const query =
      "SELECT IF((SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(60)') = 1, 1, (SELECT 1 UNION SELECT 2))";
    await waitFor(
      async () => (await probe({ address: server.address, ...login, query })).outcome === "ok",
      { what: "the query to run" },
    );
    await server.kill();
    expect(await running).toMatchObject({ outcome: "failed", reason: "response-reset" });
    for (const settings of [{}, login]) {
      expect(await probe({ address: server.address, ...settings })).toMatchObject({
        outcome: "failed",
        reason: "connect-refused",
      });
    }
  });
});

test.skipIf(!has("mariadbd"))(
  "a MariaDB server with an expired certificate fails TLS; without TLS it lets nobody in",
  async () => {
    const certificates = makeCertificates();
    const flags = ["--require-secure-transport=on"];
    const server = await startMariadb({ tls: certificates.expired, flags });
    const tls = { ca: certificates.ca, servername: "localhost" };
    const secured = await probe({ address: server.address, ...login, tls });
    const plain = await probe({ address: server.address, ...login });
    await server.kill();
    expect(secured).toMatchObject({ outcome: "failed", reason: "tls-expired" });
    expect(plain.outcome).toBe("invalid");
  },
);

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

  test.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "failed", "malformed-response"],
    ["a web server", "HTTP/1.1 400 Bad Request\r\n\r\n", "failed", "malformed-response"],
    ["half a greeting", greeting.subarray(0, 30), "failed", "response-cut"],
    [
      "a greeting of five bytes",
      packet(0, Buffer.from("\x0a8.0\0")),
      "failed",
      "malformed-response",
    ],
    [
      "a greeting without version",
      packet(0, Buffer.concat([Buffer.from("\x0a\0"), Buffer.alloc(40)])),
      "failed",
      "malformed-response",
    ],
    [
      "an older protocol",
      packet(0, Buffer.from("\x093.23.58\0aaaabbbbbbbb\0cc")),
      "failed",
      "malformed-response",
    ],
    ["nothing", "", "failed", "response-reset"],
    [
      "that all connections are taken",
      complaint(0, 1040, "Too many connections"),
      "failed",
      "too-many-connections",
    ],
    [
      "that the host is blocked",
      complaint(0, 1129, "Host '192.0.2.1' is blocked"),
      "invalid",
      "auth-refused",
    ],
    [
      "that the host is not allowed",
      complaint(0, 1130, "Host '192.0.2.1' is not allowed"),
      "invalid",
      "auth-refused",
    ],
    [
      "another complaint",
      complaint(0, 1053, "Server shutdown in progress"),
      "failed",
      "handshake-failed",
    ],
    ["half a complaint", packet(0, Buffer.from([0xff, 0x10])), "failed", "malformed-response"],
  ] as const)("and says %s", async (_name, bytes, outcome, reason) => {
    for (const settings of [{}, login]) {
      expect(await against((socket) => socket.end(bytes), settings)).toMatchObject({
        outcome,
        reason,
      });
    }
  });

  test("and sends its greeting byte by byte is heard out", async () => {
    const talk = (socket: Socket): void => {
      socket.setNoDelay(true);
      for (const byte of greeting) socket.write(Buffer.from([byte]));
    };
    expect(await against(talk)).toMatchObject({ outcome: "ok", detail: "8.0.36" });
  });

  test("and falls silent after the greeting is well for a probe without a user", async () => {
    expect(await against((socket) => socket.write(greeting))).toMatchObject({ outcome: "ok" });
    expect(await against((socket) => socket.end(greeting))).toMatchObject({ outcome: "ok" });
    expect(await against((socket) => socket.write(greeting), login)).toMatchObject({
      outcome: "failed",
      reason: "response-timeout",
    });
    expect(await against((socket) => socket.end(greeting), login)).toMatchObject({
      outcome: "failed",
      reason: "response-reset",
    });
  });

  test.each([
    ["mysql_native_password", "00000003"],
    ["caching_sha2_password", "0100000300"],
  ])("and asks for %s before it refuses the login gets its answer", async (plugin, expected) => {
    let answered = "";
    const talk = (socket: Socket): void => {
      socket.write(greeting);
      socket.once("data", (refused: Buffer) => {
        expect(refused.toString("latin1")).toContain("nines\0");
        socket.write(packet(2, Buffer.from(`\xfe${plugin}\0abcdefghijklmnopqrst\0`, "latin1")));
        socket.once("data", (bytes: Buffer) => {
          answered = bytes.toString("hex");
          socket.end(complaint(4, 1045, "#28000Access denied"));
        });
      });
    };
    expect(await against(talk)).toMatchObject({ outcome: "ok" });
    expect(answered).toBe(expected);
  });

  test.each([
    ["nonsense to a login", [packet(2, Buffer.from([0x55, 1, 2]))]],
    [
      "nonsense to a query",
      [okPacket, packet(1, Buffer.from([1])), packet(2, Buffer.from([251, 3, 9]))].slice(0, 1),
    ],
  ])("and answers %s fails, and nothing is thrown", async (_name, answers) => {
    const talk = (socket: Socket): void => {
      socket.write(greeting);
      let turn = 0;
      socket.on("data", () => {
        const answer = answers[turn];
        turn += 1;
        if (answer === undefined) socket.end(packet(1, Buffer.from([1, 2, 3, 4, 5])));
        else socket.write(answer);
      });
    };
    const result = await against(talk, login);
    expect(result.outcome).toBe("failed");
    expect(["malformed-response", "response-reset"]).toContain(result.reason);
  });

  test("and sends any packets at all gets a result, and nothing is thrown", async () => {
    // The driver writes about what it cannot read.
    const silenced = [vi.spyOn(console, "trace"), vi.spyOn(console, "error")];
    for (const spy of silenced) spy.mockImplementation(() => undefined);
    let noise: Buffer = Buffer.alloc(0);
    let isLetIn = false;
    server = await startTcpServer((socket) => {
      socket.write(greeting);
      let turn = 0;
      socket.on("data", () => {
        turn += 1;
        if (turn === 1 && isLetIn) socket.write(okPacket);
        else socket.end(noise);
      });
    });
    const payload = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 50 }),
      fc
        .tuple(fc.constantFrom(1, 2, 3, 0xfb, 0xfe, 0xff), fc.uint8Array({ maxLength: 40 }))
        .map(([marker, rest]) => Uint8Array.from([marker, ...rest])),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(payload, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (payloads, letIn) => {
          isLetIn = letIn;
          const first = letIn ? 1 : 2;
          noise = Buffer.concat(payloads.map((one, at) => packet(first + at, Buffer.from(one))));
          const result = await probe({ address: server.address, ...login }, { timeoutMs: 2000 });
          // A packet of zeros is an answer: "done, nothing to report".
          return result.outcome !== "ok" || payloads.some((one) => one[0] === 0);
        },
      ),
      { numRuns: 300 },
    );
    for (const spy of silenced) spy.mockRestore();
  });

  test("and repeats the password gets it struck out", async () => {
    const talk = (socket: Socket): void => {
      socket.write(greeting);
      socket.once("data", () => socket.end(complaint(2, 1045, "#28000no entry with right here")));
    };
    const result = await against(talk, login);
    expect(result).toMatchObject({ outcome: "invalid", reason: "auth-refused" });
    expect(result.detail).toContain("***");
    expect(result.detail).not.toContain("right");
  });

  test("and has no TLS fails a probe that wants it", async () => {
    expect(
      await against((socket) => socket.write(greeting), {
        ...login,
        tls: { servername: "db.test" },
      }),
    ).toMatchObject({
      outcome: "failed",
      reason: "tls-failed",
    });
  });
});

test("a port where nobody listens refuses", async () => {
  const address = `127.0.0.1:${await freePort()}`;
  expect(await probe({ address })).toMatchObject({ outcome: "failed", reason: "connect-refused" });
  expect(await probe({ address: `[::1]:${await freePort("::1")}` })).toMatchObject({
    outcome: "failed",
    reason: "connect-refused",
  });
});

test("every beginning of a greeting is either incomplete or refused, never taken", () => {
  for (let length = 0; length < greeting.length; length += 1) {
    expect(takeGreeting(greeting.subarray(0, length))).toBeUndefined();
  }
  expect(takeGreeting(greeting)).toMatchObject({ version: "8.0.36" });
});

test.each([
  { address: "db.test" },
  { address: "db.test:3306", password: "without user" },
  { address: "192.0.2.1:3306", user: "probe", tls: true },
  { address: "db.test:3306", tls: { ca: "not a certificate" } },
  { address: "db.test:3306", tls: { unknown: 1 } },
  { address: "db.test:3306", query: "" },
])("settings %j are refused", (settings) => {
  expect(() => mysql.prepare({ kind: "mysql", ...settings })).toThrow(z.ZodError);
});
