import { domainToASCII } from "node:url";
import { createTransport } from "nodemailer";
import { z } from "zod";
import type { ChannelOf, Sent } from "./channel.ts";
import { lineOf } from "./chat-text.ts";
import { cut } from "./wording.ts";

/** Where mails are handed in, and as whom. */
export type MailServer = Pick<
  ChannelOf<"email">,
  "server" | "security" | "user" | "password" | "from"
>;

export type Mail = {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With its angle brackets. */
  readonly messageId: string;
  /** Message-ID of the first mail of its thread; null for that one. */
  readonly inReplyTo: string | null;
  readonly atMs: number;
  /** Beside those that every mail of ours has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly content: Uint8Array;
  }[];
};

export type MailOutcome =
  | {
      readonly outcome: "sent";
      readonly detail: string;
      /** Those of `to` that the server did not take it for; the others will get it. */
      readonly refused: readonly string[];
      /** One of them may be taken later. */
      readonly isRefusedForNow: boolean;
    }
  | (Exclude<Sent, { readonly outcome: "sent" }> & {
      /** It may go without its attachments. */
      readonly isTooLarge: boolean;
    });

const CONNECT_MS = 10_000;
/**
 * Longer than for other channels: many servers scan a mail before they confirm it. To give up
 * earlier would send it again and again, although it has come each time.
 */
const REPLY_MS = 30_000;
const TOTAL_MS = 60_000;
/** With attachments there is more to send, and to scan. */
const LARGE_REPLY_MS = 120_000;
/** The longest that sending a mail takes. */
export const LARGE_TOTAL_MS = 240_000;

/**
 * Hands a mail to a server by SMTP. Throws nothing: what goes wrong is an outcome. The server's
 * certificate is verified; an authority of one's own is added by NODE_EXTRA_CA_CERTS.
 */
export async function sendMail(server: MailServer, mail: Mail): Promise<MailOutcome> {
  const isLarge = mail.attachments.length > 0;
  const { inReplyTo } = mail;
  try {
    const transport = createTransport(connectionOf(server, isLarge ? LARGE_REPLY_MS : REPLY_MS));
    const {
      accepted,
      rejected,
      rejectedErrors = [],
    } = await transport.sendMail({
      from: { name: "nines", address: server.from },
      // As objects: in a text, a comma would begin another address.
      to: mail.to.map((address) => ({ name: "", address })),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: mail.messageId,
      ...(inReplyTo === null ? {} : { inReplyTo, references: inReplyTo }),
      date: new Date(mail.atMs),
      headers: {
        ...mail.headers,
        // Of RFC 3834, and what Exchange goes by: nobody's holiday note answers.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
      },
      attachments: mail.attachments.map(({ filename, contentType, content }) => ({
        filename,
        contentType,
        content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      })),
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: AbortSignal.timeout(isLarge ? LARGE_TOTAL_MS : TOTAL_MS),
    });
    const lost = rejectedErrors.length;
    const detail =
      lost === 0
        ? `accepted for ${accepted.length}`
        : `accepted for ${accepted.length}, refused for ${lost}: ${shownFault(rejectedErrors[0])}`;
    const lacking = new Set(rejected.map(inOneForm));
    return {
      outcome: "sent",
      detail,
      refused: mail.to.filter((address) => lacking.has(inOneForm(address))),
      isRefusedForNow: rejectedErrors.some((error) => !isForGood(faultOf(error))),
    };
  } catch (error) {
    return judge(error);
  }
}

/** The same for an address of ours as for the one that the library makes of it: it quotes and encodes. */
function inOneForm(address: string): string {
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  const quoted = /^"(.*)"$/su.exec(address.slice(0, at))?.[1];
  const name = quoted?.replaceAll(/\\(.)/gsu, "$1") ?? address.slice(0, at);
  return `${name}@${domainToASCII(domain) || domain.toLowerCase()}`;
}

function connectionOf(
  { server, security = "starttls", user, password }: MailServer,
  replyMs: number,
) {
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
    socketTimeout: replyMs,
    ...(user === undefined
      ? {}
      : // Else a server that offers no login would be given the mail without one.
        { auth: { user, pass: password ?? "" }, forceAuth: true }),
  };
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

/** RFC 5321: exceeded storage allocation, which is what servers say of a size. */
const TOO_LARGE = 552;

/** Faults without a reply that another try does not mend: of the login, an address, the size. */
const ownFaults = new Set(["EAUTH", "EENVELOPE", "EMESSAGE", "ECONFIG"]);

function judge(error: unknown): Extract<MailOutcome, { readonly isTooLarge: boolean }> {
  const fault = faultOf(error);
  const { code, responseCode } = fault;
  const detail = shownFault(error);
  const isPermanent = isForGood(fault);
  // The library's own, of a server that says beforehand how much it takes.
  const isTooLarge = responseCode === TOO_LARGE || (isPermanent && code === "EMESSAGE");
  return isPermanent
    ? { outcome: "permanent", detail, isTooLarge }
    : { outcome: "temporary", detail, retryAfterMs: null, isTooLarge };
}

/** RFC 5321: 4xx may succeed later, 5xx will not. */
function isForGood({ code, responseCode }: Fault): boolean {
  if (responseCode === undefined) return ownFaults.has(code);
  return responseCode >= 500 && responseCode <= 599;
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
