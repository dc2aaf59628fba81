import type { Config } from "./config.ts";
import { canonicalJson } from "./core/canonical-json.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import { messageOf } from "./core/message-text.ts";
import type { Message } from "./core/message.ts";
import { textAt } from "./core/message-draft.ts";
import { readMessage } from "./core/read-message.ts";
import { readFacts, type ReadFacts } from "./message-facts.ts";
import type { Queryable } from "./store/connect.ts";
import { findBodyBefore, freezeBody, type StoredMessage } from "./store/messages.ts";

type RenderDeps = { readonly db: Queryable; readonly config: Config };

/**
 * What is sent, once: every attempt sends the same. Null for what cannot be put into words, or read
 * any more; "no news" when it would only repeat what its thread has told.
 */
export async function renderMessage(
  { db, config }: RenderDeps,
  { message, settings }: { readonly message: StoredMessage; readonly settings: ChannelSettings },
): Promise<Message | "no news" | null> {
  try {
    if (message.body !== null) return readMessage(message.body);
    const told = (await readFacts({ db, config }, [message])).get(message.id);
    if (told === undefined) return null;
    const made = messageOf(told.facts, settings.lang ?? "en");
    const body = canonicalJson(made);
    if (mayRepeat(told)) {
      const before = await findBodyBefore(db, message);
      if (before !== null && newsOf(readMessage(before)) === newsOf(made)) return "no news";
    }
    return readMessage(await freezeBody(db, message.id, body));
  } catch (error) {
    // A fault of ours in one text must not hold up all that comes after it in the thread.
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Who is told of some accounts only may see nothing of what has joined a malfunction. */
function mayRepeat({ facts, accounts }: ReadFacts): boolean {
  return (
    accounts !== null &&
    facts.status === "update" &&
    facts.events.every(
      ({ kind, data }) =>
        kind === "malfunction-changed" && textAt(data, "from") === textAt(data, "to"),
    )
  );
}

function newsOf({ level, summary, facts, members, more }: Message): string {
  return JSON.stringify([level, summary, facts, members, more]);
}
