import type { AddressInfo, Socket } from "node:net";
import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions } from "smtp-server";
import type { KeyPair } from "./certificates.ts";

export type ReceivedMail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | null;
  readonly isEncrypted: boolean;
  /** Names in lower case; folded lines joined, encoded words left as they are. */
  readonly headers: ReadonlyMap<string, string>;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly bytes: Buffer;
  }[];
  readonly raw: string;
};

export type SmtpReceiver = {
  readonly port: number;
  /** What came whole, confirmed or not. */
  readonly mails: readonly ReceivedMail[];
  /** Addresses that were asked for by RCPT. */
  readonly asked: readonly string[];
  readonly connections: () => number;
  readonly close: () => Promise<void>;
};

export type SmtpBehaviour = {
  /** Offers STARTTLS with it, or speaks TLS from the first byte on. */
  readonly certificate?: KeyPair;
  readonly fromFirstByte?: boolean;
  /** Asks for a login, and answers it by this code; 235 accepts. */
  readonly login?: (user: string, password: string) => number;
  /** The answer to RCPT; 250 accepts. */
  readonly recipient?: (address: string) => number;
  /** The answer to a whole mail; 250 accepts, "drop" cuts the line once it is kept. */
  readonly mail?: (mail: ReceivedMail) => number | "drop";
  /** Never greets. */
  readonly isSilent?: boolean;
};

/** A mail server on a free loopback port. */
export async function startSmtpReceiver(behaviour: SmtpBehaviour = {}): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const asked: string[] = [];
  const { certificate, login, recipient, mail: judge } = behaviour;
  const options: SMTPServerOptions = {
    ...certificate,
    secure: behaviour.fromFirstByte ?? false,
    disabledCommands: [
      ...(certificate === undefined ? ["STARTTLS"] : []),
      ...(login === undefined ? ["AUTH"] : []),
    ],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    onConnect: (_session, done) => {
      if (behaviour.isSilent !== true) done();
    },
    onAuth: ({ username, password }, _session, done) => {
      const code = login?.(username ?? "", password ?? "") ?? 235;
      if (code === 235) done(null, { user: username ?? "" });
      else done(refusal(code, "login refused"));
    },
    onRcptTo: ({ address: given }, _session, done) => {
      const address = given ?? "";
      asked.push(address);
      const code = recipient?.(address) ?? 250;
      done(code === 250 ? null : refusal(code, `${address} is refused`));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const received: ReceivedMail = {
          from:
            session.envelope.mailFrom === false ? "" : (session.envelope.mailFrom.address ?? ""),
          to: session.envelope.rcptTo.map(({ address }) => address ?? ""),
          user: typeof session.user === "string" ? session.user : null,
          isEncrypted: session.secure,
          ...parseMail(Buffer.concat(chunks).toString()),
        };
        mails.push(received);
        const answer = judge?.(received) ?? 250;
        if (answer === "drop") dropAll();
        else done(answer === 250 ? null : refusal(answer, "mail refused"));
      });
    },
  };
  const server = new SMTPServer(options);
  // A client that hangs up, or trusts nobody, is what some tests are about.
  server.on("error", () => undefined);
  const sockets = new Set<Socket>();
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  /** Plain lines only: to destroy the socket below one of TLS takes the whole process down. */
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    asked,
    connections: () => sockets.size,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/** Of a mail of two parts, text and HTML, and its attachments. */
function parseMail(raw: string) {
  const whole = splitPart(raw);
  const parts = leavesOf(whole);
  const files = parts.filter(isAttached);
  const partOf = (type: string): string => {
    const found = parts.find(
      (part) => !isAttached(part) && part.headers.get("content-type")?.startsWith(type),
    );
    return found === undefined ? "" : decodeBody(found).toString().replaceAll("\r\n", "\n");
  };
  return {
    headers: whole.headers,
    subject: decodeWords(whole.headers.get("subject") ?? ""),
    text: partOf("text/plain"),
    html: partOf("text/html"),
    attachments: files.map((part) => ({
      filename:
        /filename="?([^";]+)"?/.exec(part.headers.get("content-disposition") ?? "")?.[1] ?? "",
      contentType: part.headers.get("content-type")?.split(";")[0] ?? "",
      bytes: decodeBody(part),
    })),
    raw,
  };
}

const isAttached = ({ headers }: Part) =>
  headers.get("content-disposition")?.startsWith("attachment") === true;

/** Parts that hold no others. */
function leavesOf(part: Part): Part[] {
  const boundary = /boundary="([^"]+)"/.exec(part.headers.get("content-type") ?? "")?.[1];
  if (boundary === undefined) return [part];
  return part.body
    .split(`--${boundary}`)
    .slice(1, -1)
    .flatMap((inner) => leavesOf(splitPart(inner.trimStart())));
}

type Part = { readonly headers: Map<string, string>; readonly body: string };

function splitPart(raw: string): Part {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/g, "")
    .split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (headers.has(name)) throw new Error(`a second header ${name}`);
    headers.set(name, line.slice(colon + 1).trim());
  }
  return { headers, body: raw.slice(end + 4) };
}

function decodeBody({ headers, body }: Part): Buffer {
  const encoding = headers.get("content-transfer-encoding");
  if (encoding === "base64") return Buffer.from(body, "base64");
  return encoding === "quoted-printable"
    ? quotedBytes(body.replaceAll("=\r\n", ""))
    : Buffer.from(body);
}

function quotedBytes(text: string): Buffer {
  const decoded = text.replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, "latin1");
}

/** Of RFC 2047. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_whole, kind: string, word: string) =>
      (kind.toLowerCase() === "b"
        ? Buffer.from(word, "base64")
        : quotedBytes(word.replaceAll("_", " "))
      ).toString(),
    );
}
