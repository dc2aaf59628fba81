import {
  createHash,
  createPublicKey,
  sign,
  type KeyObject,
  type X509Certificate,
} from "node:crypto";
import { decode, decodeAll, encode, encodeInteger, expectTag, TAG, type Element } from "./der.ts";

/** A certificate with its key, and those that stand between it and the authority people trust. */
export type Signatory = {
  /** RSA or elliptic curve. */
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
  readonly chain: readonly X509Certificate[];
};

const oid = (hex: string) => encode(TAG.oid, Buffer.from(hex, "hex"));

const DATA = oid("2a864886f70d010701"); // 1.2.840.113549.1.7.1
const SIGNED_DATA = oid("2a864886f70d010702"); // 1.2.840.113549.1.7.2
const CONTENT_TYPE = oid("2a864886f70d010903"); // 1.2.840.113549.1.9.3
const MESSAGE_DIGEST = oid("2a864886f70d010904"); // 1.2.840.113549.1.9.4
const SIGNING_CERTIFICATE_V2 = oid("2a864886f70d010910022f"); // 1.2.840.113549.1.9.16.2.47
const SHA256 = encode(TAG.sequence, oid("608648016503040201")); // 2.16.840.1.101.3.4.2.1
/** By the type of the key: with RSA the parameters must be NULL, with curves there are none. */
const ALGORITHMS: Readonly<Record<string, Buffer>> = {
  rsa: encode(TAG.sequence, oid("2a864886f70d010101"), encode(TAG.null)), // 1.2.840.113549.1.1.1
  ec: encode(TAG.sequence, oid("2a8648ce3d040302")), // 1.2.840.10045.4.3.2
};

/** What is wrong with a signatory; null when it can sign. */
export function signatoryProblem({ key, certificate }: Signatory): string | null {
  if (ALGORITHMS[key.asymmetricKeyType ?? ""] === undefined) {
    return "the key is neither RSA nor of an elliptic curve, which readers of PDF know";
  }
  const { publicKey } = certificate;
  return createPublicKey(key).equals(publicKey)
    ? null
    : "the key is not that of the first certificate";
}

/**
 * A detached signature of content with this SHA-256, as CMS (RFC 5652) in the form of PAdES's
 * baseline (ETSI EN 319 142-1): the signing certificate is named in what is signed, the time is not.
 */
export function signCms(digest: Uint8Array, signatory: Signatory): Buffer {
  const { key, certificate, chain } = signatory;
  const algorithm = ALGORITHMS[key.asymmetricKeyType ?? ""];
  if (algorithm === undefined) throw new RangeError("a key of this type does not sign here");
  const certHash = createHash("sha256").update(certificate.raw).digest();
  const essCertId = encode(TAG.sequence, encode(TAG.octetString, certHash));
  const attributes = setOf([
    attribute(CONTENT_TYPE, DATA),
    attribute(MESSAGE_DIGEST, encode(TAG.octetString, digest)),
    attribute(SIGNING_CERTIFICATE_V2, encode(TAG.sequence, encode(TAG.sequence, essCertId))),
  ]);
  const signerInfo = encode(
    TAG.sequence,
    encodeInteger(Buffer.of(1)),
    issuerAndSerial(certificate),
    SHA256,
    // Signed as a SET, carried as [0].
    encode(TAG.context0, attributes),
    algorithm,
    encode(TAG.octetString, sign("sha256", encode(TAG.set, attributes), key)),
  );
  const signedData = encode(
    TAG.sequence,
    encodeInteger(Buffer.of(1)),
    encode(TAG.set, SHA256),
    encode(TAG.sequence, DATA),
    encode(TAG.context0, setOf([certificate, ...chain].map(({ raw }) => raw))),
    encode(TAG.set, signerInfo),
  );
  return encode(TAG.sequence, SIGNED_DATA, encode(TAG.context0, signedData));
}

function attribute(type: Buffer, value: Buffer): Buffer {
  return encode(TAG.sequence, type, encode(TAG.set, value));
}

/** DER wants the elements of a set in the order of their bytes. */
function setOf(elements: readonly Uint8Array[]): Buffer {
  return Buffer.concat(elements.toSorted((a, b) => Buffer.compare(a, b)));
}

/** Who issued a certificate, and its number there: RFC 5652, 10.2.4. */
function issuerAndSerial({ raw }: X509Certificate): Buffer {
  const [body] = decodeAll(expectTag(decode(raw), TAG.sequence));
  const fields = decodeAll(expectTag(body, TAG.sequence));
  // The version comes first, unless it is that of 1988.
  const [serial, , issuer] = fields[0]?.tag === TAG.context0 ? fields.slice(1) : fields;
  return encode(TAG.sequence, again(issuer, TAG.sequence), again(serial, TAG.integer));
}

function again(element: Element | undefined, tag: number): Buffer {
  return encode(tag, expectTag(element, tag));
}
