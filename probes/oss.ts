import { randomBytes } from "node:crypto";
import { z } from "zod";
import { addressSetting, familySetting } from "./address.ts";
import { sha256Hex } from "../src/acs3-signature.ts";
import type { AccessKey } from "../src/acs3-signature.ts";
import {
  accessKeyOf,
  accessKeySettings,
  failureOf,
  hostSetting,
  isArrearsCode,
  isWholeKeyOrNone,
  maxBytesSetting,
  schemeSetting,
  sha256Setting,
  shownCode,
  wholeKeyError,
} from "./cloud.ts";
import type { Verdict } from "./cloud.ts";
import type { ProbeFailure } from "./failure.ts";
import { exchange, throttlingCode } from "./http-exchange.ts";
import type { ExchangeAnswer } from "./http-exchange.ts";
import { measure } from "./net.ts";
import type { Finding, Measurement } from "./net.ts";
import { ossPath, ossSignedHeaders } from "./oss-signature.ts";
import { defineProbe } from "./probe.ts";
import { caSetting } from "./tls.ts";

const settingsSchema = z
  .strictObject({
    kind: z.literal("oss"),
    /** oss-cn-beijing.aliyuncs.com */
    endpoint: hostSetting,
    /** Without it the service root is asked for. */
    bucket: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/, {
        error: "write a bucket's name: 3 to 63 lower-case letters, digits and hyphens",
      })
      .optional(),
    /** The object; for `canary` what the names of its objects begin with. */
    key: z.string().refine(isObjectKey, { error: 'no leading slash, no "." or ".."' }).optional(),
    operation: z.enum(["GET", "HEAD", "canary"]).default("GET"),
    /** For the signature; default the one in the endpoint's name. */
    region: z
      .string()
      .regex(/^[a-z]{2}[a-z0-9-]+$/, { error: 'write it without "oss-": cn-beijing' })
      .optional(),
    ...accessKeySettings,
    /** Of the object's whole content. */
    sha256: sha256Setting,
    /** The refusal of an anonymous request is `ok` too: reachability, not availability. */
    reachability: z.boolean().default(false),
    /** The bucket goes into the path in place of the host name. */
    pathStyle: z.boolean().default(false),
    scheme: schemeSetting,
    address: addressSetting.optional(),
    family: familySetting,
    ca: caSetting,
    maxBytes: maxBytesSetting,
  })
  .refine(isWholeKeyOrNone, wholeKeyError)
  .refine(({ key, bucket }) => key === undefined || bucket !== undefined, {
    error: "an object needs its bucket",
    path: ["bucket"],
  })
  .refine((settings) => accessKeyOf(settings) === null || regionOf(settings) !== "", {
    error: 'the endpoint\'s name does not tell the region; write it, without "oss-"',
    path: ["region"],
  })
  .refine(({ reachability, ...settings }) => !reachability || accessKeyOf(settings) === null, {
    error: "reachability is for anonymous requests; leave it or the key out",
    path: ["reachability"],
  })
  .refine(
    ({ operation, key, ...rest }) =>
      !isCanary(operation) || (key !== undefined && accessKeyOf(rest) !== null),
    {
      error: "canary writes an object: it needs bucket, key, accessKeyId and accessKeySecret",
      path: ["operation"],
    },
  )
  .refine(
    ({ sha256, operation, key }) =>
      sha256 === undefined || (operation === "GET" && key !== undefined),
    {
      error: "a digest needs operation GET and a key",
      path: ["sha256"],
    },
  );

type OssSettings = z.output<typeof settingsSchema>;

function isCanary(operation: string): boolean {
  return operation === "canary";
}

/** OSS refuses a leading slash; "." and ".." would be resolved away in an address. */
function isObjectKey(key: string): boolean {
  return (
    key !== "" &&
    !/^[/\\]/.test(key) &&
    !key.split("/").some((part) => part === "." || part === "..")
  );
}

function regionOf(settings: {
  readonly region?: string | undefined;
  readonly endpoint: string;
}): string {
  const named = /^(?:s3\.)?oss-([a-z]{2}-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com(?::|$)/;
  return settings.region ?? named.exec(settings.endpoint)?.[1] ?? "";
}

/**
 * One request to OSS, or the life of a canary object: PUT, GET with comparison, DELETE.
 * Under the OSS agreement a request that was refused for its authorisation is not a valid
 * one, so an anonymous 403 counts for nothing unless `reachability` asks for it; a signed
 * request that is refused is the provider's failure (2023-11-12).
 */
export const oss = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const session = { settings, measurement, key: accessKeyOf(settings) };
    if (isCanary(settings.operation)) return canary(session);
    const request = { method: settings.operation, key: settings.key ?? "" };
    return finding(session, await send(session, request));
  }),
);

type Session = {
  readonly settings: OssSettings;
  readonly measurement: Measurement;
  /** Null for an anonymous probe. */
  readonly key: AccessKey | null;
};

type Step = { readonly method: string; readonly key: string; readonly body?: Buffer };

const contentType = "application/octet-stream";

/** A signature is made for each step: the clock goes on between them. */
function send(session: Session, step: Step): Promise<ExchangeAnswer> {
  const { settings, measurement, key } = session;
  const bucket = settings.bucket ?? "";
  const host =
    settings.pathStyle || bucket === "" ? settings.endpoint : `${bucket}.${settings.endpoint}`;
  const path = ossPath(settings.pathStyle ? bucket : "", step.key);
  const url = new URL(`${settings.scheme}://${host}${path}`);
  const plain: Record<string, string> = {
    host: url.host,
    ...(step.body === undefined
      ? {}
      : { "content-type": contentType, "content-length": String(step.body.length) }),
  };
  const headers =
    key === null
      ? plain
      : ossSignedHeaders(key, {
          method: step.method,
          bucket,
          key: step.key,
          query: {},
          headers: plain,
          region: regionOf(settings),
          atMs: measurement.context.clock.nowMs(),
        });
  return exchange(measurement, {
    url,
    method: step.method,
    headers,
    body: step.body,
    address: settings.address,
    family: settings.family,
    ca: settings.ca,
    maxBytes: settings.maxBytes,
  });
}

function finding(session: Session, answer: ExchangeAnswer): Finding {
  const { settings } = session;
  const failure = failureIn(session, answer);
  if (failure !== null) throw failure;
  const requestId = requestIdIn(answer);
  if (settings.sha256 !== undefined) checkContent(answer, settings.sha256);
  return { detail: `status ${answer.status}`, ...(requestId === undefined ? {} : { requestId }) };
}

function checkContent(answer: ExchangeAnswer, expectedSha256: string): void {
  const sha256 = sha256Hex(answer.body);
  if (sha256 === expectedSha256 && !answer.isCut) return;
  const detail = answer.isCut
    ? `longer than ${answer.body.length} bytes`
    : `the digest is ${sha256}`;
  throw failureOf(["failed", "wrong-content"], detail, requestIdIn(answer));
}

/**
 * Two vantages must not meet in one object, so each run writes one of its own name and
 * removes it, also when the reading failed. What a lost connection leaves behind is for a
 * lifecycle rule on the key's beginning.
 */
async function canary(session: Session): Promise<Finding> {
  const { settings } = session;
  const key = `${settings.key ?? ""}-${randomBytes(8).toString("hex")}`;
  const content = randomBytes(1024);
  const put = failureIn(session, await send(session, { method: "PUT", key, body: content }));
  if (put !== null) throw prefixed("PUT", put);
  const read = await settled(readBack(session, key, content));
  const removed = await settled(remove(session, key));
  const failure = read.failure ?? removed.failure;
  if (failure !== null) throw failure;
  const requestId = removed.value;
  return { detail: "PUT, GET, DELETE", ...(requestId === undefined ? {} : { requestId }) };
}

/** The first failure is the result; what follows must not hide it. */
type Settled<T> = { readonly value: T | undefined; readonly failure: unknown };

function settled<T>(step: Promise<T>): Promise<Settled<T>> {
  return step.then(
    (value) => ({ value, failure: null }),
    (failure: unknown) => ({ value: undefined, failure }),
  );
}

async function remove(session: Session, key: string): Promise<string | undefined> {
  const answer = await send(session, { method: "DELETE", key });
  const failure = failureIn(session, answer);
  if (failure !== null) throw prefixed("DELETE", failure);
  return requestIdIn(answer);
}

async function readBack(session: Session, key: string, content: Buffer): Promise<void> {
  const answer = await send(session, { method: "GET", key });
  const requestId = requestIdIn(answer);
  // OSS is strongly consistent: what was stored is there.
  if (errorCodeIn(answer) === "NoSuchKey") {
    const detail = "GET: the object just written is missing";
    throw failureOf(["failed", "wrong-content"], detail, requestId);
  }
  const failure = failureIn(session, answer);
  if (failure !== null) throw prefixed("GET", failure);
  if (answer.body.equals(content)) return;
  throw failureOf(["failed", "wrong-content"], "GET: not what was written", requestId);
}

function prefixed(method: string, failure: ProbeFailure): ProbeFailure {
  const { outcome, reason, requestId } = failure;
  return failureOf([outcome, reason], `${method}: ${failure.message}`, requestId);
}

/** What an answer that is not a success means, or null for one that is. */
function failureIn(session: Session, answer: ExchangeAnswer): ProbeFailure | null {
  const { status, headers } = answer;
  const code = errorCodeIn(answer);
  const requestId = requestIdIn(answer);
  const detail = `status ${status}${code === "" ? "" : `, ${shownCode(code)}`}`;
  const isThrottled =
    throttlingCode(answer.body) !== null || /Limit(?:ed|ted|Exceeded)$/.test(code);
  if (status === 429 || (status === 503 && isThrottled)) {
    return failureOf(["invalid", "throttled"], detail, requestId);
  }
  if (status >= 500) return failureOf(["failed", "server-error"], detail, requestId);
  if (requestId === undefined && headers["server"] !== "AliyunOSS") {
    return failureOf(
      ["failed", "malformed-response"],
      `${detail}, not an answer of OSS`,
      undefined,
    );
  }
  if (status >= 200 && status < 300) return null;
  if (status < 400) return failureOf(["failed", "wrong-status"], detail, requestId);
  if (isArrearsCode(code)) return failureOf(["invalid", "arrears"], detail, requestId);
  if (code === "RequestTimeTooSkewed")
    return failureOf(["unknown", "clock-jump"], detail, requestId);
  if (status !== 401 && status !== 403) {
    // NoSuchBucket, NoSuchKey, InvalidArgument: the settings do not fit what is there.
    return failureOf(["invalid", "bad-request"], detail, requestId);
  }
  if (session.key === null) {
    if (session.settings.reachability) return null;
    return failureOf(["invalid", status === 401 ? "auth-refused" : "forbidden"], detail, requestId);
  }
  return failureOf(signedRefusal(answer, code), detail, requestId);
}

function signedRefusal(answer: ExchangeAnswer, code: string): Verdict {
  // A temporary key past its end is not a valid key.
  if (code === "SecurityTokenExpired") return ["invalid", "auth-refused"];
  // AccessDenied with an <Endpoint>: the bucket lives in another region.
  if (answer.body.includes("<Endpoint>") || code === "SecondLevelDomainForbidden") {
    return ["invalid", "bad-request"];
  }
  return ["failed", "key-refused"];
}

/** `Code` of the error's XML; the answer to a HEAD carries that XML in a header. */
function errorCodeIn(answer: ExchangeAnswer): string {
  if (answer.status < 300) return "";
  const inHeader = answer.headers["x-oss-err"];
  const xml =
    answer.body.length === 0 && typeof inHeader === "string"
      ? Buffer.from(inHeader, "base64").toString("utf8")
      : answer.body.toString("utf8");
  return /<Code>\s*([^<\s]*)\s*<\/Code>/.exec(xml)?.[1] ?? "";
}

function requestIdIn(answer: ExchangeAnswer): string | undefined {
  const requestId = answer.headers["x-oss-request-id"];
  return typeof requestId === "string" && requestId !== "" ? requestId.slice(0, 100) : undefined;
}
