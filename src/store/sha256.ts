import { hash } from "node:crypto";

/** SHA-256 over the parts as if they were one. For short parts: trees are made of very many. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  return hash("sha256", Buffer.concat(parts), "buffer");
}

/** The digest of a text as reports write it: "sha256:" and hexadecimal. */
export function sha256Text(text: string): string {
  return digestText(sha256(Buffer.from(text)));
}

/** A digest as reports write it. */
export function digestText(digest: Uint8Array): string {
  return `sha256:${Buffer.from(digest).toString("hex")}`;
}
