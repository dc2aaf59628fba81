import { hash } from "node:crypto";

/** SHA-256 over the parts as if they were one. For short parts: trees are made of very many. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  return hash("sha256", Buffer.concat(parts), "buffer");
}
