import type { Channel } from "./channel.ts";

export const sms: Channel<"sms"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
