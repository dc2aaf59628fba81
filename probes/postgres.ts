import type { Socket } from "node:net";
import { z } from "zod";
import { addressSetting, endpointOf, familySetting } from "./address.ts";
import type { Verdict } from "./cloud.ts";
import {
  driverFailure,
  hasUserForPassword,
  loginSettings,
  stageVerdict,
  tlsOptions,
  userError,
  withoutSecret,
} from "./database.ts";
import type { Stage } from "./database.ts";
import { failed, ProbeFailure } from "./failure.ts";
import { connectTcp, enterPhase, measure, receive, upgradeTls } from "./net.ts";
import type { Finding, Measurement } from "./net.ts";
import { defineProbe } from "./probe.ts";

const settingsSchema = z
  .strictObject({
    kind: z.literal("postgres"),
    address: addressSetting,
    family: familySetting,
    ...loginSettings,
  })
  .refine(hasUserForPassword, userError);

type PostgresSettings = z.output<typeof settingsSchema>;

/**
 * A PostgreSQL server. Without a user: it answers the question whether it speaks TLS, and
 * begins TLS when the settings ask for it. With one: login, and a query.
 */
export const postgres = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const socket = await connectTcp(measurement, endpointOf(settings));
    const tls = tlsOptions(settings);
    if (tls === null && settings.user !== undefined) return logIn(measurement, socket, settings);
    socket.write(sslRequest);
    const offer = await receive(measurement, socket, { take: takeTlsOffer, maxBytes: 8192 });
    if (tls === null) return { detail: offer === "S" ? "TLS offered" : "TLS not offered" };
    if (offer === "N") throw failed("tls-failed", "the server does not offer TLS");
    const secured = await upgradeTls(measurement, socket, tls);
    return settings.user === undefined ? {} : logIn(measurement, secured, settings);
  }),
);

/** Length 8, and the number that stands for the question. */
const sslRequest = Buffer.from("0000000804d2162f", "hex");

function takeTlsOffer(received: Buffer): "S" | "N" | undefined {
  const first = String.fromCharCode(received.readUInt8(0));
  if (first === "E") return takeComplaint(received);
  // More than the one byte would be somebody's attempt to slip in an answer before TLS.
  if (received.length === 1 && (first === "S" || first === "N")) return first;
  throw failed("malformed-response", "not the answer of a PostgreSQL server");
}

/** ErrorResponse: type, length, then fields of a letter and a text, each ended by a zero. */
function takeComplaint(received: Buffer): undefined {
  if (received.length < 5) return undefined;
  const length = received.readUInt32BE(1);
  // Before the versions are agreed, a server in need may also write plain text.
  if (length < 5 || length > 8000) throw failed("handshake-failed", received.toString("utf8", 1));
  if (received.length < 1 + length) return undefined;
  const fields = new Map<string, string>();
  for (const field of received.toString("utf8", 5, 1 + length).split("\0")) {
    if (field !== "") fields.set(field.slice(0, 1), field.slice(1));
  }
  throw serverFailure({ code: fields.get("C") ?? "", message: fields.get("M") ?? "" }, "login");
}

/** By SQLSTATE, the longest beginning first. */
const byState: readonly (readonly [string, Verdict])[] = [
  ["42501", ["invalid", "forbidden"]], // no right to this table
  ["53300", ["failed", "too-many-connections"]],
  ["57P03", ["failed", "handshake-failed"]], // starting up, shutting down, in recovery
  ["28", ["invalid", "auth-refused"]], // wrong user or password, not in pg_hba.conf
  ["3D", ["invalid", "bad-request"]], // unknown database
  ["42", ["invalid", "bad-request"]], // syntax, unknown table
  ["53", ["failed", "server-error"]], // no memory, no disk
  ["58", ["failed", "server-error"]], // the server's system
  ["XX", ["failed", "server-error"]], // the server's internals
];

type Complaint = { readonly code: string; readonly message: string };

function serverFailure({ code, message }: Complaint, stage: Stage): ProbeFailure {
  const known = byState.find(([start]) => code.startsWith(start));
  const [outcome, reason] = known?.[1] ?? stageVerdict(stage);
  return new ProbeFailure(outcome, reason, { detail: `${code} ${message}` });
}

async function logIn(
  measurement: Measurement,
  socket: Socket,
  settings: PostgresSettings,
): Promise<Finding> {
  // Loaded when the first such probe runs: most workers have none.
  const { Client } = await import("pg");
  const { user = "", password = "", database = user } = settings;
  enterPhase(measurement, "processing");
  // All that the driver would otherwise take from the environment or ~/.pgpass is said.
  const client = new Client({
    user,
    password,
    database,
    host: endpointOf(settings).host,
    port: endpointOf(settings).port,
    ssl: false,
    application_name: "nines",
    stream: () => alreadyConnected(socket),
  });
  let stage: Stage = "login";
  try {
    await new Promise<void>((resolve, reject) => {
      // The listener stays: without one an error after the end would be thrown.
      client.on("error", reject);
      client
        .connect()
        .then(() => {
          stage = "query";
          return client.query(settings.query);
        })
        .then(() => resolve(), reject);
    });
  } catch (error) {
    throw withoutSecret(loginFailure(error, stage), password);
  }
  client.end(() => undefined);
  return {};
}

/** The driver wants to connect its socket itself; this one tells it that it has. */
function alreadyConnected(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      queueMicrotask(() => socket.emit("connect"));
      return socket;
    },
  });
}

function loginFailure(error: unknown, stage: Stage): ProbeFailure {
  const complaint = complaintSchema.safeParse(error);
  return complaint.success
    ? serverFailure(complaint.data, stage)
    : driverFailure(error, "processing");
}

/** The errors of the operating system have a code too, but no severity. */
const complaintSchema = z.object({
  code: z.string(),
  severity: z.string(),
  message: z.string(),
});
