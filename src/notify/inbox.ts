import type { Channel } from "./channel.ts";

/** Letters on the pages and in the API. They are where the messages are: nothing is far away. */
export const inbox: Channel<"inbox"> = {
  send: async ({ saveLetter }, { id }, { message }) => {
    try {
      await saveLetter(id, message);
    } catch {
      // The database's own words may name what is not for everybody.
      return { outcome: "temporary", detail: "the letter was not stored", retryAfterMs: null };
    }
    return { outcome: "sent", reference: null, detail: "in the inbox" };
  },
};
