import { createHmac } from "node:crypto";
import { checkLine, sealLine, type AnchorOf, type AnchorWriter } from "./anchor.ts";
import { post } from "../post.ts";

/** Sends the seal as JSON; with a secret, its HMAC-SHA256 goes along in a header. */
export const webhook: AnchorWriter<AnchorOf<"webhook">> = {
  write: async ({ url, secret }, seal) => {
    const body = Buffer.from(sealLine(seal));
    const signature = secret === undefined ? {} : { "x-nines-signature": sign(secret, body) };
    await post(url, body, { "content-type": "application/json", ...signature });
    return body;
  },
  checkReceipt: checkLine,
};

function sign(secret: string, body: Buffer): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
