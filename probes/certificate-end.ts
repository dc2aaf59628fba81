import type { TLSSocket } from "node:tls";

// To look at a chain costs ten times as much as at its first certificate, which stands for it.
const chainEnds = new Map<string, number>();
const MAX_CHAIN_ENDS = 10_000;
/** More certificates than a chain has. */
const MAX_CHAIN = 10;

/**
 * The earliest end among the certificates that were shown; undefined when there was none. By
 * `getPeerCertificate` alone: after `getPeerX509Certificate` Node 20 has forgotten them.
 */
export function certificateEndOf(secured: TLSSocket): number | undefined {
  const { fingerprint256: first } = secured.getPeerCertificate();
  // Node gives an empty object for none, whatever its types say.
  if (typeof first !== "string") return undefined;
  const known = chainEnds.get(first);
  if (known !== undefined) return known;
  let endMs = Infinity;
  let certificate = secured.getPeerCertificate(true);
  for (let at = 0; at < MAX_CHAIN; at += 1) {
    const ownMs = Date.parse(certificate.valid_to);
    if (!Number.isNaN(ownMs)) endMs = Math.min(endMs, ownMs);
    // An authority's own is its own issuer.
    if ((certificate.issuerCertificate ?? certificate) === certificate) break;
    certificate = certificate.issuerCertificate;
  }
  if (endMs === Infinity) return undefined;
  if (chainEnds.size >= MAX_CHAIN_ENDS) chainEnds.clear();
  chainEnds.set(first, endMs);
  return endMs;
}
