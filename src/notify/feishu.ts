import type { Channel } from "./channel.ts";

export const feishu: Channel<"feishu"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
