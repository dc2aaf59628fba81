import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Fault } from "./faults.ts";
import { ACCESS_KEY_ID, ACCESS_KEY_SECRET, CANARY_TEXT } from "./places.ts";
import { OSS_BUCKET, OSS_KEY, OSS_PUBLIC_BUCKET } from "./places.ts";
import { decode } from "./http-service.ts";
import type { Answer, Reply, Request } from "./http-service.ts";
import { canonicalRequest, parseAuthorization, parseCompactTime } from "./oss-v4.ts";
import { sameSignature, signV4, stringToSign } from "./oss-v4.ts";

const MAX_SKEW_MS = 15 * 60_000;
const MAX_OBJECTS = 100;

type StoredObject = { readonly body: Buffer; readonly type: string; readonly savedAtMs: number };
type Store = Map<string, Map<string, StoredObject>>;

export type OssOptions = {
  readonly clock: Clock;
  readonly region: string;
  readonly fault: () => Fault | null;
};

type ErrorReply = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Further elements of the XML document. */
  readonly more?: Readonly<Record<string, string>>;
};

/** Object storage in memory: two buckets, path-style addresses, V4 signatures in the header. */
export function ossAnswer({ clock, region, fault }: OssOptions): Answer {
  const canary = { body: Buffer.from(CANARY_TEXT), type: "text/plain", savedAtMs: clock.nowMs() };
  const store: Store = new Map([
    [OSS_BUCKET, new Map([[OSS_KEY, canary]])],
    [OSS_PUBLIC_BUCKET, new Map([[OSS_KEY, canary]])],
  ]);
  return (request) => {
    const nowMs = clock.nowMs();
    const reply =
      standingFault(fault(), request) ??
      refusal(request, { nowMs, region }) ??
      onObject(store, request, nowMs);
    return finish(reply, request, nowMs);
  };
}

function standingFault(fault: Fault | null, request: Request): ErrorReply | null {
  if (fault === "error-5xx") {
    const message = "We encountered an internal error. Please try again.";
    return { status: 500, code: "InternalError", message };
  }
  if (fault === "throttled") {
    return { status: 503, code: "QpsLimitExceeded", message: "Please reduce your request rate." };
  }
  if (fault === "key-refused" && request.headers["authorization"] !== undefined) {
    return unknownKey();
  }
  return null;
}

function unknownKey(): ErrorReply {
  const message = "The OSS Access Key Id you provided does not exist in our records.";
  return { status: 403, code: "InvalidAccessKeyId", message };
}

/** Null when the request may go on: rightly signed, or a read of the public bucket. */
function refusal(request: Request, now: { nowMs: number; region: string }): ErrorReply | null {
  const header = request.headers["authorization"];
  if (header === undefined) return anonymousRefusal(request);
  const authorization = parseAuthorization(header);
  const time = request.headers["x-oss-date"] ?? "";
  const timeMs = parseCompactTime(time);
  if (authorization === null || timeMs === null || !time.startsWith(authorization.date)) {
    return { status: 400, code: "InvalidArgument", message: "Authorization header is invalid." };
  }
  if (authorization.accessKeyId !== ACCESS_KEY_ID) return unknownKey();
  if (authorization.region !== now.region) {
    return { status: 400, code: "InvalidArgument", message: "Invalid signing region." };
  }
  if (Math.abs(now.nowMs - timeMs) > MAX_SKEW_MS) {
    const message = "The difference between the request time and the current time is too large.";
    return { status: 403, code: "RequestTimeTooSkewed", message };
  }
  const canonical = canonicalRequest(request, authorization.additionalHeaders);
  const text = stringToSign(canonical, time, authorization.region);
  const right = signV4(ACCESS_KEY_SECRET, authorization.region, text);
  if (sameSignature(right, authorization.signature)) return null;
  return {
    status: 403,
    code: "SignatureDoesNotMatch",
    message:
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    more: { StringToSign: text, CanonicalRequest: canonical },
  };
}

function anonymousRefusal({ method, path }: Request): ErrorReply | null {
  if (path === "/") {
    const message = "Anonymous access is forbidden for this operation.";
    return { status: 403, code: "AccessDenied", message, more: { EC: "0003-00001201" } };
  }
  const reads = method === "GET" || method === "HEAD";
  if (reads && path.startsWith(`/${OSS_PUBLIC_BUCKET}/`)) return null;
  const message = "You have no right to access this object because of bucket acl.";
  return { status: 403, code: "AccessDenied", message, more: { EC: "0003-00000001" } };
}

function onObject(store: Store, request: Request, nowMs: number): Reply | ErrorReply {
  const [, bucketName = "", ...rest] = request.path.split("/");
  const key = decode(rest.join("/"));
  const bucket = store.get(decode(bucketName));
  if (bucket === undefined) {
    return { status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist." };
  }
  if (request.method === "PUT") return put(bucket, key, { request, nowMs });
  if (request.method === "DELETE") {
    bucket.delete(key);
    return { status: 204, headers: {}, body: "" };
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    const message = "The specified method is not allowed against this resource.";
    return { status: 405, code: "MethodNotAllowed", message };
  }
  const object = bucket.get(key);
  if (object === undefined) {
    return { status: 404, code: "NoSuchKey", message: "The specified key does not exist." };
  }
  return { status: 200, headers: objectHeaders(object), body: object.body };
}

type Put = { readonly request: Request; readonly nowMs: number };

function put(bucket: Map<string, StoredObject>, key: string, { request, nowMs }: Put) {
  if (key === "") {
    const message = "The specified object is not valid.";
    return { status: 400, code: "InvalidObjectName", message };
  }
  const { body } = request;
  const md5 = request.headers["content-md5"];
  if (md5 !== undefined && md5 !== createHash("md5").update(body).digest("base64")) {
    const message = "The Content-MD5 you specified did not match what we received.";
    return { status: 400, code: "InvalidDigest", message };
  }
  const type = request.headers["content-type"] ?? "application/octet-stream";
  const object = { body, type, savedAtMs: nowMs };
  bucket.set(key, object);
  // Canaries whose DELETE was lost pile up: the oldest go, like under a lifecycle rule.
  const stale = [...bucket.keys()].filter((name) => name !== OSS_KEY).slice(0, -MAX_OBJECTS);
  for (const name of stale) bucket.delete(name);
  return { status: 200, headers: { ETag: etagOf(body) }, body: "" };
}

function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex").toUpperCase()}"`;
}

function objectHeaders({ body, type, savedAtMs }: StoredObject): Record<string, string> {
  return {
    "Content-Type": type,
    ETag: etagOf(body),
    "Last-Modified": new Date(savedAtMs).toUTCString(),
    "x-oss-object-type": "Normal",
    "x-oss-storage-class": "Standard",
    "Accept-Ranges": "bytes",
  };
}

/** What every answer carries: the server's name, the request's id and the server's time. */
function finish(reply: Reply | ErrorReply, request: Request, nowMs: number): Reply {
  const requestId = randomBytes(12).toString("hex").toUpperCase();
  const common = {
    Server: "AliyunOSS",
    Date: new Date(nowMs).toUTCString(),
    "x-oss-request-id": requestId,
    "x-oss-server-time": "1",
  };
  if (!("code" in reply)) return { ...reply, headers: { ...reply.headers, ...common } };
  const elements = {
    Code: reply.code,
    Message: reply.message,
    RequestId: requestId,
    HostId: request.headers["host"] ?? "",
    ...reply.more,
  };
  const xml = Object.entries(elements).map(
    ([name, text]) => `  <${name}>${escaped(text)}</${name}>`,
  );
  return {
    status: reply.status,
    headers: { ...common, "Content-Type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n${xml.join("\n")}\n</Error>\n`,
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (char) =>
    char === "&" ? "&amp;" : char === "<" ? "&lt;" : "&gt;",
  );
}
