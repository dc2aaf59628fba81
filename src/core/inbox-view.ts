import type { Message } from "./message.ts";

export type InboxLetter = {
  readonly id: number;
  readonly atMs: number;
  readonly isNew: boolean;
  readonly message: Message;
};

export type InboxModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly filter: { readonly topic: string | null; readonly unread: boolean };
  /** What is there to choose from. */
  readonly topics: readonly string[];
  /** New ones first, the newest before the others. */
  readonly letters: readonly InboxLetter[];
  /** Of all letters that the reader may read. */
  readonly unread: number;
  /** The newest letter's id; 0 without any. */
  readonly last: number;
  /** Older letters than these are not shown. */
  readonly isCut: boolean;
};
