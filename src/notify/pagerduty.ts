import type { Message } from "../core/message.ts";
import type { Answer } from "../post.ts";
import type { Channel, Sent } from "./channel.ts";
import { shortened } from "./chat-text.ts";
import { postMessage } from "./http.ts";
import { cut, isLasting } from "./wording.ts";

const DEFAULT_URL = "https://events.pagerduty.com/v2/enqueue";
const MAX_SUMMARY = 1_024;
/** An event may have 512 KB. */
const MAX_BYTES = 500_000;
/** It asks for a pause of some minutes, and names no time. */
const BUSY_MS = 120_000;

/** An event by PagerDuty's Events API v2; all messages of a thread are about one alert. */
export const pagerduty: Channel<"pagerduty"> = {
  send: (_deps, { routingKey, url = DEFAULT_URL }, { message }) => {
    const bodyOf = (shown: Message) => JSON.stringify(eventOf(routingKey, shown));
    const shown = shortened(message, (shorter) => Buffer.byteLength(bodyOf(shorter)) <= MAX_BYTES);
    return postMessage({ url, body: bodyOf(shown) }, undefined, judgeRefusal);
  },
};

function judgeRefusal({ status, retryAfterMs }: Answer): Sent | null {
  if (status === 400) {
    const detail = "status 400: it refuses the event; compare the routing key";
    return { outcome: "permanent", detail };
  }
  if (status !== 429) return null;
  return { outcome: "temporary", detail: "status 429", retryAfterMs: retryAfterMs ?? BUSY_MS };
}

function eventOf(routingKey: string, message: Message) {
  const { status, thread, id, url, labels, topic, at, title, severity } = message;
  const { product, region } = labels;
  return {
    routing_key: routingKey,
    // A second trigger with a key is noted in the alert and pages nobody.
    event_action: status === "resolved" ? "resolve" : "trigger",
    dedup_key: isLasting(message) ? thread : id,
    payload: {
      summary: cut(title, MAX_SUMMARY),
      source: sourceOf(labels),
      // What stands alone needs no one to get up.
      severity: isLasting(message) ? severity : "info",
      timestamp: at,
      class: topic,
      ...(product === undefined ? {} : { component: product }),
      ...(region === undefined ? {} : { group: region }),
      custom_details: detailsOf(message),
    },
    client: "nines",
    ...(url === null ? {} : { client_url: url, links: [{ href: url, text: "nines" }] }),
  };
}

function sourceOf({ subject, account, product, region }: Message["labels"]): string {
  const place =
    subject ?? [account, product, region].filter((part) => part !== undefined).join("/");
  return place === "" ? "nines" : place;
}

function detailsOf({ summary, facts, members, more, level, since, until, id }: Message) {
  return {
    summary,
    facts: Object.fromEntries(facts.map(({ label, value }) => [label, value])),
    members,
    ...(more === 0 ? {} : { more }),
    ...(level === null ? {} : { level }),
    since,
    ...(until === null ? {} : { until }),
    message: id,
  };
}
