import { createTransport } from "nodemailer";
import { z } from "zod";
import { sha256Hex } from "../acs3-signature.ts";
import type { Message } from "../core/message.ts";
import type { Channel, ChannelOf, Sent } from "./channel.ts";
import { lineOf } from "./chat-text.ts";
import { mailParts } from "./mail-body.ts";
import { cut, statusWord } from "./wording.ts";

type Settings = ChannelOf<"email">;

const CONNECT_MS = 10_000;
/**
 * Longer than for other channels: many servers scan a mail before they confirm it. To give up
 * earlier would send it again and again, although it has come each time.
 */
const REPLY_MS = 30_000;
const TOTAL_MS = 60_000;

/**
 * Mail by SMTP. The server's certificate is verified; an authority of one's own is added by
 * NODE_EXTRA_CA_CERTS.
 */
export const email: Channel<"email"> = {
  send: async ({ clock }, settings, { message, reference }) => {
    const transport = createTransport(connectionOf(settings));
    const messageId = messageIdOf(settings, message);
    const first = reference ?? messageId;
    try {
      const { accepted, rejectedErrors = [] } = await transport.sendMail({
        from: { name: "nines", address: settings.from },
        // As objects: in a text, a comma would begin another address.
        to: settings.to.map((address) => ({ name: "", address })),
        subject: subjectOf(message),
        messageId,
        ...(reference === null ? {} : { inReplyTo: reference, references: reference }),
        date: new Date(clock.nowMs()),
        headers: {
          "X-Nines-Message-Id": message.id,
          // Of RFC 3834, and what Exchange goes by: nobody's holiday note answers.
          "Auto-Submitted": "auto-generated",
          "X-Auto-Response-Suppress": "All",
        },
        ...mailParts(message),
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: AbortSignal.timeout(TOTAL_MS),
      });
      const refused = rejectedErrors.length;
      const detail =
        refused === 0
          ? `accepted for ${accepted.length}`
          : `accepted for ${accepted.length}, refused for ${refused}: ${shownFault(rejectedErrors[0])}`;
      return { outcome: "sent", reference: first, detail };
    } catch (error) {
      return judge(error);
    }
  },
};

function connectionOf({ server, security = "starttls", user, password }: Settings) {
  const colon = server.lastIndexOf(":");
  return {
    host: server.slice(0, colon).replace(/^\[|\]$/g, ""),
    port: Number(server.slice(colon + 1)),
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    dnsTimeout: CONNECT_MS,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: REPLY_MS,
    ...(user === undefined
      ? {}
      : // Else a server that offers no login would be given the mail without one.
        { auth: { user, pass: password ?? "" }, forceAuth: true }),
  };
}

/**
 * The same at every attempt, and another one at every other installation, also at one that began
 * anew: mail servers drop what has an id that they know.
 */
function messageIdOf({ from }: Settings, { id, thread, since }: Message): string {
  const mark = sha256Hex(`${id} ${thread} ${since}`).slice(0, 16);
  return `<${id}.${mark}@${from.slice(from.lastIndexOf("@") + 1)}>`;
}

function subjectOf(message: Message): string {
  return cut(lineOf(`[${statusWord(message)}] ${message.title}`), 160);
}

/** What is known of a failure; its message is not shown, it can hold what was sent. */
const faultSchema = z.object({
  code: z.string().default("failed"),
  originalCode: z.string().optional(),
  command: z.string().optional(),
  response: z.string().optional(),
  responseCode: z.number().optional(),
});
type Fault = z.output<typeof faultSchema>;

function faultOf(error: unknown): Fault {
  const parsed = faultSchema.safeParse(error);
  return parsed.success ? parsed.data : { code: "failed" };
}

/** Faults without a reply that another try does not mend: of the login, an address, the size. */
const ownFaults = new Set(["EAUTH", "EENVELOPE", "EMESSAGE", "ECONFIG"]);

function judge(error: unknown): Sent {
  const { code, responseCode } = faultOf(error);
  const detail = shownFault(error);
  // RFC 5321: 4xx may succeed later, 5xx will not.
  const isPermanent =
    responseCode === undefined ? ownFaults.has(code) : responseCode >= 500 && responseCode <= 599;
  return isPermanent
    ? { outcome: "permanent", detail }
    : { outcome: "temporary", detail, retryAfterMs: null };
}

function shownFault(error: unknown): string {
  const { code, originalCode, command = "CONN", response, responseCode } = faultOf(error);
  const step = command === "CONN" ? "connection" : lineOf(command);
  if (response === undefined || responseCode === undefined) {
    return `${step}: ${originalCode ?? code}`;
  }
  // What answers a login may repeat the password.
  if (step.startsWith("AUTH")) return `${step}: status ${responseCode}`;
  return cut(`${step}: ${lineOf(response)}`, 200);
}
