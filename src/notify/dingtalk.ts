import { createHmac } from "node:crypto";
import type { Message } from "../core/message.ts";
import { postToRobot } from "./answer-code.ts";
import type { Channel } from "./channel.ts";
import { lineOf, markdownOf, shortened } from "./chat-text.ts";

/** The robot takes 20,000; this is what one reads on a telephone. */
const MAX_TEXT_BYTES = 5000;

const ANSWERS = {
  fields: ["errcode"],
  busy: [-1, 130101, 302033, 410100],
  refusals: {
    40035: "the form is wrong",
    101002: "too long",
    310000: "against its safety settings (signature, keyword or address)",
    400013: "the group is gone",
    400101: "no such access token",
    400102: "the robot is switched off",
    400105: "no such kind of message",
    400106: "no such robot",
    460101: "too long",
  },
};

/** A robot's message in Markdown; who is called by @ is so when something critical begins. */
export const dingtalk: Channel<"dingtalk"> = {
  perMinute: 20,
  send: ({ clock }, { url, secret, mobiles = [] }, { message }) => {
    const { status, severity } = message;
    const called = status === "opened" && severity === "critical" ? mobiles : [];
    const textOf = (told: Message) => [markdownOf(told), ...callsOf(called)].join("\n\n");
    const text = textOf(
      shortened(message, (told) => Buffer.byteLength(textOf(told)) <= MAX_TEXT_BYTES),
    );
    const body = JSON.stringify({
      msgtype: "markdown",
      markdown: { title: lineOf(message.title), text },
      at: { atMobiles: called, isAtAll: false },
    });
    return postToRobot(
      { url: secret === undefined ? url : signedUrl(url, secret, clock.nowMs()), body },
      ANSWERS,
    );
  },
};

/** Only those whose number stands in the text are called. */
function callsOf(mobiles: readonly string[]): string[] {
  return mobiles.length === 0 ? [] : [mobiles.map((mobile) => `@${mobile}`).join(" ")];
}

/** Holds for an hour. */
function signedUrl(url: string, secret: string, nowMs: number): string {
  const timestamp = String(Math.floor(nowMs));
  const signed = new URL(url);
  signed.searchParams.set("timestamp", timestamp);
  signed.searchParams.set(
    "sign",
    createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64"),
  );
  return signed.href;
}
