import { randomBytes } from "node:crypto";
import type { AnchorOf, AnchorWriter } from "./anchor.ts";
import { decode, decodeAll, encode, encodeInteger, expectTag, TAG, type Element } from "../der.ts";
import { post } from "../post.ts";

// Object identifiers as DER has them.
const SHA256 = Buffer.from("608648016503040201", "hex"); // 2.16.840.1.101.3.4.2.1
const SIGNED_DATA = Buffer.from("2a864886f70d010702", "hex"); // 1.2.840.113549.1.7.2
const TST_INFO = Buffer.from("2a864886f70d0109100104", "hex"); // 1.2.840.113549.1.9.16.1.4

/** PKIStatus: granted, and granted with changes to what was asked for. */
const GRANTED: ReadonlySet<number> = new Set([0, 1]);

/**
 * Asks a time-stamp authority to sign the seal's hash with its time (RFC 3161). The receipt is
 * its whole reply, which `openssl ts -verify -digest HASH -in REPLY -CAfile CA` checks: whom to
 * trust is for the one who checks, and not known here.
 */
export const rfc3161: AnchorWriter<AnchorOf<"rfc3161">> = {
  write: async ({ url }, seal) => {
    const nonce = randomBytes(8);
    const reply = await post(url, encodeRequest(seal.hash, nonce), {
      "content-type": "application/timestamp-query",
      accept: "application/timestamp-reply",
    });
    const problem = checkReply(reply, { imprint: seal.hash, nonce });
    if (problem !== null) throw new Error(problem);
    return reply;
  },
  checkReceipt: (receipt, { hash }) => checkReply(receipt, { imprint: hash, nonce: null }),
};

/** TimeStampReq, with the authority's certificate asked for. */
function encodeRequest(imprint: Uint8Array, nonce: Uint8Array): Buffer {
  return encode(
    TAG.sequence,
    encodeInteger(Buffer.of(1)),
    encodeImprint(imprint),
    encodeInteger(nonce),
    encode(TAG.boolean, Buffer.of(0xff)),
  );
}

function encodeImprint(imprint: Uint8Array): Buffer {
  const algorithm = encode(TAG.sequence, encode(TAG.oid, SHA256), encode(TAG.null));
  return encode(TAG.sequence, algorithm, encode(TAG.octetString, imprint));
}

/** What is wrong with a TimeStampResp; null when it is about our hash and, if given, our nonce. */
function checkReply(
  reply: Buffer,
  ours: { readonly imprint: Uint8Array; readonly nonce: Uint8Array | null },
): string | null {
  try {
    const { status, info } = decodeReply(reply);
    if (!GRANTED.has(status)) return `the authority refuses: status ${status}`;
    const [, , imprint, , , ...others] = decodeAll(info());
    if (!isOurImprint(imprint, ours.imprint)) return "the reply is about another hash";
    if (ours.nonce !== null && !hasNonce(others, ours.nonce)) {
      return "the reply is to another request";
    }
    return null;
  } catch (error) {
    if (error instanceof RangeError) return `the reply is no time-stamp: ${error.message}`;
    throw error;
  }
}

/** The status, and the TSTInfo: only a reply that grants has one. */
function decodeReply(reply: Buffer): { status: number; info: () => Buffer } {
  const whole = decode(reply);
  if (whole.end !== reply.length) throw new RangeError("something follows it");
  const [statusInfo, token] = decodeAll(expectTag(whole, TAG.sequence));
  const [status] = decodeAll(expectTag(statusInfo, TAG.sequence));
  const digits = expectTag(status, TAG.integer);
  if (digits.length !== 1) throw new RangeError("it has no status");
  return { status: digits.readUInt8(0), info: () => decodeToken(token) };
}

/** From ContentInfo through SignedData and its EncapsulatedContentInfo to the TSTInfo's elements. */
function decodeToken(token: Element | undefined): Buffer {
  const [type, wrapped] = decodeAll(expectTag(token, TAG.sequence));
  if (!expectTag(type, TAG.oid).equals(SIGNED_DATA)) throw new RangeError("nothing is signed");
  const signed = decode(expectTag(wrapped, TAG.context0));
  const [, , content] = decodeAll(expectTag(signed, TAG.sequence));
  const [contentType, inner] = decodeAll(expectTag(content, TAG.sequence));
  if (!expectTag(contentType, TAG.oid).equals(TST_INFO)) throw new RangeError("no time is signed");
  const octets = expectTag(decode(expectTag(inner, TAG.context0)), TAG.octetString);
  return expectTag(decode(octets), TAG.sequence);
}

/** The algorithm's parameters may be NULL or left out. */
function isOurImprint(element: Element | undefined, ours: Uint8Array): boolean {
  const [algorithm, digest] = decodeAll(expectTag(element, TAG.sequence));
  const [oid] = decodeAll(expectTag(algorithm, TAG.sequence));
  return expectTag(oid, TAG.oid).equals(SHA256) && expectTag(digest, TAG.octetString).equals(ours);
}

/** After the time come accuracy, ordering, nonce, tsa and extensions, each if it is there. */
function hasNonce(elements: readonly Element[], nonce: Uint8Array): boolean {
  const found = elements.find(({ tag }) => tag === TAG.integer);
  return found !== undefined && found.content.equals(decode(encodeInteger(nonce)).content);
}
