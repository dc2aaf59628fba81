import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  RequestOptions,
} from "node:http";
import type { Socket } from "node:net";
import { parseAddress } from "./address.ts";
import type { Outcome, Reason } from "../src/core/outcome.ts";
import { ProbeFailure, failed } from "./failure.ts";
import { connectTcp, connectTls, enterPhase, observe, own } from "./net.ts";
import type { Measurement } from "./net.ts";

type ExchangeRequest = {
  /** http: or https:, without credentials. */
  readonly url: string | URL;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  /** "host:port" to connect to in place of the URL's; Host header, SNI and name check stay the URL's. */
  readonly address?: string | undefined;
  readonly family?: 4 | 6 | undefined;
  /** PEM of the authorities to trust in place of the well-known ones. */
  readonly ca?: string | undefined;
  /** Default true. */
  readonly tlsVerify?: boolean | undefined;
  /** Of the body; what is beyond is not read. Default 1 MiB. */
  readonly maxBytes?: number | undefined;
  /** The answer's `bodySha256` is computed. Default false. */
  readonly wantDigest?: boolean;
  /** How many redirects to follow, each over a new connection. Default 0: a 3xx is the answer. */
  readonly followRedirects?: number | undefined;
};

export type ExchangeAnswer = {
  readonly status: number;
  /** Of HTTP: 1.1. */
  readonly version: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** As sent: nothing is decompressed. Cut at `maxBytes`. */
  readonly body: Buffer;
  /** The body was longer than `maxBytes`. */
  readonly isCut: boolean;
  /** Hexadecimal, of `body`, when asked for. */
  readonly bodySha256: string | undefined;
};

const defaultMaxBytes = 1024 * 1024;

/**
 * One HTTP/1.1 request over a new connection, closed afterwards; within `measure`, which
 * sets the deadline. Phases: `resolve`, `connect`, `tls`, `processing` to the head of the
 * answer, `transfer` to its end. Any status is an answer; the caller judges it (see
 * `statusFailure`). Throws ProbeFailure and system errors: `response-reset` before the
 * head, `response-cut` when the body ends early, `malformed-response` for what is not HTTP.
 */
export async function exchange(
  measurement: Measurement,
  request: ExchangeRequest,
): Promise<ExchangeAnswer> {
  let current = request;
  let url = new URL(request.url);
  for (let left = request.followRedirects ?? 0; ; left -= 1) {
    // oxlint-disable-next-line no-await-in-loop -- each step names the next
    const answer = await exchangeOnce(measurement, current, url);
    const redirects = (request.followRedirects ?? 0) - left;
    observeAnswer(measurement, answer, { isTls: url.protocol === "https:", redirects });
    const location = answer.headers.location;
    if (
      (request.followRedirects ?? 0) === 0 ||
      location === undefined ||
      !isRedirect(answer.status)
    ) {
      return answer;
    }
    if (left === 0) {
      throw failed("wrong-status", `more than ${request.followRedirects} redirects`);
    }
    const next = redirectUrl(location, url);
    current = redirected(current, { answer, from: url, to: next });
    url = next;
  }
}

function observeAnswer(
  measurement: Measurement,
  answer: ExchangeAnswer,
  way: { readonly isTls: boolean; readonly redirects: number },
): void {
  const length = answer.headers["content-length"];
  observe(measurement, {
    http: {
      ...way,
      status: answer.status,
      version: answer.version,
      contentLength: length === undefined ? null : Number(length),
      bodyBytes: answer.body.length,
    },
  });
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function redirectUrl(location: string, base: URL): URL {
  const next = URL.canParse(location, base.href) ? new URL(location, base) : null;
  if (next === null || (next.protocol !== "http:" && next.protocol !== "https:")) {
    throw failed("malformed-response", "the redirect does not lead to an http or https address");
  }
  return next;
}

function redirected(
  request: ExchangeRequest,
  step: { readonly answer: ExchangeAnswer; readonly from: URL; readonly to: URL },
): ExchangeRequest {
  const { answer, from, to } = step;
  const sameOrigin = from.origin === to.origin;
  if (
    !sameOrigin &&
    request.body !== undefined &&
    (answer.status === 307 || answer.status === 308)
  ) {
    throw failed("wrong-status", `${answer.status} to another origin, which is not told the body`);
  }
  const keepsMethod = answer.status === 307 || answer.status === 308 || request.method === "HEAD";
  return {
    ...request,
    ...(keepsMethod ? {} : { method: "GET", body: undefined }),
    // What was meant for one origin (keys, cookies, a pinned address) is not told to another.
    ...(sameOrigin ? {} : { headers: {}, address: undefined }),
  };
}

function exchangeOnce(
  measurement: Measurement,
  request: ExchangeRequest,
  url: URL,
): Promise<ExchangeAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = openRequest(request, url, (take) => {
      openSocket(measurement, request, url).then(take, reject);
    });
    own(measurement, outgoing);
    outgoing.on("error", reject);
    // With `createConnection` the socket is handed over connected, and secured for https.
    outgoing.once("socket", () => enterPhase(measurement, "processing"));
    const onClose = (): void => reject(failed("response-reset", "closed without an answer"));
    outgoing.once("response", (incoming) => {
      outgoing.off("close", onClose);
      enterPhase(measurement, "transfer");
      readAnswer(incoming, request, { resolve, reject });
    });
    outgoing.once("close", onClose);
    outgoing.end(request.body);
  });
}

function openRequest(
  request: ExchangeRequest,
  url: URL,
  connect: (take: (socket: Socket) => void) => void,
): ClientRequest {
  const options: RequestOptions = {
    method: request.method ?? "GET",
    protocol: url.protocol,
    host: url.hostname,
    path: `${url.pathname}${url.search}`,
    // Node adds `:80` to the host of a connection that it did not open itself, for https too.
    headers: { Host: url.host, Connection: "close", ...request.headers },
    // No agent: nothing is cheaper, and nothing can hand out a used connection.
    createConnection: (_options, done) => {
      connect((socket) => done(null, socket));
      return undefined;
    },
    ...(url.port === "" ? {} : { port: url.port }),
  };
  // By way of the module object, so that nock can put itself in between.
  return url.protocol === "https:" ? https.request(options) : http.request(options);
}

function openSocket(measurement: Measurement, request: ExchangeRequest, url: URL): Promise<Socket> {
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  const isHttps = url.protocol === "https:";
  const port = url.port === "" ? (isHttps ? 443 : 80) : Number(url.port);
  const pinned = request.address === undefined ? null : parseAddress(request.address);
  const endpoint = { ...(pinned ?? { host, port }), family: request.family };
  if (!isHttps) return connectTcp(measurement, endpoint);
  return connectTls(measurement, endpoint, {
    servername: host,
    ca: request.ca,
    verify: request.tlsVerify,
    alpn: ["http/1.1"],
  });
}

type Settle = {
  readonly resolve: (answer: ExchangeAnswer) => void;
  readonly reject: (error: unknown) => void;
};

function readAnswer(incoming: IncomingMessage, request: ExchangeRequest, settle: Settle): void {
  const maxBytes = request.maxBytes ?? defaultMaxBytes;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const finish = (isCut: boolean): void => {
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    settle.resolve({
      status: incoming.statusCode ?? 0,
      version: Number(incoming.httpVersion),
      headers: incoming.headers,
      body,
      isCut,
      bodySha256: request.wantDigest === true ? sha256(body) : undefined,
    });
  };
  incoming.on("data", (chunk: Buffer) => {
    const room = maxBytes - bytes;
    bytes += chunk.length;
    chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length <= room) return;
    finish(true);
    incoming.destroy();
  });
  incoming.once("end", () => finish(false));
  incoming.once("error", (error) => {
    // Node's word for a connection that was closed before the body's announced end.
    const isCutShort = error.message === "aborted";
    settle.reject(isCutShort ? failed("response-cut", `closed after ${bytes} bytes`) : error);
  });
}

function sha256(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex");
}

/**
 * What a status says that is not the one expected: invalid `auth-refused` (401),
 * `forbidden` (403), `throttled` (429, 503 with a throttling code), failed `server-error`
 * (5xx), else failed `wrong-status`. A plain 503, also one with Retry-After, is a failure:
 * only the provider's code says that the request was one too many.
 */
export function statusFailure(answer: ExchangeAnswer): ProbeFailure {
  const [outcome, reason, code] = statusVerdict(answer);
  const requestId = requestIdOf(answer.headers);
  return new ProbeFailure(outcome, reason, {
    detail: `status ${answer.status}${code === undefined ? "" : `, ${code}`}`,
    ...(requestId === undefined ? {} : { requestId }),
  });
}

function statusVerdict(answer: ExchangeAnswer): readonly [Outcome, Reason, string?] {
  const { status } = answer;
  if (status === 401) return ["invalid", "auth-refused"];
  if (status === 403) return ["invalid", "forbidden"];
  if (status === 429) return ["invalid", "throttled"];
  if (status < 500) return ["failed", "wrong-status"];
  const code = status === 503 ? throttlingCode(answer.body) : null;
  return code === null ? ["failed", "server-error"] : ["invalid", "throttled", code];
}

const requestIdHeaders = ["x-oss-request-id", "x-acs-request-id", "eagleid", "x-request-id"];

/** The provider's id of the request, the proof that a claim needs, if the answer names one. */
export function requestIdOf(headers: IncomingHttpHeaders): string | undefined {
  for (const name of requestIdHeaders) {
    const value = headers[name];
    if (typeof value === "string" && value !== "") return value.slice(0, 100);
  }
  return undefined;
}

/**
 * The throttling code of an answer's body (`<Code>`, `"Code"` or `"code"`), or null: those
 * of the Alibaba Cloud APIs ("Throttling", "Throttling.User", ...) and of OSS
 * ("QpsLimitExceeded", "DownloadTrafficRateLimitExceeded", "SlowDown", ...).
 */
export function throttlingCode(body: Buffer): string | null {
  const head = body.toString("latin1", 0, 4096);
  const code = /(?:<Code>|"[Cc]ode"\s*:\s*")([A-Za-z][\w.]{0,80})/.exec(head)?.[1];
  return code !== undefined &&
    /^Throttling|(?:Limit|Rate)Exceeded|^SlowDown|^FlowControl/.test(code)
    ? code
    : null;
}
