import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { ChannelKind } from "../../src/core/channel-schema.ts";
import type { Message } from "../../src/core/message.ts";
import type { Channel, ChannelOf, SendDeps, Sent } from "../../src/notify/channel.ts";
import { testClock } from "../helpers/clock.ts";
import { startHttpServer, type HttpServer, type SeenRequest } from "../helpers/http-server.ts";

/** A message of an outage, as it begins. */
export function chatMessage(changes: Partial<Message> = {}): Message {
  return {
    id: "nines-message-17",
    thread: "nines-thread-4",
    status: "opened",
    topic: "outage",
    severity: "critical",
    level: "P1",
    lang: "en",
    title: "OSS in cn-hangzhou: 3 targets fail since 10:04",
    summary: "3 of 9 targets without an answer. Most often: timeout.",
    facts: [
      { label: "Level", value: "P1" },
      { label: "Acknowledge by", value: "10:19" },
    ],
    members: ["shop-oss", "shop_oss_2", "logs"],
    more: 0,
    url: "https://nines.example/malfunctions/7",
    at: "2026-03-02T02:04:30.000Z",
    since: "2026-03-02T02:04:00.000Z",
    until: null,
    labels: { product: "oss", region: "cn-hangzhou" },
    ...changes,
  };
}

/** Names that would be a link, a mention or emphasis if a chat program read them as markup. */
export const FORGERIES = [
  "<b>",
  "**x**",
  "__x__",
  "[a](https://evil.example)",
  "![a](https://evil.example/a.png)",
  "<https://evil.example|a>",
  "<!channel>",
  "<@all>",
  "@all",
  "@channel",
  '<at id="all"></at>',
  '<font color="warning">x</font>',
  "&lt;@all&gt;",
  "`x`",
  "x\n# y",
  "x\r\n[y](https://evil.example)",
  "\\",
];

/** All a message's texts say the same. */
export function messageSaying(text: string): Message {
  return chatMessage({
    title: text,
    summary: text,
    facts: [{ label: text, value: text }],
    members: [text],
  });
}

export type Receiver = HttpServer & {
  /** What the only request said, as JSON. */
  readonly body: () => unknown;
  readonly headers: () => IncomingHttpHeaders;
};

export async function startReceiver(
  answer: (request: SeenRequest, response: ServerResponse) => unknown,
): Promise<Receiver> {
  const server = await startHttpServer(answer);
  const only = (): SeenRequest => {
    const [request, ...others] = server.seen;
    if (request === undefined || others.length > 0) {
      throw new Error(`asked ${server.seen.length} times`);
    }
    return request;
  };
  return {
    ...server,
    body: () => JSON.parse(only().body.toString()),
    headers: () => only().headers,
  };
}

export const NOW_MS = Date.UTC(2026, 2, 2, 2, 4, 31);

/** Sends by a channel at `NOW_MS`, or at another time. */
export function sendBy<Kind extends ChannelKind>(
  channel: Channel<Kind>,
  settings: Omit<ChannelOf<Kind>, "id" | "kind">,
  { message = chatMessage(), nowMs = NOW_MS }: { message?: Message; nowMs?: number } = {},
): Promise<Sent> {
  const deps: SendDeps = {
    clock: testClock(nowMs),
    saveLetter: () => Promise.reject(new Error("no letter is written here")),
  };
  return channel.send(deps, settings as ChannelOf<Kind>, { message, reference: null });
}
