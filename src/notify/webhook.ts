import { createHmac } from "node:crypto";
import type { Channel } from "./channel.ts";
import { postMessage } from "./http.ts";

/**
 * Sends the message as JSON, the same bytes at every attempt. The signature covers the time of the
 * attempt too, so that a receiver can refuse what somebody sends again later.
 */
export const webhook: Channel<"webhook"> = {
  send: ({ clock }, { url, secret }, { message }) => {
    const body = JSON.stringify(message);
    const timestamp = String(Math.floor(clock.nowMs() / 1000));
    const headers = {
      "x-nines-message-id": message.id,
      "idempotency-key": message.id,
      "x-nines-timestamp": timestamp,
    };
    const signed =
      secret === undefined ? {} : { "x-nines-signature": sign(secret, `${timestamp}.${body}`) };
    return postMessage({ url, body, headers: { ...headers, ...signed } });
  },
};

function sign(secret: string, text: string): string {
  return `sha256=${createHmac("sha256", secret).update(text).digest("hex")}`;
}
