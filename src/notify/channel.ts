import type { ChannelKind, ChannelSettings } from "../core/channel-schema.ts";
import type { Clock } from "../clock.ts";
import type { Message } from "../core/message.ts";

export type ChannelOf<Kind extends ChannelKind> = Extract<ChannelSettings, { readonly kind: Kind }>;

/** What became of an attempt. No detail holds a secret, nor an address that may hold one. */
export type Sent =
  | {
      readonly outcome: "sent";
      /** What the channel calls the message's thread, to answer in the same place; null: nothing. */
      readonly reference: string | null;
      readonly detail: string;
    }
  /** To be tried again, not before `retryAfterMs` when the receiver says so. */
  | { readonly outcome: "temporary"; readonly detail: string; readonly retryAfterMs: number | null }
  /** Trying again is of no use: wrong address, key or form. */
  | { readonly outcome: "permanent"; readonly detail: string };

export type SendDeps = {
  readonly clock: Pick<Clock, "nowMs">;
  /** Puts a letter into the inbox; a second one of the same message changes nothing. */
  readonly saveLetter: (channel: string, message: Message) => Promise<void>;
};

/** One kind of channel. Throws nothing: what goes wrong is an outcome. */
export type Channel<Kind extends ChannelKind> = {
  readonly send: (
    deps: SendDeps,
    settings: ChannelOf<Kind>,
    input: {
      readonly message: Message;
      /** What an earlier message of the thread was given; null for the first. */
      readonly reference: string | null;
    },
  ) => Promise<Sent>;
  /** Messages that the receiver takes in a minute; what is more goes into a digest. */
  readonly perMinute?: number;
};
