import type { Channel } from "./channel.ts";

export const slack: Channel<"slack"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
