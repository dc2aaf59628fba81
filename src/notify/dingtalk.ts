import type { Channel } from "./channel.ts";

export const dingtalk: Channel<"dingtalk"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
