import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const MAX_BODY_BYTES = 1024 * 1024;

export type Request = {
  readonly method: string;
  /** As sent: path and query, still encoded. */
  readonly path: string;
  readonly query: string;
  /** Names in lower case; a repeated header is joined by ",". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
};

export type Answer = (request: Request) => Reply | Promise<Reply>;

/** Turns a function from request to reply into something that speaks HTTP on a socket. */
export function httpService(answer: Answer): (socket: Socket) => void {
  const server = createServer((incoming, outgoing) => {
    // Only a client that broke off ends here: there is nobody left to tell.
    handle(answer, incoming, outgoing).catch(() => outgoing.destroy());
  });
  return (socket) => server.emit("connection", socket);
}

async function handle(answer: Answer, incoming: IncomingMessage, outgoing: ServerResponse) {
  const body = await readBody(incoming);
  const reply =
    body === null
      ? { status: 413, headers: { Connection: "close" }, body: "" }
      : await answer(requestOf(incoming, body));
  const bytes = typeof reply.body === "string" ? Buffer.from(reply.body) : reply.body;
  outgoing.sendDate = reply.headers["Date"] === undefined;
  // 204 has no body and no length.
  const length = reply.status === 204 ? {} : { "Content-Length": bytes.length };
  outgoing.writeHead(reply.status, { ...length, ...reply.headers });
  outgoing.end(incoming.method === "HEAD" || reply.status === 204 ? undefined : bytes);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function requestOf(incoming: IncomingMessage, body: Buffer): Request {
  const [path, query] = splitOnce(incoming.url ?? "/", "?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(",");
  }
  return { method: incoming.method ?? "GET", path, query, headers, body };
}

/** Splits at the first separator only; without one the second part is empty. */
export function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** A query as name and value, decoded, in the order sent. */
export function queryPairs(query: string): readonly (readonly [string, string])[] {
  if (query === "") return [];
  return query.split("&").map((part) => {
    const [name, value] = splitOnce(part, "=");
    return [decode(name), decode(value)] as const;
  });
}

/** Percent-decoding that leaves malformed text as it is, for a signature check must not throw. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Percent-encoding of RFC 3986: all but letters, digits and - . _ ~ */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
