import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Fault } from "./faults.ts";

const MYSQL_VERSION = "8.0.36";
/** PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH and the usual rest. */
const MYSQL_CAPABILITIES = 0x00_ff_f7_ff;
const UTF8MB4 = 0xff;
const AUTOCOMMIT = 0x0002;

/** Greets as MySQL does (protocol 10) and lets nobody in. */
export function serveMysql(fault: () => Fault | null): (socket: Socket) => void {
  let connections = 0;
  return (socket) => {
    connections += 1;
    if (fault() === "error-5xx") {
      socket.end(mysqlError(0, { code: 1040, state: "08004", message: "Too many connections" }));
      return;
    }
    socket.write(mysqlGreeting(connections));
    socket.once("data", () => {
      const message = "Access denied for user 'probe'@'localhost' (using password: YES)";
      socket.end(mysqlError(2, { code: 1045, state: "28000", message }));
    });
  };
}

/** The first packet that a MySQL server sends. */
function mysqlGreeting(connectionId: number): Buffer {
  // The challenge must not hold a NUL byte, which would end it early.
  const challenge = randomBytes(20).map((byte) => (byte & 0x7f) | 0x01);
  const fixed = Buffer.alloc(18);
  fixed.writeUInt16LE(MYSQL_CAPABILITIES & 0xffff, 0);
  fixed.writeUInt8(UTF8MB4, 2);
  fixed.writeUInt16LE(AUTOCOMMIT, 3);
  fixed.writeUInt16LE(MYSQL_CAPABILITIES >>> 16, 5);
  fixed.writeUInt8(challenge.length + 1, 7);
  const id = Buffer.alloc(4);
  id.writeUInt32LE(connectionId);
  return mysqlPacket(0, [
    Buffer.from([10]),
    Buffer.from(`${MYSQL_VERSION}\0`),
    id,
    challenge.subarray(0, 8),
    Buffer.from([0]),
    fixed,
    challenge.subarray(8),
    Buffer.from([0]),
    Buffer.from("caching_sha2_password\0"),
  ]);
}

type MysqlError = { readonly code: number; readonly state: string; readonly message: string };

function mysqlError(sequence: number, { code, state, message }: MysqlError): Buffer {
  const head = Buffer.from([0xff, code & 0xff, code >>> 8]);
  // Before the handshake the client's capabilities are unknown: no SQL state then.
  const text = sequence === 0 ? message : `#${state}${message}`;
  return mysqlPacket(sequence, [head, Buffer.from(text)]);
}

function mysqlPacket(sequence: number, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head.writeUInt8(sequence, 3);
  return Buffer.concat([head, body]);
}

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const MAX_STARTUP_BYTES = 10_000;

/** Speaks PostgreSQL's start-up: no TLS, asks for a SCRAM password, and lets nobody in. */
export function servePostgres(fault: () => Fault | null): (socket: Socket) => void {
  return (socket) => {
    let pending = Buffer.alloc(0);
    let asked = false;
    socket.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 8 && !socket.writableEnded) {
        if (asked) {
          socket.end(postgresError("28P01", "password authentication failed"));
          return;
        }
        const length = pending.readUInt32BE(0);
        const code = pending.readUInt32BE(4);
        if (length < 8 || length > MAX_STARTUP_BYTES || code === CANCEL_REQUEST) {
          socket.destroy();
          return;
        }
        if (pending.length < length) return;
        pending = pending.subarray(length);
        asked = answerStartup(socket, code, fault());
      }
    });
  };
}

/** True when the password has been asked for. */
function answerStartup(socket: Socket, code: number, fault: Fault | null): boolean {
  if (code === SSL_REQUEST || code === GSS_REQUEST) {
    socket.write("N");
    return false;
  }
  if (code >>> 16 !== 3) {
    socket.end(postgresError("0A000", "unsupported frontend protocol"));
    return false;
  }
  if (fault === "error-5xx") {
    socket.end(postgresError("57P03", "the database system is starting up"));
    return false;
  }
  const mechanisms = Buffer.from("SCRAM-SHA-256\0\0");
  const sasl = Buffer.from([0, 0, 0, 10]);
  socket.write(postgresMessage("R", Buffer.concat([sasl, mechanisms])));
  return true;
}

function postgresError(code: string, message: string): Buffer {
  const fields = `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`;
  return postgresMessage("E", Buffer.from(fields));
}

function postgresMessage(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
