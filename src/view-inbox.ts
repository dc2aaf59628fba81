import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Actor } from "./core/access.ts";
import type { InboxModel } from "./core/inbox-view.ts";
import { compareText } from "./core/subject.ts";
import type { Queryable } from "./store/connect.ts";
import { countUnread, listLetters } from "./store/letters.ts";

const MOST_LETTERS = 200;

/** The reader's letters, those that are new to them first. */
export async function viewInbox(
  deps: {
    readonly db: Queryable;
    readonly clock: Pick<Clock, "nowMs">;
    readonly config: Pick<Config, "timeZone">;
  },
  filter: InboxModel["filter"],
  actor: Actor,
): Promise<InboxModel> {
  const { db, clock, config } = deps;
  const query = { after: undefined, limit: MOST_LETTERS };
  const fresh = await listLetters(db, actor, { ...query, unread: true });
  const newest = await listLetters(db, actor, { ...query, unread: false });
  const read = newest.filter(({ readAtMs }) => readAtMs !== null);
  const all = [...fresh.toReversed(), ...(filter.unread ? [] : read.toReversed())];
  const known = [...fresh, ...read].map(({ message }) => message.topic);
  return {
    nowMs: clock.nowMs(),
    timeZone: config.timeZone,
    filter,
    topics: [...new Set(known)].toSorted(compareText),
    letters: all
      .filter(({ message }) => filter.topic === null || message.topic === filter.topic)
      .map(({ id, atMs, readAtMs, message }) => ({ id, atMs, isNew: readAtMs === null, message })),
    unread: await countUnread(db, actor),
    last: newest.at(-1)?.id ?? 0,
    isCut: newest.length === MOST_LETTERS || fresh.length === MOST_LETTERS,
  };
}
