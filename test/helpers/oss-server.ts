import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An answer in place of what the store would say. */
export type OssAnswer = {
  readonly status: number;
  readonly code?: string;
  readonly body?: string | Buffer;
};

export type OssServer = {
  readonly port: number;
  /** Bucket and key, "bucket/key", to content. */
  readonly objects: Map<string, Buffer>;
  /** "PUT bucket/key 200" for each request so far. */
  readonly requests: string[];
  /** Takes over an answer when it gives one; "reset" destroys the connection. */
  intervene: (method: string, path: string) => OssAnswer | "reset" | null;
  /** How many connections stand open. */
  readonly connections: () => Promise<number>;
  readonly close: () => Promise<void>;
};

/**
 * A small store with the manners of OSS: V4 signatures are verified over what was
 * received on the wire, objects can be written, read and removed. One key, "ak" and "sk".
 */
export async function startOss(
  options: { nowMs?: () => number; region?: string } = {},
): Promise<OssServer> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const rules = { nowMs: options.nowMs ?? Date.now, region: options.region ?? "cn-beijing" };
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = pathOf(request);
      const method = request.method ?? "";
      const forced = server.intervene(method, path);
      if (forced === "reset") {
        requests.push(`${method} ${path} reset`);
        request.socket.resetAndDestroy();
        return;
      }
      const answer =
        forced ??
        refuse(request, path, rules) ??
        store(objects, { method, path, body: Buffer.concat(chunks) });
      requests.push(`${method} ${path} ${answer.status}`);
      send(response, method, answer);
    });
  });
  const server: OssServer = {
    port: 0,
    objects,
    requests,
    intervene: () => null,
    connections: () =>
      new Promise((resolve) => http.getConnections((_error, count) => resolve(count))),
    close: () => new Promise((resolve) => http.close(() => resolve())),
  };
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return Object.assign(server, { port: (http.address() as AddressInfo).port });
}

/** "bucket/key", from a virtual host "bucket.oss-..." or from the path. */
function pathOf(request: IncomingMessage): string {
  const path = decodeURIComponent((request.url ?? "/").split("?")[0]!.slice(1));
  const [bucket, rest] = (request.headers.host ?? "").split(".oss-");
  return rest === undefined ? path : `${bucket}/${path}`;
}

function store(
  objects: Map<string, Buffer>,
  { method, path, body }: { method: string; path: string; body: Buffer },
): OssAnswer {
  if (method === "PUT") {
    objects.set(path, body);
    return { status: 200 };
  }
  if (method === "DELETE") {
    objects.delete(path);
    return { status: 204 };
  }
  const content = objects.get(path);
  return content === undefined
    ? { status: 404, code: "NoSuchKey" }
    : { status: 200, body: content };
}

function refuse(
  request: IncomingMessage,
  path: string,
  rules: { nowMs: () => number; region: string },
): OssAnswer | null {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    return path.startsWith("public/") ? null : { status: 403, code: "AccessDenied" };
  }
  const match =
    /^OSS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/oss\/aliyun_v4_request,Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  const date = request.headers["x-oss-date"];
  if (match === null || typeof date !== "string") return { status: 400, code: "InvalidArgument" };
  const [, keyId, day, region, signature] = match;
  if (keyId !== "ak") return { status: 403, code: "InvalidAccessKeyId" };
  const iso = date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  if (!(Math.abs(Date.parse(iso) - rules.nowMs()) <= 15 * 60_000)) {
    return { status: 403, code: "RequestTimeTooSkewed" };
  }
  const canonical = canonicalRequest(request, path);
  const text = `OSS4-HMAC-SHA256\n${date}\n${day}/${region}/oss/aliyun_v4_request\n${sha256(canonical)}`;
  let signingKey: Buffer = Buffer.from("aliyun_v4sk");
  for (const part of [day!, rules.region, "oss", "aliyun_v4_request"]) {
    signingKey = createHmac("sha256", signingKey).update(part).digest();
  }
  const expected = createHmac("sha256", signingKey).update(text).digest("hex");
  return expected === signature && date.startsWith(day!)
    ? null
    : { status: 403, code: "SignatureDoesNotMatch" };
}

function canonicalRequest(request: IncomingMessage, path: string): string {
  const raw = (request.url ?? "/").split("?")[0]!;
  const bucket = path.split("/")[0]!;
  const uri =
    raw === "/" && path === "" ? "/" : raw.startsWith(`/${bucket}`) ? raw : `/${bucket}${raw}`;
  const headers = Object.entries(request.headers)
    .filter(([name]) => /^(?:x-oss-.*|content-type|content-md5)$/.test(name))
    .map(([name, value]) => `${name}:${String(value)}\n`)
    .toSorted();
  return [request.method, uri, "", headers.join(""), "", "UNSIGNED-PAYLOAD"].join("\n");
}

function send(response: ServerResponse, method: string, answer: OssAnswer): void {
  const requestId = createHash("md5").update(String(Math.random())).digest("hex").slice(0, 24);
  const headers: Record<string, string> = {
    server: "AliyunOSS",
    "x-oss-request-id": requestId.toUpperCase(),
  };
  const xml =
    answer.code === undefined
      ? undefined
      : `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>${answer.code}</Code>\n  <Message>for the test</Message>\n  <RequestId>${requestId}</RequestId>\n</Error>\n`;
  if (xml !== undefined) headers["content-type"] = "application/xml";
  if (xml !== undefined && method === "HEAD") {
    headers["x-oss-err"] = Buffer.from(xml).toString("base64");
  }
  response.writeHead(answer.status, headers);
  response.end(method === "HEAD" ? undefined : (answer.body ?? xml));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
