import type { Message } from "../../src/core/message.ts";

/** A message of an outage that began; a test changes what it is about. */
export function testMessage(changes: Partial<Message> = {}): Message {
  return {
    id: "nines-message-17",
    thread: "nines-thread-4",
    status: "opened",
    topic: "outage",
    severity: "critical",
    level: "P1",
    lang: "en",
    title: "ECS in cn-beijing does not answer",
    summary: "3 instances of ECS in cn-beijing have not answered since 08:00.",
    facts: [
      { label: "Level", value: "P1" },
      { label: "Respond by", value: "08:20" },
    ],
    members: ["ecs/cn-beijing/i-1", "ecs/cn-beijing/i-2"],
    more: 0,
    url: "https://nines.example.com/malfunctions/7",
    at: "2026-10-01T08:05:12.345Z",
    since: "2026-10-01T08:00:00.000Z",
    until: null,
    labels: { product: "ecs", region: "cn-beijing", account: "main" },
    ...changes,
  };
}
