import type { z } from "zod";
import { endpointOf } from "./address.ts";
import { loginSchema, tlsOptions } from "./database.ts";
import { failed } from "./failure.ts";
import { connectTcp, measure, receive, upgradeTls } from "./net.ts";
import type { Finding, Measurement } from "./net.ts";
import { runQuery, takeEarlyComplaint } from "./postgres-session.ts";
import { defineProbe } from "./probe.ts";

const settingsSchema = loginSchema("postgres");

type PostgresSettings = z.output<typeof settingsSchema>;

/**
 * A PostgreSQL server. Without a user: it answers whether it speaks TLS, and begins TLS
 * when the settings ask for it. With one: login, and a query.
 */
export const postgres = defineProbe(settingsSchema, (settings, context) =>
  measure(context, (measurement) => run(measurement, settings)),
);

async function run(measurement: Measurement, settings: PostgresSettings): Promise<Finding> {
  const { user, password = "", query } = settings;
  const plain = await connectTcp(measurement, endpointOf(settings));
  const tls = tlsOptions(settings);
  let socket = plain;
  if (tls !== null || user === undefined) {
    plain.write(sslRequest);
    const offer = await receive(measurement, plain, { take: takeTlsOffer, maxBytes: 8192 });
    if (tls === null) return { detail: offer === "S" ? "TLS offered" : "TLS not offered" };
    if (offer === "N") throw failed("tls-failed", "the server does not offer TLS");
    socket = await upgradeTls(measurement, plain, tls);
  }
  if (user !== undefined) {
    const login = { user, password, database: settings.database ?? user };
    await runQuery({ measurement, socket, isSecured: tls !== null, login }, query);
  }
  return {};
}

/** Length 8, and the number that stands for the question. */
const sslRequest = Buffer.from("0000000804d2162f", "hex");

function takeTlsOffer(received: Buffer): "S" | "N" | undefined {
  const first = received.toString("latin1", 0, 1);
  if (first === "E") return takeEarlyComplaint(received);
  // More than the one byte would be an answer slipped in before TLS.
  if (received.length === 1 && (first === "S" || first === "N")) return first;
  throw failed("malformed-response", "not the answer of a PostgreSQL server");
}
