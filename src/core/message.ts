import type { Json } from "./canonical-json.ts";
import type { Level, Malfunction, MalfunctionOutage } from "./malfunction.ts";
import type { Topic } from "./topic.ts";

export type Lang = "en" | "zh";

/** Where a message stands in what is told about one thing. */
export const MESSAGE_STATUSES = [
  "opened",
  "update",
  "resolved",
  "notice",
  "digest",
  "test",
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export const SEVERITIES = ["critical", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A message as a channel is given it: in one language, and the same at every attempt. */
export type Message = {
  /** Stable, so that a receiver can drop what comes twice: "nines-message-17". */
  readonly id: string;
  /** The same for all messages about one thing: "nines-thread-4". */
  readonly thread: string;
  readonly status: MessageStatus;
  readonly topic: Topic | "test";
  readonly severity: Severity;
  /** Of a malfunction. */
  readonly level: Level | null;
  readonly lang: Lang;
  /** At most 120 characters, one line. */
  readonly title: string;
  /** One or a few sentences, plain text. */
  readonly summary: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** Whom it concerns, a line each; `more` of them are left out. */
  readonly members: readonly string[];
  readonly more: number;
  /** A page about it; null when the configuration has no `publicUrl`. */
  readonly url: string | null;
  /** RFC 3339. */
  readonly at: string;
  readonly since: string;
  readonly until: string | null;
  /** For programs: agreement, product, region, account, subject, malfunction, where there is just one. */
  readonly labels: Readonly<Record<string, string>>;
};

/** An event as texts are made of it. */
export type ToldFacts = {
  readonly kind: string;
  readonly atMs: number;
  readonly month: string | null;
  readonly account: string | null;
  readonly product: string | null;
  readonly region: string | null;
  readonly agreement: string | null;
  readonly subject: string | null;
  readonly data: Json;
};

/** What a message is made of, whatever the language. */
export type MessageFacts = {
  readonly id: number;
  readonly thread: number;
  readonly status: MessageStatus;
  readonly topic: Topic;
  /** In the order in which they happened; of a digest, those of all its messages. */
  readonly events: readonly ToldFacts[];
  /** As it is now, with the outages that the reader may see; null for other topics. */
  readonly malfunction: {
    readonly malfunction: Malfunction;
    readonly outages: readonly MalfunctionOutage[];
  } | null;
  /** For whom it is not over yet. */
  readonly openMembers: readonly string[];
  readonly openedAtMs: number;
  readonly publicUrl: string | null;
  /** Of the texts' times. */
  readonly timeZone: string;
};
