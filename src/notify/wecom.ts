import type { Channel } from "./channel.ts";

export const wecom: Channel<"wecom"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
