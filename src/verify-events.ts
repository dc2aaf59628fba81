import type { Queryable } from "./store/connect.ts";
import { hashEvent, pageEvents } from "./store/events.ts";

const PAGE = 1_000;

/** Whether the events are whole and in their order. Gives the first broken place, else null. */
export async function verifyEvents(tx: Queryable): Promise<string | null> {
  let id = 0;
  let previousHash: Buffer = Buffer.alloc(0);
  for (;;) {
    // From below the first: one that was put before it is wrong too.
    const after = id === 0 ? Number.MIN_SAFE_INTEGER : id;
    const page = await pageEvents(tx, { after, limit: PAGE });
    for (const event of page) {
      if (event.id !== id + 1) return `event ${id + 1} is missing`;
      const follows = event.previousHash.equals(previousHash);
      if (!follows) return `event ${event.id} does not follow the one before it`;
      if (!event.isWhole || !hashEvent(previousHash, event).equals(event.hash)) {
        return `event ${event.id}: its hash does not match what it holds`;
      }
      ({ id, hash: previousHash } = event);
    }
    if (page.length < PAGE) return null;
  }
}
