import type { ChannelKind, ChannelSettings } from "../core/channel-schema.ts";
import type { Message } from "../core/message.ts";
import { alertmanager } from "./alertmanager.ts";
import type { Channel, ChannelOf, SendDeps, Sent } from "./channel.ts";
import { dingtalk } from "./dingtalk.ts";
import { email } from "./email.ts";
import { feishu } from "./feishu.ts";
import { inbox } from "./inbox.ts";
import { pagerduty } from "./pagerduty.ts";
import { slack } from "./slack.ts";
import { sms } from "./sms.ts";
import { webhook } from "./webhook.ts";
import { wecom } from "./wecom.ts";

type Channels = { readonly [Kind in ChannelKind]: Channel<Kind> };

/** Every kind of channel. To add one: its file, its settings in core, its line here. */
const channels: Channels = {
  webhook,
  slack,
  dingtalk,
  feishu,
  wecom,
  email,
  sms,
  alertmanager,
  pagerduty,
  inbox,
};

/** Sends a message by a channel, once. Throws nothing. */
export async function sendMessage<Kind extends ChannelKind>(
  deps: SendDeps,
  settings: ChannelOf<Kind> & { readonly kind: Kind },
  input: { readonly message: Message; readonly reference: string | null },
): Promise<Sent> {
  try {
    return await channels[settings.kind].send(deps, settings, input);
  } catch (error) {
    // A fault of ours must not stop the others.
    const detail = error instanceof Error ? error.name : "failed";
    return { outcome: "temporary", detail, retryAfterMs: null };
  }
}

/** Messages that a channel takes in a minute; null for as many as there are. */
export function limitOf({ kind }: ChannelSettings): number | null {
  return channels[kind].perMinute ?? null;
}
