import type { Outcome, Phase, Reason } from "../src/core/outcome.ts";

/** Thrown inside a probe to end it with this outcome; `measure` turns it into a Result. */
export class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly requestId: string | undefined;

  constructor(outcome: Outcome, reason: Reason, options: FailureOptions = {}) {
    super(options.detail ?? "", options.cause === undefined ? {} : { cause: options.cause });
    this.outcome = outcome;
    this.reason = reason;
    this.requestId = options.requestId;
  }
}

type FailureOptions = {
  /** A short text for people, never with a secret. */
  readonly detail?: string;
  readonly requestId?: string;
  readonly cause?: unknown;
};

/** The target's side: counts as downtime. */
export function failed(reason: Reason, detail?: string): ProbeFailure {
  return new ProbeFailure("failed", reason, detail === undefined ? {} : { detail });
}

/** Our request was not one the agreement counts. */
export function invalid(reason: Reason, detail?: string): ProbeFailure {
  return new ProbeFailure("invalid", reason, detail === undefined ? {} : { detail });
}

/** Our own fault, or nothing that lets us tell. */
export function unknown(reason: Reason, detail?: string): ProbeFailure {
  return new ProbeFailure("unknown", reason, detail === undefined ? {} : { detail });
}

/** The `code` of a system error ("ECONNREFUSED"), or "". */
export function errorCode(error: unknown): string {
  return typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string"
    ? error.code
    : "";
}

type Verdict = readonly [Outcome, Reason];

/** Errors that mean the same in every phase. */
const byCode = new Map<string, Verdict>([
  ["ECONNREFUSED", ["failed", "connect-refused"]],
  ["EHOSTUNREACH", ["failed", "host-unreachable"]],
  ["EHOSTDOWN", ["failed", "host-unreachable"]],
  // A refusal by our own routing table, not by the target.
  ["ENETUNREACH", ["unknown", "network-down"]],
  ["ENETDOWN", ["unknown", "network-down"]],
  ["EADDRNOTAVAIL", ["unknown", "network-down"]],
  ["EMFILE", ["unknown", "no-sockets"]],
  ["ENFILE", ["unknown", "no-sockets"]],
  ["ENOBUFS", ["unknown", "no-sockets"]],
  ["ENOMEM", ["unknown", "no-sockets"]],
  // EPERM on connect is the local firewall.
  ["EACCES", ["unknown", "not-permitted"]],
  ["EPERM", ["unknown", "not-permitted"]],
  ["CERT_HAS_EXPIRED", ["failed", "tls-expired"]],
  ["CERT_NOT_YET_VALID", ["failed", "tls-expired"]],
  ["ERR_TLS_CERT_ALTNAME_INVALID", ["failed", "tls-wrong-name"]],
]);

/** What OpenSSL's verification says; Node hands the names over as codes. */
const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_CHAIN_TOO_LONG",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
]);

function verdictOf(code: string, phase: Phase): Verdict {
  const connecting = phase === "resolve" || phase === "connect" || phase === "tls";
  const known = byCode.get(code);
  if (known !== undefined) return known;
  if (code === "ETIMEDOUT") return ["failed", connecting ? "connect-timeout" : "response-timeout"];
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ECONNABORTED") {
    return ["failed", connecting ? "connect-reset" : "response-reset"];
  }
  if (untrusted.has(code)) return ["failed", "tls-untrusted"];
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return ["failed", "tls-failed"];
  if (code.startsWith("HPE_")) return ["failed", "malformed-response"];
  return ["unknown", "internal-error"];
}

/** Gives whatever was thrown an outcome and a reason; `phase` is where the probe was. */
export function classify(error: unknown, phase: Phase): ProbeFailure {
  if (error instanceof ProbeFailure) return error;
  const code = errorCode(error);
  const [outcome, reason] = verdictOf(code, phase);
  const message = error instanceof Error ? error.message : String(error);
  // OpenSSL's own text is made of numbers and file names; its code says it all.
  const isSaid = code === "" || message.includes(code);
  const detail = code.startsWith("ERR_SSL_") ? code : isSaid ? message : `${code}: ${message}`;
  return new ProbeFailure(outcome, reason, { detail, cause: error });
}
