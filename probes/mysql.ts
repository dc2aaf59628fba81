import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Connection, SslOptions } from "mysql2";
import { z } from "zod";
import { endpointOf } from "./address.ts";
import type { Verdict } from "./cloud.ts";
import {
  complaintFailure,
  driverFailure,
  full,
  hasNameToVerify,
  loginSchema,
  nameError,
  noAccess,
  noRight,
  ourRequest,
  tlsOptions,
  withoutSecret,
} from "./database.ts";
import type { Stage } from "./database.ts";
import { failed, type ProbeFailure } from "./failure.ts";
import { connectTcp, enterPhase, measure, receive, remainingMs } from "./net.ts";
import type { Finding, Measurement, TlsOptions } from "./net.ts";
import { defineProbe } from "./probe.ts";

const settingsSchema = loginSchema("mysql").refine(hasNameToVerify, nameError);

type MysqlSettings = z.output<typeof settingsSchema>;

/**
 * A MySQL or MariaDB server. Without a user: it greets. With one: login, and a query.
 */
export const mysql = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const socket = await connectTcp(measurement, endpointOf(settings));
    const greeting = await receive(measurement, socket, { take: takeGreeting, maxBytes: 4096 });
    if (settings.user === undefined) {
      await declineLogin(measurement, socket);
      return { detail: greeting.version };
    }
    // The driver wants to read the greeting itself.
    socket.unshift(greeting.bytes);
    return logIn(measurement, socket, settings);
  }),
);

type Greeting = { readonly version: string; readonly bytes: Buffer };

/**
 * The server's first packet (protocol 10), or undefined while it is incomplete. Throws
 * ProbeFailure for the complaint that may come in its place, and for anything else.
 */
export function takeGreeting(received: Buffer): Greeting | undefined {
  if (received.length < 5) return undefined;
  const length = received.readUIntLE(0, 3);
  const marker = received.readUInt8(4);
  if (received.readUInt8(3) !== 0 || length > 1024 || (marker !== 10 && marker !== 0xff)) {
    throw failed("malformed-response", "not the greeting of a MySQL server");
  }
  if (received.length < 4 + length) return undefined;
  const packet = received.subarray(4, 4 + length);
  if (marker === 0xff) throw complaintIn(packet);
  const versionEnd = packet.indexOf(0, 1);
  // After the version: thread id, 8 bytes of the scramble, a filler, 2 bytes of capabilities.
  if (versionEnd < 2 || packet.length < versionEnd + 1 + 4 + 8 + 1 + 2) {
    throw failed("malformed-response", "the greeting is cut off");
  }
  return { version: packet.toString("latin1", 1, versionEnd).slice(0, 60), bytes: received };
}

function complaintIn(packet: Buffer): ProbeFailure {
  if (packet.length < 3) return failed("malformed-response", "the server's complaint is cut off");
  const text = packet.toString("utf8", 3).replace(/^#\w{5}/, "");
  return serverFailure({ errno: packet.readUInt16LE(1), text }, "login");
}

/** Errors that mean the same whenever they come; the numbers are those of both servers. */
const byErrno: Readonly<Record<number, Verdict>> = {
  1040: full, // too many connections
  1203: full, // max_user_connections, for this user
  1226: ["invalid", "throttled"], // max_queries_per_hour and the like, for this user
  1044: noAccess, // no access to the database
  1045: noAccess, // wrong user or password
  1129: noAccess, // host blocked after too many broken handshakes
  1130: noAccess, // host not allowed
  1251: noAccess, // old authentication
  1698: noAccess, // no password allowed
  1820: noAccess, // password must be changed
  1862: noAccess, // password expired
  3118: noAccess, // account locked (MySQL)
  4151: noAccess, // account locked (MariaDB)
  1142: noRight, // no right to this table
  1143: noRight, // no right to this column
  1227: noRight, // no right to this command
  1049: ourRequest, // unknown database
  1054: ourRequest, // unknown column
  1064: ourRequest, // syntax
  1109: ourRequest, // unknown table of the server's own
  1146: ourRequest, // unknown table
  3159: ourRequest, // TLS required
};

function serverFailure(
  complaint: { readonly errno: number; readonly text: string },
  stage: Stage,
): ProbeFailure {
  const { errno, text } = complaint;
  return complaintFailure(byErrno[errno], stage, `${errno} ${text}`);
}

/** Long enough for an answer to come back, short enough to be nobody's loss. */
const politenessMs = 250;

/**
 * Answers the greeting with a login that is refused. To hang up on a greeting counts as a
 * broken handshake, and after `max_connect_errors` of them, 100 by default, the server
 * blocks our host and everybody on it; a refused login does not count. The greeting has
 * decided already: whatever comes now, and that nothing comes, is as good.
 */
async function declineLogin(measurement: Measurement, socket: Socket): Promise<void> {
  const waitMs = Math.min(politenessMs, remainingMs(measurement) / 2);
  const tired = pause(waitMs, undefined, { ref: false });
  await Promise.race([converse(measurement, socket).catch(() => undefined), tired]);
}

async function converse(measurement: Measurement, socket: Socket): Promise<void> {
  socket.write(packetOf(1, refusedLogin()));
  const answer = await receive(measurement, socket, { take: takePacket, maxBytes: 4096 });
  if (answer.readUInt8(0) !== authSwitch) return;
  // The server wants another plugin's proof; each has its own way to say "no password".
  const plugin = answer.toString("latin1", 1).split("\0")[0];
  const noPassword = Buffer.alloc(plugin === "mysql_native_password" ? 0 : 1);
  socket.write(packetOf(3, noPassword));
  await receive(measurement, socket, { take: takePacket, maxBytes: 4096 });
}

const authSwitch = 0xfe;

function takePacket(received: Buffer): Buffer | undefined {
  if (received.length < 5) return undefined;
  const end = 4 + received.readUIntLE(0, 3);
  return received.length < end ? undefined : received.subarray(4, end);
}

function packetOf(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header.writeUInt8(sequence, 3);
  return Buffer.concat([header, payload]);
}

/** HandshakeResponse41 of a user that a server will hardly have; the name shows in its log. */
function refusedLogin(): Buffer {
  const longPassword = 0x1;
  const protocol41 = 0x200;
  const secureConnection = 0x8000;
  const pluginAuth = 0x80000;
  const head = Buffer.alloc(32);
  head.writeUInt32LE(longPassword | protocol41 | secureConnection | pluginAuth, 0);
  head.writeUInt32LE(0xffffff, 4); // the largest packet
  head.writeUInt8(33, 8); // utf8
  const noPassword = Buffer.alloc(1);
  return Buffer.concat([
    head,
    Buffer.from("nines\0"),
    noPassword,
    Buffer.from("mysql_native_password\0"),
  ]);
}

async function logIn(
  measurement: Measurement,
  socket: Socket,
  settings: MysqlSettings,
): Promise<Finding> {
  // Loaded when the first such probe runs: most workers have none.
  const { createConnection } = await import("mysql2");
  const tls = tlsOptions(settings);
  const { user = "", password = "", database } = settings;
  enterPhase(measurement, "processing");
  let stage: Stage = "login";
  const connection = createConnection({
    stream: socket,
    user,
    password,
    connectTimeout: 0, // the measurement has its own deadline
    ...(database === undefined ? {} : { database }),
    ...(tls === null ? {} : { host: tls.servername, ssl: driverTls(tls) }),
  });
  connection.on("connect", () => (stage = "query"));
  const queried = new Promise<void>((resolve, reject) => {
    // The listener stays: without one an error after the end would be thrown.
    connection.on("error", reject);
    catchNonsense(connection, reject);
    connection.query(settings.query, (error) => (error === null ? resolve() : reject(error)));
  });
  // `receive` has stopped it, and a stopped socket does not start for a new listener.
  socket.resume();
  try {
    await queried;
  } catch (error) {
    throw withoutSecret(loginFailure(error, stage), password);
  }
  connection.end();
  return {};
}

/**
 * A complaint that is cut off and that nobody waits for makes the driver throw inside of
 * the socket's listener, which would end our process.
 */
function catchNonsense(connection: Connection, reject: (error: unknown) => void): void {
  const handle: unknown = Reflect.get(connection, "handlePacket");
  if (typeof handle !== "function") return;
  Reflect.set(connection, "handlePacket", (packet: unknown) => {
    try {
      Reflect.apply(handle, connection, [packet]);
    } catch (error) {
      reject(error);
    }
  });
}

function driverTls({ ca, verify = true }: TlsOptions): SslOptions {
  return {
    rejectUnauthorized: verify,
    verifyIdentity: verify,
    ...(ca === undefined ? {} : { ca }),
  };
}

function loginFailure(error: unknown, stage: Stage): ProbeFailure {
  const complaint = complaintSchema.safeParse(error);
  return complaint.success
    ? serverFailure({ errno: complaint.data.errno, text: complaint.data.message }, stage)
    : driverFailure(error, "processing");
}

/** The errors of the operating system have negative numbers. */
const complaintSchema = z.object({ errno: z.int().positive(), message: z.string() });
