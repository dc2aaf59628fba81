import { z } from "zod";
import { parseJson } from "../core/parse-json.ts";
import type { Message } from "../core/message.ts";
import type { Channel } from "./channel.ts";
import { memberLines, shortened } from "./chat-text.ts";
import { postMessage } from "./http.ts";
import { isLasting } from "./wording.ts";

const HOUR_MS = 3_600_000;
/**
 * Alertmanager ends an alert without an end after its resolve_timeout, five minutes by default:
 * it expects to be told again and again. An open one is told once, so it says when it may be
 * forgotten should its end never come.
 */
const OPEN_MS = 30 * 24 * HOUR_MS;
/** What only happened is over by itself. */
const NOTICE_MS = HOUR_MS;
const DESCRIPTION = 8_000;

const ALERT_NAMES = {
  outage: "NinesOutage",
  burn: "NinesBurn",
  breach: "NinesBreach",
  "month-closed": "NinesMonthClosed",
  "credit-owed": "NinesCreditOwed",
  maintenance: "NinesMaintenance",
  blind: "NinesBlind",
  channel: "NinesChannel",
  test: "NinesTest",
} as const satisfies Record<Message["topic"], string>;

type Labels = Readonly<Record<string, string>>;

/** An alert by the API v2 of Alertmanager. */
export const alertmanager: Channel<"alertmanager"> = {
  send: async ({ clock }, { url, token }, { message, reference }) => {
    const told = reference === null ? null : readLabels(reference);
    const labels = labelsOf(message, told);
    const alerts = [alertOf(message, labels, endOf(message, clock.nowMs()))];
    // Routes go by the severity: with another one it is another alert, and the old one ends.
    if (told !== null && told["severity"] !== labels["severity"]) {
      alerts.unshift(alertOf(message, told, atLeast(message.since, message.at)));
    }
    const sent = await postMessage({
      url: `${url.replace(/\/+$/, "")}/api/v2/alerts`,
      body: JSON.stringify(alerts),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return sent.outcome === "sent" ? { ...sent, reference: JSON.stringify(labels) } : sent;
  },
};

/**
 * What Alertmanager knows an alert by. All messages of a thread keep the first one's labels, but
 * for the severity: an outage that grows over a second region has no region any more, and its end
 * must meet the alert that was raised.
 */
function labelsOf(message: Message, told: Labels | null): Labels {
  const { topic, severity, thread, id } = message;
  if (isLasting(message) && told !== null) return { ...told, severity };
  return {
    ...message.labels,
    alertname: ALERT_NAMES[topic],
    severity,
    topic,
    thread,
    ...(isLasting(message) ? {} : { message: id }),
  };
}

const labelsSchema = z.record(z.string(), z.string());

function readLabels(reference: string): Labels | null {
  const parsed = labelsSchema.safeParse(parseJson(reference));
  return parsed.success ? parsed.data : null;
}

function endOf(message: Message, nowMs: number): string {
  const { status, since, until, at } = message;
  if (status === "resolved") return atLeast(since, until ?? at);
  return new Date(nowMs + (isLasting(message) ? OPEN_MS : NOTICE_MS)).toISOString();
}

/** An end before the start is refused. */
function atLeast(since: string, until: string): string {
  return Date.parse(until) < Date.parse(since) ? since : until;
}

function alertOf(message: Message, labels: Labels, endsAt: string) {
  const { title, level, url, since, id } = message;
  return {
    labels,
    annotations: {
      summary: title,
      description: descriptionOf(message),
      message: id,
      ...(level === null ? {} : { level }),
      ...(url === null ? {} : { url }),
    },
    startsAt: since,
    endsAt,
    ...(url === null ? {} : { generatorURL: url }),
  };
}

function descriptionOf(message: Message): string {
  return linesOf(shortened(message, (shorter) => linesOf(shorter).length <= DESCRIPTION));
}

function linesOf(message: Message): string {
  const { summary, facts } = message;
  return [
    summary,
    ...facts.map(({ label, value }) => `${label}: ${value}`),
    ...memberLines(message, (member) => member).map((line) => `- ${line}`),
  ]
    .filter((line) => line !== "")
    .join("\n");
}
