import type { Channel } from "./channel.ts";

export const email: Channel<"email"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
