import type { Socket } from "node:net";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { ProbeContext } from "../../probes/probe.ts";
import { sqlserver, takePrelogin } from "../../probes/sqlserver.ts";
import type { Result } from "../../src/core/outcome.ts";
import { freePort } from "../helpers/ports.ts";
import { probeContext } from "../helpers/probe-context.ts";
import { startTcpServer } from "../helpers/tcp-server.ts";
import type { TcpServer } from "../helpers/tcp-server.ts";
import { waitFor } from "../helpers/wait.ts";

// No SQL Server runs here: the servers of these tests speak as much of TDS as they need,
// written from [MS-TDS], and not one byte of it was seen on a real server.

function probe(
  settings: Record<string, unknown>,
  context: Partial<ProbeContext> = {},
): Promise<Result> {
  return sqlserver.prepare({ kind: "sqlserver", ...settings })(probeContext(context));
}

/** In the clear, since the servers here have no TLS inside of TDS. */
const login = { user: "probe", password: "right-Pa55", tls: false };

function packet(payload: Buffer): Buffer {
  const header = Buffer.from([4, 1, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(8 + payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** VERSION 16.0.4135 and ENCRYPTION. */
function prelogin(encryption: number): Buffer {
  return packet(
    Buffer.from(`00000b0006010011000 1ff10001027000 00${encryption}`.replaceAll(" ", ""), "hex"),
  );
}

const notSupported = prelogin(2);

function done(): Buffer {
  return Buffer.concat([Buffer.from([0xfd]), Buffer.alloc(12)]);
}

function withLength(token: number, body: Buffer): Buffer {
  const head = Buffer.from([token, 0, 0]);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
}

function errorToken(number: number, text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(number, 0);
  head[4] = 1;
  head[5] = 14;
  head.writeUInt16LE(text.length, 6);
  const tail = Buffer.from([0, 0, 1, 0, 0, 0]);
  return withLength(0xaa, Buffer.concat([head, Buffer.from(text, "utf16le"), tail]));
}

const loginAck = withLength(
  0xad,
  Buffer.concat([
    Buffer.from([1, 0x74, 0, 0, 4, 4]),
    Buffer.from("TEST", "utf16le"),
    Buffer.from([16, 0, 0, 0]),
  ]),
);
const letIn = packet(Buffer.concat([loginAck, done()]));
const answered = packet(done());

function complaint(number: number, text: string): Buffer {
  return packet(Buffer.concat([errorToken(number, text), done()]));
}

let server: TcpServer;
// The first login loads the driver, which on a busy machine takes longer than a probe may.
beforeAll(async () => void (await import("tedious")));
afterEach(() => server?.close());

/** Answers each thing that is said with the next of these, and hangs up after the last. */
async function against(
  answers: readonly Buffer[],
  settings: Record<string, unknown> = {},
  options: { readonly keepsOpen?: boolean } = {},
): Promise<Result> {
  server = await startTcpServer((socket: Socket) => {
    const left = [...answers];
    socket.on("data", () => {
      const next = left.shift();
      if (next !== undefined) socket.write(next);
      if (left.length === 0 && options.keepsOpen !== true) socket.end();
    });
  });
  const result = await probe({ address: server.address, ...settings }, { timeoutMs: 1000 });
  await waitFor(() => server.open.size === 0, { what: "the end of the connection" });
  await server.close();
  return result;
}

describe("PRELOGIN", () => {
  test.each([0, 1, 2, 3])(
    "is answered, with encryption %i: ok, and the version is told",
    async (encryption) => {
      expect(await against([prelogin(encryption)])).toMatchObject({
        outcome: "ok",
        detail: "version 16.0.4135",
      });
    },
  );

  test("is asked in the form of the specification", async () => {
    let asked = "";
    server = await startTcpServer((socket) => {
      socket.once("data", (bytes: Buffer) => {
        asked = bytes.toString("hex");
        socket.end(notSupported);
      });
    });
    await probe({ address: server.address });
    expect(asked).toBe("1201001a0000000000000b000601001100 01ff00000000000000".replace(" ", ""));
    expect(asked.length / 2).toBe(0x1a);
  });

  test("counts when it comes byte by byte", async () => {
    server = await startTcpServer((socket) => {
      socket.setNoDelay(true);
      socket.resume();
      for (const byte of notSupported) socket.write(Buffer.from([byte]));
    });
    expect(await probe({ address: server.address })).toMatchObject({ outcome: "ok" });
  });

  test.each([
    ["nothing", Buffer.alloc(0), "response-reset"],
    ["half an answer", notSupported.subarray(0, 20), "response-cut"],
    ["another protocol", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "malformed-response"],
    [
      "the client's own type",
      Buffer.concat([Buffer.from([0x12]), notSupported.subarray(1)]),
      "malformed-response",
    ],
    ["no terminator", packet(Buffer.from("00000b0006", "hex")), "malformed-response"],
    [
      "an option that points outside",
      packet(Buffer.from("0000ff0006010011000 1ff".replace(" ", ""), "hex")),
      "malformed-response",
    ],
    ["no encryption", packet(Buffer.from("0000060006ff100010270000", "hex")), "malformed-response"],
    ["encryption of no kind", prelogin(9), "malformed-response"],
    ["an empty packet", packet(Buffer.alloc(0)), "malformed-response"],
  ] as const)("answered with %s fails, with a user or without", async (_name, bytes, reason) => {
    expect(await against([bytes])).toMatchObject({ outcome: "failed", reason });
    const loggingIn = await against([bytes], login);
    expect(loggingIn.outcome).toBe("failed");
    if (reason === "malformed-response") expect(loggingIn.reason).toBe(reason);
    else expect(loggingIn.reason).toBe("response-reset");
  });

  test("every beginning of the answer is incomplete, the whole is taken", () => {
    for (let length = 0; length < notSupported.length; length += 1) {
      expect(takePrelogin(notSupported.subarray(0, length))).toBeUndefined();
    }
    expect(takePrelogin(notSupported)).toEqual({ version: "16.0.4135", isEncrypting: false });
    expect(takePrelogin(prelogin(3))).toEqual({ version: "16.0.4135", isEncrypting: true });
  });
});

describe("login", () => {
  test("and a query that is answered are ok", async () => {
    expect(
      await against([notSupported, letIn, answered, answered], login, { keepsOpen: true }),
    ).toMatchObject({
      outcome: "ok",
      reason: "",
    });
  });

  test.each([
    [18456, "Login failed for user 'probe'.", "invalid", "auth-refused"],
    [18487, "The password of the account has expired.", "invalid", "auth-refused"],
    [4060, "Cannot open database.", "invalid", "bad-request"],
    [
      17809,
      "The maximum number of user connections has been reached.",
      "failed",
      "too-many-connections",
    ],
    [
      17187,
      "SQL Server is not ready to accept new client connections.",
      "failed",
      "handshake-failed",
    ],
    [9999, "Something else.", "failed", "handshake-failed"],
  ] as const)("refused with %i %s is %s, %s", async (number, text, outcome, reason) => {
    expect(await against([notSupported, complaint(number, text)], login)).toMatchObject({
      outcome,
      reason,
      detail: `${number} ${text}`,
    });
  });

  test.each([
    [102, "Incorrect syntax near 'SELEKT'.", "invalid", "bad-request"],
    [229, "The SELECT permission was denied.", "invalid", "forbidden"],
    [701, "There is insufficient system memory.", "failed", "server-error"],
    [8134, "Divide by zero error encountered.", "failed", "query-failed"],
  ] as const)("and a query refused with %i %s is %s, %s", async (number, text, outcome, reason) => {
    const answers = [notSupported, letIn, answered, complaint(number, text)];
    expect(await against(answers, login, { keepsOpen: true })).toMatchObject({
      outcome,
      reason,
      detail: `${number} ${text}`,
    });
  });

  test("never sends a password in the clear unless the settings say tls: false", async () => {
    for (const tls of [undefined, { servername: "db.test" }]) {
      const said: Buffer[] = [];
      server = await startTcpServer((socket) => {
        socket.on("data", (bytes: Buffer) => {
          said.push(bytes);
          socket.write(notSupported);
        });
      });
      const result = await probe({ address: server.address, ...login, tls });
      expect(result).toMatchObject({ outcome: "failed", reason: "tls-failed" });
      // PRELOGIN (type 0x12), and nothing after it.
      expect(said.map((bytes) => bytes[0])).toEqual([0x12]);
      await server.close();
    }
  });

  test("in the clear with a server that insists on TLS is our mistake", async () => {
    expect(await against([prelogin(3)], login, { keepsOpen: true })).toMatchObject({
      outcome: "invalid",
      reason: "bad-request",
    });
  });

  test("that the server breaks off, or lets hang, fails in time and leaves nothing", async () => {
    expect(await against([notSupported], login)).toMatchObject({
      outcome: "failed",
      reason: "response-reset",
    });
    expect(await against([notSupported, letIn], login)).toMatchObject({
      outcome: "failed",
      reason: "response-reset",
    });
    for (const answers of [
      [],
      [notSupported],
      [notSupported, letIn],
      [notSupported, letIn, answered],
    ]) {
      expect(await against(answers, login, { keepsOpen: true })).toMatchObject({
        outcome: "failed",
        reason: "response-timeout",
      });
    }
  });

  test("ends with the round", async () => {
    server = await startTcpServer((socket) => socket.resume());
    const controller = new AbortController();
    const running = probe({ address: server.address, ...login }, { signal: controller.signal });
    await waitFor(() => server.open.size === 1);
    controller.abort();
    expect(await running).toMatchObject({ outcome: "unknown", reason: "aborted" });
    await waitFor(() => server.open.size === 0);
  });

  test("where the server repeats the password has it struck out", async () => {
    const result = await against([notSupported, complaint(18456, "no right-Pa55 here")], login);
    expect(result.detail).toBe("18456 no *** here");
  });

  test("with any bytes at all after PRELOGIN gets a result, and nothing is thrown", async () => {
    let noise: Buffer = Buffer.alloc(0);
    let whenToSpeak = 2;
    server = await startTcpServer((socket) => {
      let turn = 0;
      socket.on("data", () => {
        turn += 1;
        if (turn === 1) socket.write(notSupported);
        else if (turn < whenToSpeak) socket.write(turn === 2 ? letIn : answered);
        else socket.end(noise);
      });
    });
    const tokens = fc
      .tuple(
        fc.constantFrom(0xaa, 0xab, 0xad, 0xe3, 0xae, 0xfd, 0x81, 0xd1, 0x79),
        fc.uint8Array({ maxLength: 30 }),
      )
      .map(([token, bytes]) => Buffer.concat([Buffer.from([token]), bytes]));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          tokens.map(packet),
          fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        ),
        fc.constantFrom(2, 3, 4),
        async (bytes, turn) => {
          noise = bytes;
          whenToSpeak = turn;
          const result = await probe({ address: server.address, ...login }, { timeoutMs: 2000 });
          // To the query, tokens that say "done" are an answer.
          const isNoise = result.outcome === "failed" || result.outcome === "invalid";
          return isNoise || (turn === 4 && result.outcome === "ok");
        },
      ),
      { numRuns: 150 },
    );
  });
});

test("a port where nobody listens refuses", async () => {
  const address = `127.0.0.1:${await freePort()}`;
  for (const settings of [{}, login]) {
    expect(await probe({ address, ...settings })).toMatchObject({
      outcome: "failed",
      reason: "connect-refused",
    });
  }
});

test.each([
  { address: "db.test" },
  { address: "db.test:1433", password: "without user" },
  { address: "192.0.2.1:1433", user: "probe", tls: true },
])("settings %j are refused", (settings) => {
  expect(() => sqlserver.prepare({ kind: "sqlserver", ...settings })).toThrow(z.ZodError);
});
