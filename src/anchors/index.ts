import type { AnchoredSeal, AnchorKind, AnchorOf, AnchorWriter } from "./anchor.ts";
import { file } from "./file.ts";
import { rfc3161 } from "./rfc3161.ts";
import { webhook } from "./webhook.ts";

type Writers = { readonly [Kind in AnchorKind]: AnchorWriter<AnchorOf<Kind>> };

/** Every kind of place that seals are given to. To add one: its file, its schema, its line here. */
const writers: Writers = { file, webhook, rfc3161 };

/** Gives a seal to one place; resolves with the receipt. Throws when the place did not take it. */
export function writeAnchor<Kind extends AnchorKind>(
  anchor: AnchorOf<Kind> & { readonly kind: Kind },
  seal: AnchoredSeal,
): Promise<Buffer> {
  return writers[anchor.kind].write(anchor, seal);
}

/** What is wrong with the receipt that a place of this kind gave for a seal; null when nothing is. */
export function checkReceipt(kind: string, receipt: Buffer, seal: AnchoredSeal): string | null {
  const writer = Object.entries(writers).find(([known]) => known === kind)?.[1];
  return writer === undefined
    ? `"${kind}" is no kind of anchor`
    : writer.checkReceipt(receipt, seal);
}
