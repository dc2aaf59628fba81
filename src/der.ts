/** The little of ASN.1's DER that time-stamps and signatures need. */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** [0], constructed. */
  context0: 0xa0,
} as const;

/** One element: its tag, what it holds, and where the next one begins. */
export type Element = { readonly tag: number; readonly content: Buffer; readonly end: number };

export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), encodeLength(content.length), content]);
}

/** A whole number that is not negative, from its bytes, the greatest first. */
export function encodeInteger(bytes: Uint8Array): Buffer {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first += 1;
  const digits = bytes.subarray(first);
  // A set sign bit would make it negative.
  const sign = (digits[0] ?? 0) >= 0x80 ? [Buffer.of(0)] : [];
  return encode(TAG.integer, ...sign, digits);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.of(0x80 + digits.length, ...digits);
}

/** Reads the element at `at`. Throws RangeError when there is none, or it is not whole. */
export function decode(bytes: Buffer, at = 0): Element {
  const tag = bytes[at];
  const short = bytes[at + 1];
  if (tag === undefined || short === undefined) throw new RangeError("an element is missing");
  const digits = short < 0x80 ? 0 : short - 0x80;
  // 0x80 is the open length of BER, which DER does not have.
  if (short === 0x80 || digits > 4) throw new RangeError("an element has no length of DER");
  if (at + 2 + digits > bytes.length) throw new RangeError("an element is cut off");
  const length = digits === 0 ? short : bytes.readUIntBE(at + 2, digits);
  const start = at + 2 + digits;
  const end = start + length;
  if (end > bytes.length) throw new RangeError("an element is cut off");
  return { tag, content: bytes.subarray(start, end), end };
}

/** The elements inside of one that holds others. Throws RangeError. */
export function decodeAll(content: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < content.length;) {
    const element = decode(content, at);
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** The content of an element that must have this tag. Throws RangeError. */
export function expectTag(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw new RangeError(`an element is not of type ${tag}`);
  return element.content;
}
