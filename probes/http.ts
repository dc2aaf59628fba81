import { validateHeaderName, validateHeaderValue } from "node:http";
import { z } from "zod";
import { addressSetting, familySetting } from "./address.ts";
import { ProbeFailure } from "./failure.ts";
import { exchange, requestIdOf, statusFailure } from "./http-exchange.ts";
import type { ExchangeAnswer } from "./http-exchange.ts";
import { measure } from "./net.ts";
import type { Reason } from "../src/core/outcome.ts";
import { defineProbe } from "./probe.ts";
import { caSetting } from "./tls.ts";

/** Setting: an http or https address without credentials. */
const urlSetting = z.url({ protocol: /^https?$/ }).refine(
  (text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && url.username === "" && url.password === "";
  },
  { error: "leave user and password out of the address; send them in `headers`" },
);

/** Setting: header names and values to send. */
const headersSetting = z
  .record(z.string(), z.string())
  .refine((headers) => Object.entries(headers).every(([name, value]) => isHeader(name, value)), {
    error: "a header's name or value holds a character that HTTP does not allow",
  });

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

const statusSetting = z.union([
  z.int().min(100).max(599),
  z.string().regex(/^[1-5]xx$/, { error: 'write a number, or a class such as "2xx"' }),
]);

const settingsSchema = z.strictObject({
  kind: z.literal("http"),
  url: urlSetting,
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]).default("GET"),
  headers: headersSetting.optional(),
  body: z.string().optional(),
  /** The statuses that are right; default any 2xx or 3xx. */
  status: z.array(statusSetting).min(1).default(["2xx", "3xx"]),
  bodyContains: z.string().min(1).optional(),
  bodySha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "write 64 hexadecimal digits in lower case" })
    .optional(),
  /** Header name to what its value must contain. */
  responseHeaders: z.record(z.string(), z.string()).optional(),
  /** Connects here in place of the address's host; the name that is asked for stays. */
  address: addressSetting.optional(),
  family: familySetting,
  followRedirects: z.int().min(0).max(5).default(0),
  /** Of the body; what is beyond is not read. */
  maxBytes: z
    .int()
    .min(1)
    .max(64 * 1024 * 1024)
    .optional(),
  tlsVerify: z.boolean().default(true),
  ca: caSetting,
});

type HttpSettings = z.output<typeof settingsSchema>;

/** One HTTP request: status, headers and content as they should be. */
export const http = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const wantDigest = settings.bodySha256 !== undefined;
    const request = wantDigest ? { ...settings, wantDigest } : settings;
    const answer = await exchange(measurement, request);
    if (!isExpected(answer.status, settings.status)) throw statusFailure(answer);
    judgeHeaders(answer, settings);
    judgeBody(answer, settings);
    const requestId = requestIdOf(answer.headers);
    return requestId === undefined ? {} : { requestId };
  }),
);

function isExpected(status: number, expected: HttpSettings["status"]): boolean {
  const group = `${Math.floor(status / 100)}xx`;
  return expected.some((one) => one === status || one === group);
}

function judgeHeaders(answer: ExchangeAnswer, settings: HttpSettings): void {
  for (const [name, expected] of Object.entries(settings.responseHeaders ?? {})) {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined) throw mismatch("wrong-header", `${name} is missing`, answer);
    if (!String(value).includes(expected)) {
      throw mismatch("wrong-header", `${name} does not contain "${expected}"`, answer);
    }
  }
}

function judgeBody(answer: ExchangeAnswer, settings: HttpSettings): void {
  const where = answer.isCut ? ` within the first ${answer.body.length} bytes` : "";
  if (settings.bodyContains !== undefined && !answer.body.includes(settings.bodyContains)) {
    throw mismatch("wrong-content", `the expected text is missing${where}`, answer);
  }
  if (settings.bodySha256 === undefined || answer.bodySha256 === settings.bodySha256) return;
  throw mismatch(
    "wrong-content",
    answer.isCut ? `longer than ${answer.body.length} bytes` : `the digest is ${answer.bodySha256}`,
    answer,
  );
}

function mismatch(reason: Reason, detail: string, answer: ExchangeAnswer): ProbeFailure {
  const requestId = requestIdOf(answer.headers);
  return new ProbeFailure("failed", reason, {
    detail,
    ...(requestId === undefined ? {} : { requestId }),
  });
}
