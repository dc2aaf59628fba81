import type { Socket } from "node:net";
import net from "node:net";
import type { ConnectionOptions, PeerCertificate, SecureContext, TLSSocket } from "node:tls";
import tls from "node:tls";
import type { Observed, Phase, Reason, Result } from "../src/core/outcome.ts";
import type { Endpoint } from "./address.ts";
import { certificateEndOf } from "./certificate-end.ts";
import { classify, failed, unknown } from "./failure.ts";
import type { ProbeFailure } from "./failure.ts";
import type { ProbeContext } from "./probe.ts";
import { findAddress } from "./resolve.ts";

/** Anything that is given up at once: a socket, a client, a child process in a wrapper. */
type Owned = { readonly destroy: () => unknown };

/** One running measurement: where it is, what it has taken, what it holds. */
export type Measurement = {
  readonly context: ProbeContext;
  readonly startedMs: number;
  readonly phasesMs: Partial<Record<Phase, number>>;
  /** The phase in which the probe is; decides what a timeout is called. */
  phase: Phase;
  phaseStartedMs: number;
  /** What silence after the connection is called. */
  silence: Reason;
  /** The address that was measured. */
  address: string | undefined;
  /** What metrics tell besides. */
  observed: Observed | undefined;
  /** Destroyed when the measurement ends, however it ends. */
  readonly owned: Owned[];
  ended: boolean;
  /** Among those that the abort signal ends. */
  place: number;
  /** Ends the measurement from outside. */
  giveUp: (failure: ProbeFailure) => void;
};

/** What a body returns when the target is well; it throws otherwise. */
export type Finding = { readonly detail?: string; readonly requestId?: string };

/** A timer this late says that we were stopped, and then we cannot blame the target. */
const lateTimerMs = 250;

/**
 * Runs `body` with one deadline over all phases and under the round's abort signal.
 * The body returns a Finding (`{}` will do) for `ok` and throws for everything else: a
 * ProbeFailure (see `failed`, `invalid`, `unknown` of failure.ts) or a system error as it
 * comes from a socket. Whatever it gave to `own` is destroyed at the end. Never rejects.
 */
export function measure(
  context: ProbeContext,
  body: (measurement: Measurement) => Promise<Finding>,
): Promise<Result> {
  return new Promise((resolve) => {
    const startedMs = context.clock.monotonicMs();
    const measurement: Measurement = {
      context,
      startedMs,
      phasesMs: {},
      phase: "connect",
      phaseStartedMs: startedMs,
      silence: "response-timeout",
      address: undefined,
      observed: undefined,
      owned: [],
      ended: false,
      place: -1,
      giveUp: (failure) => end(failure, {}),
    };
    const deadline = setTimeout(onDeadline, context.timeoutMs, measurement);
    function end(failure: ProbeFailure | null, finding: Finding): void {
      if (measurement.ended) return;
      measurement.ended = true;
      clearTimeout(deadline);
      leaveAbort(measurement);
      const result = describe(measurement, failure, finding);
      destroyAll(measurement.owned);
      resolve(result);
    }
    if (context.signal.aborted) return end(unknown("aborted"), {});
    endOnAbort(measurement);
    body(measurement).then(
      (finding) => end(null, finding),
      (error: unknown) => end(classify(error, measurement.phase), {}),
    );
  });
}

// The last one first: to destroy a socket and then the TLS on top of it, right after the
// handshake, brings Node 20 down with a segmentation fault.
function destroyAll(owned: Owned[]): void {
  for (let one = owned.pop(); one !== undefined; one = owned.pop()) one.destroy();
}

// A round hands the same signal to all of its probes: one listener for all of them, since one
// each is slow and makes Node warn of a leak at the eleventh. An array in which the last one
// takes a free place, since a Set that is filled and emptied all the time costs 15 us a probe
// in garbage collection.
const abortables = new WeakMap<AbortSignal, Measurement[]>();

function endOnAbort(measurement: Measurement): void {
  const { signal } = measurement.context;
  let running = abortables.get(signal);
  if (running === undefined) {
    const all: Measurement[] = [];
    abortables.set(signal, all);
    const onAbort = (): void => {
      for (const one of all.splice(0)) one.giveUp(unknown("aborted"));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    running = all;
  }
  measurement.place = running.push(measurement) - 1;
}

function leaveAbort(measurement: Measurement): void {
  const running = abortables.get(measurement.context.signal);
  if (running?.[measurement.place] !== measurement) return;
  const last = running.pop();
  if (last === undefined || last === measurement) return;
  running[measurement.place] = last;
  last.place = measurement.place;
}

function onDeadline(measurement: Measurement): void {
  const { context, phase, startedMs } = measurement;
  const lateMs = context.clock.monotonicMs() - startedMs - context.timeoutMs;
  const detail = `${phase} did not end within ${context.timeoutMs} ms`;
  if (lateMs > lateTimerMs) {
    measurement.giveUp(unknown("event-loop-lag", `the timer fired ${Math.round(lateMs)} ms late`));
  } else if (phase === "resolve") {
    measurement.giveUp(unknown("resolver-failed", detail));
  } else if (phase === "connect") {
    measurement.giveUp(failed("connect-timeout", detail));
  } else {
    // A stalled TLS handshake too: the connection stands, the answer does not come.
    measurement.giveUp(failed(measurement.silence, detail));
  }
}

function describe(
  measurement: Measurement,
  failure: ProbeFailure | null,
  finding: Finding,
): Result {
  enterPhase(measurement, measurement.phase);
  const detail = failure === null ? finding.detail : failure.message;
  const requestId = failure === null ? finding.requestId : failure.requestId;
  return {
    outcome: failure === null ? "ok" : failure.outcome,
    reason: failure === null ? "" : failure.reason,
    latencyMs: measurement.phaseStartedMs - measurement.startedMs,
    phasesMs: measurement.phasesMs,
    ...(detail === undefined || detail === "" ? {} : { detail: plainText(detail) }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(measurement.address === undefined ? {} : { address: measurement.address }),
    ...(measurement.observed === undefined ? {} : { observed: measurement.observed }),
  };
}

/** What a target sent may hold anything: control characters go, the length is bounded. */
function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is removed
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ").slice(0, 200);
}

/** Closes the present phase, adding its time, and begins `phase`. */
export function enterPhase(measurement: Measurement, phase: Phase): void {
  const nowMs = measurement.context.clock.monotonicMs();
  const { phasesMs, phase: previous } = measurement;
  const elapsedMs = nowMs - measurement.phaseStartedMs;
  if (elapsedMs > 0) phasesMs[previous] = (phasesMs[previous] ?? 0) + elapsedMs;
  measurement.phase = phase;
  measurement.phaseStartedMs = nowMs;
}

/** What is left of the probe's time, at least 1 ms; for drivers that want a timeout. */
export function remainingMs(measurement: Measurement): number {
  const { context, startedMs } = measurement;
  return Math.max(1, Math.ceil(startedMs + context.timeoutMs - context.clock.monotonicMs()));
}

/**
 * Destroys `owned` when the measurement ends, at once when it has ended already. The last one
 * owned goes first; what must end politely (a login) ends in the body.
 */
export function own(measurement: Measurement, owned: Owned): void {
  if (measurement.ended) owned.destroy();
  else measurement.owned.push(owned);
}

/**
 * Opens a new TCP connection (phases `resolve`, `connect`) and gives the connected socket,
 * which belongs to the measurement. Throws system errors and ProbeFailure.
 */
export async function connectTcp(measurement: Measurement, endpoint: Endpoint): Promise<Socket> {
  const to = await locate(measurement, endpoint);
  return new Promise((resolve, reject) => {
    const socket = net.connect(to);
    // The listener stays: an error after the end of the measurement must not be thrown.
    socket.on("error", reject);
    socket.once("connect", () => resolve(socket));
    own(measurement, socket);
  });
}

/** Finds the address to connect to, and enters the phase `connect`. */
async function locate(
  measurement: Measurement,
  endpoint: Endpoint,
): Promise<{ host: string; port: number; autoSelectFamily: false }> {
  const { port } = endpoint;
  const isLiteral = endpoint.family === undefined && net.isIP(endpoint.host) !== 0;
  const host = isLiteral ? endpoint.host : await resolveHost(measurement, endpoint);
  measurement.address = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  enterPhase(measurement, "connect");
  // One address, one attempt: a result says which address was measured.
  return { host, port, autoSelectFamily: false };
}

async function resolveHost(measurement: Measurement, endpoint: Endpoint): Promise<string> {
  enterPhase(measurement, "resolve");
  const { address } = await findAddress({
    host: endpoint.host,
    family: endpoint.family,
    timeoutMs: remainingMs(measurement),
    nowMs: measurement.context.clock.monotonicMs(),
    own: (owned) => own(measurement, owned),
  });
  return address;
}

export type TlsOptions = {
  /** The name that is asked for (SNI) and that the certificate must hold; an IP address is only checked. */
  readonly servername: string;
  /** PEM of the authorities to trust in place of the well-known ones. */
  readonly ca?: string | undefined;
  /** False takes any certificate. */
  readonly verify?: boolean | undefined;
  readonly alpn?: readonly string[];
};

/**
 * Opens a new TCP connection and begins TLS on it (phases `resolve`, `connect`, `tls`); the
 * chain and the name are verified. The socket belongs to the measurement.
 * Throws what Node says (CERT_HAS_EXPIRED and the like), which `classify` understands.
 */
export async function connectTls(
  measurement: Measurement,
  endpoint: Endpoint,
  options: TlsOptions,
): Promise<TLSSocket> {
  const to = await locate(measurement, endpoint);
  const secured = tls.connect({ ...to, ...tlsSettings(options) });
  secured.once("connect", () => enterPhase(measurement, "tls"));
  own(measurement, secured);
  return untilSecured(measurement, secured);
}

/** Begins TLS on a connected socket (phase `tls`), for protocols that ask for it first; otherwise as `connectTls`. */
export function upgradeTls(
  measurement: Measurement,
  socket: Socket,
  options: TlsOptions,
): Promise<TLSSocket> {
  enterPhase(measurement, "tls");
  const secured = tls.connect({ socket, ...tlsSettings(options) });
  own(measurement, secured);
  return untilSecured(measurement, secured);
}

function tlsSettings(options: TlsOptions): ConnectionOptions {
  const { servername, alpn } = options;
  return {
    // RFC 6066 section 3: no address in SNI.
    servername: net.isIP(servername) === 0 ? servername : "",
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(servername, certificate),
    secureContext: secureContextFor(options.ca),
    rejectUnauthorized: options.verify ?? true,
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  };
}

function untilSecured(measurement: Measurement, secured: TLSSocket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    secured.on("error", reject);
    secured.once("secureConnect", () => {
      observe(measurement, {
        certificateEndsMs: certificateEndOf(secured),
        tlsVersion: secured.getProtocol() ?? undefined,
      });
      resolve(secured);
    });
  });
}

/** Notes what was seen, beside what is noted already. */
export function observe(
  measurement: Measurement,
  seen: { readonly [Key in keyof Observed]?: Observed[Key] | undefined },
): void {
  const known = Object.fromEntries(Object.entries(seen).filter(([, value]) => value !== undefined));
  measurement.observed = { ...measurement.observed, ...known };
}

// Building a context costs more than the rest of the probe; a configuration names few authorities.
const secureContexts = new Map<string, SecureContext>();

function secureContextFor(ca: string | undefined): SecureContext {
  const key = ca ?? "";
  let context = secureContexts.get(key);
  if (context === undefined) {
    context = tls.createSecureContext(ca === undefined ? {} : { ca });
    secureContexts.set(key, context);
  }
  return context;
}

/**
 * Collects what arrives until `take` makes something of it (not undefined), in the phases
 * `processing` until the first byte and `transfer` after it. Throws failed
 * `response-reset` or `response-cut` when the other side ends before, and
 * `malformed-response` beyond `maxBytes`. Stops reading afterwards, so that it can be
 * called again for the next answer; bytes that `take` did not need are gone.
 */
export function receive<T>(
  measurement: Measurement,
  socket: Socket,
  answer: { readonly take: (received: Buffer) => T | undefined; readonly maxBytes: number },
): Promise<T> {
  enterPhase(measurement, "processing");
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const stop = (): void => {
      socket.pause();
      socket.off("data", onData).off("error", onError).off("close", onEnd).off("end", onEnd);
    };
    const onError = (error: Error): void => {
      stop();
      reject(error);
    };
    const onEnd = (): void => {
      onError(
        received.length === 0
          ? failed("response-reset", "the connection was closed without an answer")
          : failed("response-cut", `the connection was closed after ${received.length} bytes`),
      );
    };
    const onData = (chunk: Buffer): void => {
      if (received.length === 0) enterPhase(measurement, "transfer");
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      try {
        const taken = answer.take(received);
        if (taken !== undefined) {
          stop();
          resolve(taken);
        } else if (received.length > answer.maxBytes) {
          onError(failed("malformed-response", `more than ${answer.maxBytes} bytes`));
        }
      } catch (error) {
        stop();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.on("data", onData).on("error", onError).on("end", onEnd).on("close", onEnd);
    socket.resume();
  });
}

/** The days until the certificate ends, whole ones, rounded down; negative after its end. */
export function daysLeft(certificate: PeerCertificate, nowMs: number): number {
  return Math.floor((Date.parse(certificate.valid_to) - nowMs) / 86_400_000);
}
