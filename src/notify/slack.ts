import type { Message } from "../core/message.ts";
import type { Answer } from "../post.ts";
import type { Channel, Sent } from "./channel.ts";
import { inertMarkup, memberLines, shortened, toneOf } from "./chat-text.ts";
import { postMessage } from "./http.ts";

/** Mattermost takes attachments of 7900 characters; bytes are never fewer. */
const MAX_BODY_BYTES = 7500;
/** Slack cuts an attachment's longer text itself. */
const MAX_TEXT_CHARACTERS = 2000;

const COLOURS = {
  critical: "#d50200",
  warning: "#de9e31",
  info: "#439fe0",
  resolved: "#2eb886",
} as const;

/** Slack's own words for what another try does not mend. */
const REFUSALS = new Set([
  "invalid_payload",
  "no_text",
  "user_not_found",
  "channel_not_found",
  "channel_is_archived",
  "action_prohibited",
  "posting_to_general_channel_denied",
  "too_many_attachments",
  "invalid_blocks",
  "invalid_token",
  "no_service",
  "no_service_id",
  "no_active_hooks",
  "no_team",
  "team_disabled",
]);

/**
 * An attachment, which Slack, Mattermost and their like all show, with its colour. A webhook cannot
 * answer in a thread.
 */
export const slack: Channel<"slack"> = {
  // Slack takes one message a second.
  perMinute: 60,
  send: (_deps, { url }, { message }) => {
    const body = JSON.stringify(payloadOf(shortened(message, fits)));
    return postMessage({ url, body }, judge, judge);
  },
};

function fits(message: Message): boolean {
  const payload = payloadOf(message);
  return (
    Buffer.byteLength(JSON.stringify(payload)) <= MAX_BODY_BYTES &&
    payload.attachments.every(({ text }) => text.length <= MAX_TEXT_CHARACTERS)
  );
}

function payloadOf(message: Message) {
  const { title, summary, facts, url, id } = message;
  const told = memberLines(message, (member) => `• ${escaped(member)}`);
  const attachment = {
    fallback: escaped(summary === "" ? title : `${title}: ${summary}`),
    color: COLOURS[toneOf(message)],
    title: escaped(title),
    ...(url === null ? {} : { title_link: url }),
    text: [escaped(summary), ...told].filter((line) => line !== "").join("\n"),
    fields: facts.map(({ label, value }) => ({
      title: escaped(label),
      value: escaped(value),
      short: value.length <= 40,
    })),
    footer: id,
    mrkdwn_in: [],
  };
  return { attachments: [attachment] };
}

/** Slack escapes three characters and no others; Mattermost reads Markdown and @all besides. */
function escaped(text: string): string {
  return inertMarkup(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function judge({ body }: Answer): Sent | null {
  const said = body.toString().trim();
  return REFUSALS.has(said) ? { outcome: "permanent", detail: `refused: ${said}` } : null;
}
