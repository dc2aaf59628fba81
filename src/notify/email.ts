import { sha256Hex } from "../acs3-signature.ts";
import type { Message } from "../core/message.ts";
import type { Channel, ChannelOf } from "./channel.ts";
import { lineOf } from "./chat-text.ts";
import { mailParts } from "./mail-body.ts";
import { sendMail } from "./send-mail.ts";
import { cut, statusWord } from "./wording.ts";

type Settings = ChannelOf<"email">;

/** Mail by SMTP. */
export const email: Channel<"email"> = {
  send: async ({ clock }, settings, { message, reference }) => {
    const messageId = messageIdOf(settings, message);
    const sent = await sendMail(settings, {
      to: settings.to,
      subject: subjectOf(message),
      ...mailParts(message),
      messageId,
      inReplyTo: reference,
      atMs: clock.nowMs(),
      headers: { "X-Nines-Message-Id": message.id },
      attachments: [],
    });
    switch (sent.outcome) {
      case "sent":
        return { outcome: "sent", reference: reference ?? messageId, detail: sent.detail };
      case "temporary":
        return { outcome: "temporary", detail: sent.detail, retryAfterMs: sent.retryAfterMs };
      case "permanent":
        return { outcome: "permanent", detail: sent.detail };
    }
  },
};

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
