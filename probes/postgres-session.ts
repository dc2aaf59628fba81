import { createHash, randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Verdict } from "./cloud.ts";
import {
  complaintFailure,
  full,
  noAccess,
  noRight,
  ourRequest,
  withoutSecret,
} from "./database.ts";
import type { Stage } from "./database.ts";
import { failed, ProbeFailure, unknown } from "./failure.ts";
import { receive } from "./net.ts";
import type { Measurement } from "./net.ts";
import { scramAnswer } from "./scram.ts";

// Why not the `pg` driver, which the store uses: it trusts its server. A text without its
// final zero keeps its parser in a loop for ever, and other nonsense makes it throw inside
// a socket's listener. One broken target would take the whole worker with it.

export type Session = {
  readonly measurement: Measurement;
  readonly socket: Socket;
  readonly isSecured: boolean;
  readonly login: {
    readonly user: string;
    readonly password: string;
    readonly database: string;
  };
};

/** One message of the server (protocol 3.0): its letter, and what follows the length. */
type Message = { readonly type: string; readonly payload: Buffer };

const maxBytes = 1024 * 1024;

/**
 * Logs in (password, MD5 or SCRAM-SHA-256), lets the server run one query, and says
 * goodbye. Throws ProbeFailure.
 */
export async function runQuery(session: Session, query: string): Promise<void> {
  const { measurement, socket, login } = session;
  try {
    await authenticate(session);
    socket.write(messageOf("Q", textsOf(query)));
    await receive(measurement, socket, {
      take: (received) => answerIn(received, "query").find(isReady),
      maxBytes,
    });
  } catch (error) {
    throw error instanceof ProbeFailure ? withoutSecret(error, login.password) : error;
  }
  socket.write(messageOf("X", Buffer.alloc(0)));
}

async function authenticate(session: Session): Promise<void> {
  const { measurement, socket, login } = session;
  const { user, database } = login;
  const protocol3 = Buffer.from([0, 3, 0, 0]);
  const parameters = textsOf("user", user, "database", database, "application_name", "nines", "");
  socket.write(messageOf("", Buffer.concat([protocol3, parameters])));
  let scram: Scram | null = null;
  for (;;) {
    const messages = await receive(measurement, socket, { take: takeTurn, maxBytes });
    const last = messages.at(-1);
    if (last === undefined || isReady(last)) {
      // SCRAM is mutual: who lets us in without the proof does not know the password.
      const final = messages.find((message) => demandOf(message) === demands.saslFinal);
      const proof = final === undefined ? "" : textAfterDemand(final);
      if (scram === null || scram.isServerFinal(proof)) return;
      throw failed("handshake-failed", "the server does not prove that it knows the password");
    }
    const reply = await replyTo(last, session, scram);
    socket.write(messageOf("p", reply.payload));
    scram = reply.scram;
  }
}

/** What an authentication message asks for. */
const demands = { none: 0, password: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 };

function demandOf({ type, payload }: Message): number | null {
  return type === "R" && payload.length >= 4 ? payload.readUInt32BE(0) : null;
}

function textAfterDemand({ payload }: Message): string {
  return payload.toString("utf8", 4);
}

function isReady({ type }: Message): boolean {
  return type === "Z";
}

/** All messages up to the one after which the server waits for us, or undefined. */
function takeTurn(received: Buffer): readonly Message[] | undefined {
  const messages = answerIn(received, "login");
  const last = messages.at(-1);
  if (last === undefined) return undefined;
  const demand = demandOf(last);
  const isOurTurn =
    isReady(last) || (demand !== null && demand !== demands.none && demand !== demands.saslFinal);
  return isOurTurn ? messages : undefined;
}

/** A SCRAM conversation: our first words, and the judge of the server's last. */
type Scram = {
  readonly clientFirst: string;
  readonly clientNonce: string;
  readonly isServerFinal: (serverFinal: string) => boolean;
};

type Reply = { readonly payload: Buffer; readonly scram: Scram | null };

async function replyTo(message: Message, session: Session, scram: Scram | null): Promise<Reply> {
  const { user, password } = session.login;
  const demand = demandOf(message);
  const text = textAfterDemand(message);
  if (demand === demands.password) {
    if (session.isSecured) return { payload: textsOf(password), scram };
    throw unknown("not-configured", "the server wants the password in the clear; switch tls on");
  }
  if (demand === demands.md5 && message.payload.length === 8) {
    const inner = md5(Buffer.from(password + user));
    const outer = md5(Buffer.concat([Buffer.from(inner), message.payload.subarray(4)]));
    return { payload: textsOf(`md5${outer}`), scram };
  }
  if (demand === demands.sasl && text.split("\0").includes("SCRAM-SHA-256")) return beginScram();
  if (demand === demands.saslContinue && scram !== null) {
    const answer = await scramAnswer({ ...scram, password, serverFirst: text });
    if (answer === null) throw failed("malformed-response", "not a SCRAM-SHA-256 challenge");
    const { clientFinal, isServerFinal } = answer;
    return { payload: Buffer.from(clientFinal), scram: { ...scram, isServerFinal } };
  }
  throw unknown("not-configured", `the server wants a login of kind ${demand}`);
}

function beginScram(): Reply {
  const clientNonce = randomBytes(18).toString("base64");
  const clientFirst = `n=,r=${clientNonce}`;
  const first = Buffer.from(`n,,${clientFirst}`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(first.length);
  const payload = Buffer.concat([textsOf("SCRAM-SHA-256"), length, first]);
  return { payload, scram: { clientFirst, clientNonce, isServerFinal: () => false } };
}

function md5(data: Buffer): string {
  return createHash("md5").update(data).digest("hex");
}

/** The complete messages so far. Throws for an error among them, and for what is no message. */
function answerIn(received: Buffer, stage: Stage): readonly Message[] {
  const messages: Message[] = [];
  for (let offset = 0; offset + 5 <= received.length;) {
    const type = received.toString("latin1", offset, offset + 1);
    const length = received.readUInt32BE(offset + 1);
    if (!/^[A-Za-z0-9]$/.test(type) || length < 4 || length > maxBytes) {
      throw failed("malformed-response", "not a message of PostgreSQL");
    }
    const end = offset + 1 + length;
    if (end > received.length) break;
    const message = { type, payload: received.subarray(offset + 5, end) };
    if (type === "E") throw serverFailure(message.payload, stage);
    messages.push(message);
    offset = end;
  }
  return messages;
}

/** Text of an ErrorResponse: fields of a letter and a text, each ended by a zero. */
function serverFailure(payload: Buffer, stage: Stage): ProbeFailure {
  const fields = new Map<string, string>();
  for (const field of payload.toString("utf8").split("\0")) {
    if (field !== "") fields.set(field.slice(0, 1), field.slice(1));
  }
  const state = fields.get("C") ?? "";
  const known = byState.find(([start]) => state.startsWith(start));
  return complaintFailure(known?.[1], stage, `${state} ${fields.get("M") ?? ""}`.trim());
}

/** By SQLSTATE, the longest beginning first. */
const byState: readonly (readonly [string, Verdict])[] = [
  ["42501", noRight], // no right to this table
  ["53300", full],
  ["57P03", ["failed", "handshake-failed"]], // starting up, shutting down, in recovery
  ["28", noAccess], // wrong user or password, not in pg_hba.conf
  ["3D", ourRequest], // unknown database
  ["42", ourRequest], // syntax, unknown table
  ["53", ["failed", "server-error"]], // no memory, no disk
  ["58", ["failed", "server-error"]], // the server's system
  ["XX", ["failed", "server-error"]], // the server's internals
];

/**
 * Throws what an ErrorResponse says that comes before anything else was agreed; undefined
 * while it is incomplete. A server in need may also write plain text after the letter.
 */
export function takeEarlyComplaint(received: Buffer): undefined {
  if (received.length < 5) return undefined;
  const length = received.readUInt32BE(1);
  if (length > 8000) throw failed("handshake-failed", received.toString("utf8", 1));
  answerIn(received, "login");
  return undefined;
}

/** Letter (none for the first message), length, payload. */
function messageOf(type: string, payload: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + payload.length);
  return Buffer.concat([Buffer.from(type, "latin1"), length, payload]);
}

/** Each text with its final zero. */
function textsOf(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(""));
}
