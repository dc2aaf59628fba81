import { createHmac } from "node:crypto";
import type { Message } from "../core/message.ts";
import { postToRobot } from "./answer-code.ts";
import type { Channel } from "./channel.ts";
import { lineOf, memberLines, openWord, shortened, toneOf } from "./chat-text.ts";

/** The robot takes 20 KB with signature and all. */
const MAX_CARD_BYTES = 19_000;

const TEMPLATES = { critical: "red", warning: "orange", info: "blue", resolved: "green" } as const;

const ANSWERS = {
  // Older robots answer by StatusCode alone.
  fields: ["code", "StatusCode"],
  busy: [11232, 230020, 99991400],
  refusals: {
    9499: "the form is wrong",
    19001: "no such robot",
    19021: "the signature is wrong, or its time is",
    19022: "this address may not send",
    19024: "a keyword is missing",
  },
};

/** A card. All its texts are plain, so no name can be markup. */
export const feishu: Channel<"feishu"> = {
  perMinute: 100,
  send: ({ clock }, { url, secret }, { message }) => {
    const fits = (told: Message) =>
      Buffer.byteLength(JSON.stringify(cardOf(told))) <= MAX_CARD_BYTES;
    const card = cardOf(shortened(message, fits));
    const signed = secret === undefined ? {} : signatureOf(secret, clock.nowMs());
    const body = JSON.stringify({ ...signed, msg_type: "interactive", card });
    return postToRobot({ url, body }, ANSWERS);
  },
};

/** The key is the text, and what it signs is empty. */
function signatureOf(secret: string, nowMs: number) {
  const timestamp = String(Math.floor(nowMs / 1000));
  const sign = createHmac("sha256", `${timestamp}\n${secret}`).update("").digest("base64");
  return { timestamp, sign };
}

const plain = (content: string) => ({ tag: "plain_text", content });

function cardOf(message: Message) {
  const { title, summary, facts, url, id } = message;
  const told = memberLines(message, lineOf);
  const fields = facts.map(({ label, value }) => ({
    is_short: true,
    text: plain(`${lineOf(label)}: ${lineOf(value)}`),
  }));
  return {
    config: { wide_screen_mode: true },
    header: { template: TEMPLATES[toneOf(message)], title: plain(lineOf(title)) },
    elements: [
      ...(summary === "" ? [] : [{ tag: "div", text: plain(lineOf(summary)) }]),
      ...(fields.length === 0 ? [] : [{ tag: "div", fields }]),
      ...(told.length === 0 ? [] : [{ tag: "div", text: plain(told.join("\n")) }]),
      ...(url === null
        ? []
        : [
            {
              tag: "action",
              actions: [{ tag: "button", type: "primary", text: plain(openWord(message)), url }],
            },
          ]),
      { tag: "note", elements: [plain(id)] },
    ],
  };
}
