import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { z } from "zod";
import type { Reason } from "../src/core/outcome.ts";
import { parseAddress } from "./address.ts";
import type { ProbeFailure } from "./failure.ts";
import { errorCode, failed, unknown } from "./failure.ts";
import { enterPhase, measure, own } from "./net.ts";
import { defineProbe } from "./probe.ts";

const settingsSchema = z.strictObject({
  kind: z.literal("dns"),
  name: z.string().min(1).max(253),
  type: z.enum(["A", "AAAA", "CNAME", "TXT", "NS", "MX"]),
  server: z
    .string()
    .refine((text) => parseServer(text) !== null, {
      error:
        'write the address of a name server: "192.0.2.53", "192.0.2.53:5353" or "[2001:db8::53]:53"',
    })
    .optional(),
  expect: z.array(z.string().min(1)).min(1).optional(),
});

/**
 * Asks for the records of a name.
 * `server`: the name server that is the target; without it the system's are asked, and then
 * their silence says nothing about the target.
 * `expect`: records that must be among those answered; an MX is written "10 mail.example.com".
 */
export const dns = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const server = settings.server === undefined ? null : parseServer(settings.server);
    enterPhase(measurement, server === null ? "resolve" : "processing");
    // A query that UDP lost is repeated once within the time, as every resolver does it.
    const resolver = new Resolver({ timeout: Math.ceil(context.timeoutMs / 3), tries: 2 });
    own(measurement, { destroy: () => resolver.cancel() });
    if (server !== null) {
      resolver.setServers([server]);
      measurement.address = server;
    }
    const records = await askers[settings.type](resolver, settings.name).catch((error: unknown) => {
      throw queryFailure(error, server !== null, settings);
    });
    const missing = (settings.expect ?? []).find((one) => !holds(records, one, settings.type));
    if (missing !== undefined) {
      throw failed("wrong-content", `${missing} is not among ${records.join(", ")}`);
    }
    return {};
  }),
);

type RecordType = z.output<typeof settingsSchema>["type"];

const askers = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  NS: (resolver, name) => resolver.resolveNs(name),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((parts) => parts.join("")),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map((one) => `${one.priority} ${one.exchange}`),
} satisfies Record<RecordType, (resolver: Resolver, name: string) => Promise<string[]>>;

function holds(records: readonly string[], expected: string, type: RecordType): boolean {
  if (type === "TXT") return records.includes(expected);
  const wanted = plainName(expected);
  return records.some((record) => plainName(record) === wanted);
}

/** Names are equal without regard to case and to the final dot. */
function plainName(text: string): string {
  return text.toLowerCase().replace(/\.$/, "");
}

const serverReasons: Readonly<Record<string, Reason>> = {
  ESERVFAIL: "server-error",
  EREFUSED: "query-failed",
  ENOTIMP: "query-failed",
  EFORMERR: "query-failed",
  EBADRESP: "malformed-response",
  ETIMEOUT: "response-timeout",
  ECONNREFUSED: "connect-refused",
};

function queryFailure(
  error: unknown,
  isTarget: boolean,
  query: { readonly name: string; readonly type: RecordType },
): ProbeFailure {
  const code = errorCode(error);
  if (code === "ENOTFOUND") return failed("name-not-found", `${query.name} does not exist`);
  if (code === "ENODATA") {
    return failed("name-not-found", `${query.name} has no ${query.type} record`);
  }
  const reason = serverReasons[code];
  if (isTarget && reason !== undefined) return failed(reason, `${query.name}: ${code}`);
  return unknown("resolver-failed", `${query.name}: ${code}`);
}

/** "ip", "ip:port" or "[ip]:port" as the resolver takes it, or null. */
function parseServer(text: string): string | null {
  const family = isIP(text);
  if (family !== 0) return family === 6 ? `[${text}]:53` : `${text}:53`;
  const parsed = parseAddress(text);
  return parsed !== null && isIP(parsed.host) !== 0 ? text : null;
}
