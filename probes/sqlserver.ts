import type { Socket } from "node:net";
import type { Connection, ConnectionConfiguration } from "tedious";
import type { z } from "zod";
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
import { errorCode, failed, invalid, type ProbeFailure } from "./failure.ts";
import { connectTcp, enterPhase, measure, own, receive, remainingMs } from "./net.ts";
import type { Finding, Measurement } from "./net.ts";
import { defineProbe } from "./probe.ts";

const settingsSchema = loginSchema("sqlserver").refine(hasNameToVerify, nameError);

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
    const answer = await receive(measurement, socket, { take: takePrelogin, maxBytes: 4096 });
    return { detail: `version ${answer.version}` };
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

type Prelogin = { readonly version: string; readonly isEncrypting: boolean };

/**
 * The server's answer, or undefined while it is incomplete. Throws ProbeFailure for
 * anything but a PRELOGIN answer.
 */
export function takePrelogin(received: Buffer): Prelogin | undefined {
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
  return {
    version: `${major}.${minor}.${version.readUInt16BE(2)}`,
    isEncrypting: encryption.readUInt8(0) === 1 || encryption.readUInt8(0) === 3,
  };
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
  229: noRight, // no right to this object
  230: noRight, // no right to this column
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
  watchPrelogin(socket, settings.tls !== false);
  const waitMs = remainingMs(measurement);
  const connection = new Connection(driverSettings(socket, settings, waitMs));
  own(measurement, { destroy: () => connection.close() });
  let stage: Stage = "login";
  let complaint: Complaint | null = null;
  connection.on("errorMessage", (token) => (complaint ??= token));
  const work = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error === undefined ? resolve() : reject(error)));
    });
    stage = "query";
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error | null): void => (error ? reject(error) : resolve());
      connection.execSqlBatch(new Request(settings.query, done));
    });
  };
  try {
    await Promise.race([broken(connection, socket), work()]);
  } catch (error) {
    const failure = complaint === null ? lostLogin(error) : serverFailure(complaint, stage);
    throw withoutSecret(failure, settings.password);
  }
  return {};
}

/** Rejects when the connection fails, whether the driver notices or not. */
function broken(connection: Connection, socket: Socket): Promise<never> {
  const breaks = new Promise<never>((_resolve, reject) => {
    // The listeners stay: without one an error after the end would be thrown.
    connection.on("error", reject);
    socket.on("error", reject);
    socket.once("close", () =>
      reject(failed("response-reset", "the server closed the connection")),
    );
    // The driver listens to its parser's end but not to its errors: a server that talks
    // nonsense would end our process.
    const create = connection.createTokenStreamParser.bind(connection);
    connection.createTokenStreamParser = (message, handler) => {
      const tokens = create(message, handler);
      tokens.parser.on("error", ({ message: text }) => reject(failed("malformed-response", text)));
      return tokens;
    };
  });
  breaks.catch(() => undefined);
  return breaks;
}

/**
 * The driver goes on in the clear, password and all, with a server that says it cannot
 * encrypt. This looks at the answer to PRELOGIN before the driver does, and hangs up.
 */
function watchPrelogin(socket: Socket, mustEncrypt: boolean): void {
  let received = Buffer.alloc(0);
  const look = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    try {
      const answer = takePrelogin(received);
      if (answer === undefined) return;
      socket.off("data", look);
      if (answer.isEncrypting || !mustEncrypt) return;
      throw failed("tls-failed", "the server does not encrypt");
    } catch (error) {
      socket.off("data", look);
      socket.destroy(error instanceof Error ? error : undefined);
    }
  };
  socket.on("data", look);
}

function driverSettings(
  socket: Socket,
  settings: SqlserverSettings,
  waitMs: number,
): ConnectionConfiguration {
  const { user = "", password = "", database } = settings;
  const tls = tlsOptions(settings);
  const { host, port } = endpointOf(settings);
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
      // The measurement's deadline comes first; these only free the driver's own timers.
      connectTimeout: waitMs + 1000,
      requestTimeout: waitMs + 1000,
      // A planned probe is one result: no hidden second try.
      maxRetriesOnTransientErrors: 0,
      ...(database === undefined ? {} : { database }),
    },
  };
}

function lostLogin(error: unknown): ProbeFailure {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === "EENCRYPT") return invalid("bad-request", message);
  if (code === "ELOGIN") return failed("handshake-failed", message);
  return driverFailure(error, "processing");
}

type Complaint = { readonly number: number; readonly message: string };

function serverFailure({ number, message }: Complaint, stage: Stage): ProbeFailure {
  return complaintFailure(byNumber[number], stage, `${number} ${message}`);
}
