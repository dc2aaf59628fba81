import { z } from "zod";
import { addressSetting, familySetting } from "./address.ts";
import { failureOf, hostSetting, maxBytesSetting, schemeSetting, sha256Setting } from "./cloud.ts";
import { exchange, statusFailure } from "./http-exchange.ts";
import type { ExchangeAnswer } from "./http-exchange.ts";
import { measure } from "./net.ts";
import type { Finding } from "./net.ts";
import { defineProbe } from "./probe.ts";
import { caSetting } from "./tls.ts";

const settingsSchema = z.strictObject({
  kind: z.literal("cdn"),
  /** The accelerated domain: Host header, SNI and the name in the certificate. */
  domain: hostSetting,
  path: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, { error: "begin with a slash, percent-encode all but ASCII" })
    .default("/"),
  /** An edge node to connect to in place of the one that the name gives. */
  address: addressSetting.optional(),
  family: familySetting,
  scheme: schemeSetting,
  method: z.enum(["GET", "HEAD"]).default("GET"),
  /** The statuses that are right; default any 2xx. */
  status: z
    .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)])
    .optional(),
  /** Of the whole content. */
  sha256: sha256Setting,
  /** An answer without a readable EagleId did not come through an edge node: failed. */
  requireEagleId: z.boolean().default(false),
  /** How far the edge's time in EagleId may be from ours. */
  maxEdgeAgeSeconds: z.int().min(1).default(600),
  ca: caSetting,
  maxBytes: maxBytesSetting,
});

type CdnSettings = z.output<typeof settingsSchema>;

/** One request to an edge node: status, content, and that the edge is alive. */
export const cdn = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const url = new URL(`${settings.scheme}://${settings.domain}${settings.path}`);
    const answer = await exchange(measurement, {
      url,
      headers: { host: url.host },
      method: settings.method,
      address: settings.address,
      family: settings.family,
      ca: settings.ca,
      maxBytes: settings.maxBytes,
      wantDigest: settings.sha256 !== undefined,
    });
    return judge(answer, settings, context.clock.nowMs());
  }),
);

function judge(answer: ExchangeAnswer, settings: CdnSettings, nowMs: number): Finding {
  // Only EagleId is the edge's own: an x-oss-request-id may be the one cached with the content.
  const requestId = headerText(answer, "eagleid");
  const edge = requestId === undefined ? null : parseEagleId(requestId);
  if (!isExpected(answer.status, settings.status)) throw withId(answer, requestId);
  if (settings.requireEagleId && edge === null) {
    throw failureOf(["failed", "wrong-header"], "no readable EagleId", requestId);
  }
  if (settings.sha256 !== undefined && (answer.isCut || answer.bodySha256 !== settings.sha256)) {
    const detail = answer.isCut
      ? `longer than ${answer.body.length} bytes`
      : `the digest is ${answer.bodySha256}`;
    throw failureOf(["failed", "wrong-content"], detail, requestId);
  }
  const offMs = edge === null ? 0 : Math.abs(nowMs - edge.atMs);
  if (edge !== null && offMs > settings.maxEdgeAgeSeconds * 1000) {
    const detail = `the edge's time is ${new Date(edge.atMs).toISOString()}`;
    throw failureOf(["failed", "stale-edge"], detail, requestId);
  }
  const detail = [cacheStatus(answer), edge?.node].filter((part) => part !== undefined).join(" ");
  return { detail, ...(requestId === undefined ? {} : { requestId }) };
}

function isExpected(status: number, expected: CdnSettings["status"]): boolean {
  if (expected === undefined) return status >= 200 && status < 300;
  return typeof expected === "number" ? status === expected : expected.includes(status);
}

function withId(answer: ExchangeAnswer, requestId: string | undefined): Error {
  const { outcome, reason, message } = statusFailure(answer);
  return failureOf([outcome, reason], message, requestId);
}

/** "HIT" of "HIT TCP_MEM_HIT dirn:-2:-2"; undefined when the answer does not say. */
function cacheStatus(answer: ExchangeAnswer): string | undefined {
  return /^\w{1,20}/.exec(headerText(answer, "x-cache") ?? "")?.[0];
}

function headerText(answer: ExchangeAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === "string" && value !== "" ? value.slice(0, 100) : undefined;
}

/** 2100-01-01; a larger number is no time. */
const latestMs = 4_102_444_800_000;

/**
 * The edge node and the time of the answer in an EagleId: 8 hexadecimal digits of the
 * node's IPv4 address, 13 decimal digits of epoch milliseconds, 5 more. Not documented:
 * read off captured answers, of which three agree with their other headers. Null for
 * anything else.
 */
export function parseEagleId(
  eagleId: string,
): { readonly node: string; readonly atMs: number } | null {
  const match = /^([0-9a-f]{8})(\d{13})[0-9a-f]{5}$/i.exec(eagleId.trim());
  const [, address, time] = match ?? [];
  if (address === undefined || time === undefined) return null;
  const atMs = Number(time);
  if (atMs > latestMs) return null;
  const bytes = Buffer.from(address, "hex");
  return { node: bytes.join("."), atMs };
}
