import type { Socket } from "node:net";
import type { Connection, ConnectionConfiguration } from "tedious";
import { z } from "zod";
import { addressSetting, endpointOf, familySetting } from "./address.ts";
import type { Verdict } from "./cloud.ts";
import {
  driverFailure,
  hasNameToVerify,
  hasUserForPassword,
  loginSettings,
  nameError,
  stageVerdict,
  tlsOptions,
  userError,
  withoutSecret,
} from "./database.ts";
import type { Stage } from "./database.ts";
import { failed, ProbeFailure } from "./failure.ts";
import { connectTcp, enterPhase, measure, own, receive } from "./net.ts";
import type { Finding, Measurement } from "./net.ts";
import { defineProbe } from "./probe.ts";

const settingsSchema = z
  .strictObject({
    kind: z.literal("sqlserver"),
    address: addressSetting,
    family: familySetting,
    ...loginSettings,
  })
  .refine(hasUserForPassword, userError)
  .refine(hasNameToVerify, nameError);

type SqlserverSettings = z.output<typeof settingsSchema>;

/**
 * A Microsoft SQL Server. Without a user: it answers PRELOGIN. With one: login, and a
 * query. Without `tls` the login is encrypted and the certificate taken as it is, since
 * most servers have made their own; `tls: true` verifies it; `tls: false` sends the login
 * in the clear.
 */
export const sqlserver = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const socket = await connectTcp(measurement, endpointOf(settings));
    if (settings.user !== undefined) return logIn(measurement, socket, settings);
    socket.write(preloginRequest);
    const version = await receive(measurement, socket, { take: takePrelogin, maxBytes: 4096 });
    return { detail: version };
  }),
);

/** Tokens of PRELOGIN, [MS-TDS] 2.2.6.5. */
const versionToken = 0;
const encryptionToken = 1;
const terminator = 0xff;

/**
 * PRELOGIN of a client that can encrypt but does not insist: the header (type 0x12, last
 * packet, 26 bytes), where VERSION (6 bytes) and ENCRYPTION (1 byte) stand, and the two.
 */
const preloginRequest = Buffer.from(
  ["1201001a00000000", "00000b0006", "0100110001", "ff", "000000000000", "00"].join(""),
  "hex",
);

/**
 * The server's version from its answer, or undefined while that is incomplete. Throws
 * ProbeFailure for anything but a PRELOGIN answer.
 */
export function takePrelogin(received: Buffer): string | undefined {
  if (received.length < 8) return undefined;
  const length = received.readUInt16BE(2);
  // An answer comes as a tabular result, type 4, in one packet.
  if (received.readUInt8(0) !== 4 || received.readUInt8(1) % 2 !== 1 || length < 9) {
    throw failed("malformed-response", "not the PRELOGIN answer of a SQL Server");
  }
  if (received.length < length) return undefined;
  const options = preloginOptions(received.subarray(8, length));
  const version = options?.get(versionToken);
  const encryption = options?.get(encryptionToken);
  if (version?.length !== 6 || encryption?.length !== 1 || encryption.readUInt8(0) > 3) {
    throw failed("malformed-response", "the PRELOGIN answer lacks version or encryption");
  }
  const [major, minor] = version;
  return `version ${major}.${minor}.${version.readUInt16BE(2)}`;
}

/** Token to data; null when an option points outside of the answer. */
function preloginOptions(payload: Buffer): Map<number, Buffer> | null {
  const options = new Map<number, Buffer>();
  for (let at = 0; at < payload.length; at += 5) {
    const token = payload.readUInt8(at);
    if (token === terminator) return options;
    if (at + 5 > payload.length) return null;
    const start = payload.readUInt16BE(at + 1);
    const end = start + payload.readUInt16BE(at + 3);
    if (end > payload.length) return null;
    options.set(token, payload.subarray(start, end));
  }
  return null;
}

const noAccess: Verdict = ["invalid", "auth-refused"];
const ourRequest: Verdict = ["invalid", "bad-request"];
const full: Verdict = ["failed", "too-many-connections"];

/** Errors that mean the same whenever they come. */
const byNumber: Readonly<Record<number, Verdict>> = {
  18456: noAccess, // login failed
  18452: noAccess, // login from an untrusted domain
  18470: noAccess, // account disabled
  18486: noAccess, // account locked
  18487: noAccess, // password expired
  18488: noAccess, // password must be changed
  4060: ourRequest, // no such database, or no access to it
  102: ourRequest, // syntax
  156: ourRequest, // syntax
  207: ourRequest, // unknown column
  208: ourRequest, // unknown object
  229: ["invalid", "forbidden"], // no right to this object
  230: ["invalid", "forbidden"], // no right to this column
  17809: full, // the most connections are open
  10928: full, // the most workers or sessions are in use
  701: ["failed", "server-error"], // no memory
  17187: ["failed", "handshake-failed"], // starting up
  17142: ["failed", "handshake-failed"], // paused
};

async function logIn(
  measurement: Measurement,
  socket: Socket,
  settings: SqlserverSettings,
): Promise<Finding> {
  // Loaded when the first such probe runs: it is large, and most workers have none.
  const { Connection, Request } = await import("tedious");
  enterPhase(measurement, "processing");
  const connection = new Connection(driverSettings(socket, settings));
  own(measurement, { destroy: () => connection.close() });
  let stage: Stage = "login";
  try {
    await connected(connection, socket);
    stage = "query";
    await new Promise<void>((resolve, reject) => {
      connection.execSqlBatch(
        new Request(settings.query, (error) => (error ? reject(error) : resolve())),
      );
    });
  } catch (error) {
    throw withoutSecret(loginFailure(error, stage), settings.password);
  }
  return {};
}

function connected(connection: Connection, socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    // The listener stays: without one an error after the end would be thrown.
    connection.on("error", reject);
    socket.once("close", () => reject(failed("response-reset", "closed during the login")));
    connection.connect((error) => (error === undefined ? resolve() : reject(error)));
  });
}

function driverSettings(socket: Socket, settings: SqlserverSettings): ConnectionConfiguration {
  const { user = "", password = "", database } = settings;
  const tls = tlsOptions(settings);
  const { host, port } = endpointOf(settings);
  // The driver's own timers only sit behind the measurement's deadline.
  const never = 2 ** 31 - 1;
  return {
    server: host,
    authentication: { type: "default", options: { userName: user, password } },
    options: {
      port,
      connector: () => Promise.resolve(socket),
      appName: "nines",
      encrypt: settings.tls !== false,
      trustServerCertificate: tls === null || tls.verify === false,
      ...(tls === null ? {} : { serverName: tls.servername }),
      ...(tls?.ca === undefined ? {} : { cryptoCredentialsDetails: { ca: tls.ca } }),
      connectTimeout: never,
      requestTimeout: 0,
      // A planned probe is one result: no hidden second try.
      maxRetriesOnTransientErrors: 0,
      ...(database === undefined ? {} : { database }),
    },
  };
}

function loginFailure(error: unknown, stage: Stage): ProbeFailure {
  // A failed login carries the server's complaint as its cause.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const complaint = complaintSchema.safeParse(cause);
    if (complaint.success) return serverFailure(complaint.data, stage);
  }
  const isRefused = error instanceof Error && "code" in error && error.code === "ELOGIN";
  if (isRefused) return new ProbeFailure(...noAccess, { detail: error.message });
  return driverFailure(error, "processing");
}

const complaintSchema = z.object({ number: z.int().positive(), message: z.string() });

function serverFailure(complaint: z.output<typeof complaintSchema>, stage: Stage): ProbeFailure {
  const [outcome, reason] = byNumber[complaint.number] ?? stageVerdict(stage);
  return new ProbeFailure(outcome, reason, { detail: `${complaint.number} ${complaint.message}` });
}
