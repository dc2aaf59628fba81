import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Message } from "./core/message.ts";
import { testMessageOf } from "./core/message-text.ts";
import { InvalidInputError } from "./errors.ts";
import type { SendDeps, Sent } from "./notify/channel.ts";
import { sendMessage } from "./notify/index.ts";

type TestDeps = {
  readonly clock: Clock;
  readonly config: Config;
  readonly saveLetter: SendDeps["saveLetter"];
};

type Tested = {
  readonly message: Message;
  readonly sent: Sent;
  readonly tookMs: number;
};

/** Throws InvalidInputError, with the channels there are. */
export function requireChannel({ channels }: Pick<Config, "channels">, id: string) {
  const channel = channels.find((one) => one.id === id);
  if (channel !== undefined) return channel;
  const known = channels.map((one) => one.id).join(", ");
  const hint =
    known === "" ? "the configuration has no channels" : `the configuration has ${known}`;
  const message = `"${id}" is no channel; ${hint}`;
  throw new InvalidInputError([{ place: "CHANNEL", message }]);
}

/**
 * Sends a test message by a channel, now and once: past the queue, and without a trace but the
 * letter of an inbox. Throws InvalidInputError for a channel that is not configured.
 */
export async function testChannel(
  { clock, config, saveLetter }: TestDeps,
  id: string,
): Promise<Tested> {
  const settings = requireChannel(config, id);
  const { publicUrl, timeZone } = config;
  const about = { channel: id, atMs: clock.nowMs(), publicUrl, timeZone };
  const message = testMessageOf(about, settings.lang ?? "en");
  const startMs = clock.monotonicMs();
  const sent = await sendMessage({ clock, saveLetter }, settings, { message, reference: null });
  return { message, sent, tookMs: clock.monotonicMs() - startMs };
}
