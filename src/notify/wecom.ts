import type { Message } from "../core/message.ts";
import { postToRobot } from "./answer-code.ts";
import type { Channel } from "./channel.ts";
import { markdownOf, shortened } from "./chat-text.ts";

const MAX_CONTENT_BYTES = 4096;

const ANSWERS = {
  fields: ["errcode"],
  busy: [-1, 45009, 45033],
  refusals: {
    40008: "no such kind of message",
    40058: "the form is wrong, or it is too long",
    45002: "too long",
    93000: "no such robot",
    93004: "the robot is switched off",
    93008: "the robot is not in the group",
  },
};

/** A robot's message in Markdown. */
export const wecom: Channel<"wecom"> = {
  perMinute: 20,
  send: (_deps, { url }, { message }) => {
    const content = markdownOf(shortened(message, fits));
    const body = JSON.stringify({ msgtype: "markdown", markdown: { content } });
    return postToRobot({ url, body }, ANSWERS);
  },
};

function fits(message: Message): boolean {
  return Buffer.byteLength(markdownOf(message)) <= MAX_CONTENT_BYTES;
}
