/**
 * What one probe of one target can end in.
 * `ok` and `failed` count; `invalid` (our request was not valid under the SLA) and
 * `unknown` (we could not tell) do not.
 */
export const OUTCOMES = ["ok", "failed", "invalid", "unknown"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Why a result is not `ok`: a closed list. The position in the list is what is stored,
 * so entries are appended, never moved or removed. Position 0 means "no reason".
 */
export const REASONS = [
  "",
  // failed: the target's side
  "name-not-found",
  "connect-refused",
  "connect-timeout",
  "connect-reset",
  "host-unreachable",
  "tls-failed",
  "tls-expired",
  "tls-wrong-name",
  "tls-untrusted",
  "response-timeout",
  "response-reset",
  "response-cut",
  "malformed-response",
  "wrong-status",
  "wrong-content",
  "wrong-header",
  "wrong-banner",
  "server-error",
  "key-refused",
  "handshake-failed",
  "query-failed",
  "too-many-connections",
  "stale-edge",
  "no-reply",
  "ttl-exceeded",
  // invalid: our request was not one the agreement counts
  "auth-refused",
  "forbidden",
  "throttled",
  "arrears",
  "bad-request",
  // unknown: our own fault
  "no-sockets",
  "resolver-failed",
  "network-down",
  "not-permitted",
  "event-loop-lag",
  "clock-jump",
  "control-failed",
  "aborted",
  "not-configured",
  "internal-error",
  "imported",
] as const;
export type Reason = (typeof REASONS)[number];

/** The parts of a probe's time, in the order in which they happen. */
export const PHASES = ["resolve", "connect", "tls", "processing", "transfer"] as const;
export type Phase = (typeof PHASES)[number];

/** What one vantage saw of one target at one planned instant. */
export type Result = {
  readonly outcome: Outcome;
  /** Empty for `ok`. */
  readonly reason: Reason;
  /** From the first action to the last byte that mattered. */
  readonly latencyMs: number;
  readonly phasesMs: Readonly<Partial<Record<Phase, number>>>;
  /** A short text for people, never with a secret, at most 200 characters. */
  readonly detail?: string;
  /** The provider's id of the request, the proof that a claim needs. */
  readonly requestId?: string;
  /** The address that was measured. */
  readonly address?: string;
  /** What metrics tell besides; no evidence, never stored. */
  readonly observed?: Observed;
};

/** What a probe saw on its way, whatever its outcome. */
export type Observed = {
  /** The earliest end among the certificates that the target showed. */
  readonly certificateEndsMs?: number;
  /** As "TLSv1.3". */
  readonly tlsVersion?: string;
  /** The last answer of an HTTP exchange. */
  readonly http?: {
    readonly status: number;
    /** 1.1 */
    readonly version: number;
    readonly isTls: boolean;
    readonly redirects: number;
    /** As the header says; null without one. */
    readonly contentLength: number | null;
    /** Of the body that was read. */
    readonly bodyBytes: number;
  };
};
