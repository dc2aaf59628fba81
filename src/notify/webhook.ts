import type { Channel } from "./channel.ts";

export const webhook: Channel<"webhook"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
