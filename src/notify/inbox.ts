import type { Channel } from "./channel.ts";

export const inbox: Channel<"inbox"> = {
  send: () => Promise.resolve({ outcome: "permanent", detail: "not there yet" }),
};
