import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";

export type HttpAnswer = { status: number; headers: IncomingHttpHeaders; body: string };

/** One HTTP request on a connection of its own; rejects as the socket does. */
export function ask(
  address: string,
  options: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
    timeoutMs?: number;
  } = {},
): Promise<HttpAnswer> {
  const [host, port] = address.split(":");
  const { method = "GET", path = "/", headers = {}, body, timeoutMs = 5000 } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, method, path, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error("silent")));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** What a server says on a socket: up to `enough` bytes, or all until it ends. */
export function talk(
  address: string,
  {
    send,
    enough = Infinity,
    timeoutMs = 5000,
  }: { send?: Buffer; enough?: number; timeoutMs?: number } = {},
): Promise<Buffer> {
  const [host = "", port = "0"] = address.split(":");
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host, port: Number(port) });
    const done = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error("silent")));
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= enough) done();
    });
    socket.on("end", done);
    if (send !== undefined) socket.write(send);
  });
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();

/** Headers of a signed OSS request, written apart from the server's own arithmetic. */
export function ossHeaders(
  { id, secret, region, atMs }: { id: string; secret: string; region: string; atMs: number },
  { method, path, extra = {} }: { method: string; path: string; extra?: Record<string, string> },
): Record<string, string> {
  const time = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
  const headers: Record<string, string> = {
    ...extra,
    "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
    "x-oss-date": time,
  };
  const lines = Object.keys(headers)
    .toSorted()
    .map((name) => `${name}:${headers[name]}\n`);
  const canonical = [method, path, "", lines.join(""), "", "UNSIGNED-PAYLOAD"].join("\n");
  const text = ["OSS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = hmac(
    hmac(hmac(hmac(`aliyun_v4${secret}`, time.slice(0, 8)), region), "oss"),
    "aliyun_v4_request",
  );
  const signature = hmac(key, text).toString("hex");
  return {
    ...headers,
    authorization: `OSS4-HMAC-SHA256 Credential=${id}/${scope},Signature=${signature}`,
  };
}

/** Headers of a signed DescribeRegions call without a query. */
export function acs3Headers(
  host: string,
  { id, secret, atMs }: { id: string; secret: string; atMs: number },
): Record<string, string> {
  const headers: Record<string, string> = {
    host,
    "x-acs-action": "DescribeRegions",
    "x-acs-content-sha256": sha256(""),
    "x-acs-date": new Date(atMs).toISOString().replace(/\.\d+/, ""),
    "x-acs-signature-nonce": "nonce",
    "x-acs-version": "2014-05-26",
  };
  const names = Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const canonical = ["GET", "/", "", lines, names.join(";"), sha256("")].join("\n");
  const signature = hmac(secret, `ACS3-HMAC-SHA256\n${sha256(canonical)}`).toString("hex");
  const authorization = `ACS3-HMAC-SHA256 Credential=${id},SignedHeaders=${names.join(";")},Signature=${signature}`;
  return { ...headers, authorization };
}
