import type { Lang, Message, MessageFacts } from "./message.ts";

/** The message that tells of some events, in one language. */
export function messageOf(facts: MessageFacts, lang: Lang): Message {
  return {
    id: `nines-message-${facts.id}`,
    thread: `nines-thread-${facts.thread}`,
    status: facts.status,
    topic: facts.topic,
    severity: "info",
    level: facts.malfunction?.malfunction.level ?? null,
    lang,
    title: facts.topic,
    summary: "",
    facts: [],
    members: facts.openMembers,
    more: 0,
    url: facts.publicUrl,
    at: new Date(facts.events.at(-1)?.atMs ?? facts.openedAtMs).toISOString(),
    since: new Date(facts.openedAtMs).toISOString(),
    until: null,
    labels: {},
  };
}
