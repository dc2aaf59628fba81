import { isIP } from "node:net";
import { z } from "zod";
import { classify, ProbeFailure } from "./failure.ts";
import type { Phase } from "../src/core/outcome.ts";
import type { Verdict } from "./cloud.ts";
import type { TlsOptions } from "./net.ts";
import { addressSetting, familySetting, parseAddress } from "./address.ts";
import { caSetting } from "./tls.ts";

/** Setting: how the connection is secured; true trusts the well-known authorities. */
const tlsSetting = z
  .union([
    z.boolean(),
    z.strictObject({
      ca: caSetting,
      /** The name in the certificate, default the address's host. */
      servername: z
        .string()
        .min(1)
        .refine((name) => isIP(name) === 0, { error: "write a name, not an address" })
        .optional(),
      /** False takes any certificate: secret from listeners, not from an impostor. */
      verify: z.boolean().default(true),
    }),
  ])
  .optional();

/** In all three protocols a zero ends a text. */
const text = z.string().regex(/^[^\0]*$/, { error: "a zero character cannot be sent" });

const loginSettings = {
  address: addressSetting,
  family: familySetting,
  user: text.min(1).optional(),
  password: text.optional(),
  database: text.min(1).optional(),
  tls: tlsSetting,
  /** Reads a little and writes nothing: it runs with every probe. */
  query: text.min(1).default("SELECT 1"),
};

type LoginSettings = {
  readonly address: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: z.output<typeof tlsSetting>;
};

/** Settings of a probe that logs in to a database when it has a user. */
export function loginSchema<Kind extends string>(kind: Kind) {
  return (
    z
      .strictObject({ kind: z.literal(kind), ...loginSettings })
      // A password without its user would quietly measure a handshake only.
      .refine(({ user, password }) => password === undefined || user !== undefined, {
        error: "a password needs its user",
        path: ["user"],
      })
  );
}

/** The drivers verify a certificate by name only. */
export function hasNameToVerify(settings: LoginSettings): boolean {
  const options = tlsOptions(settings);
  return options === null || options.verify === false || isIP(options.servername) === 0;
}

export const nameError = {
  error: "the address is a number: give tls.servername, the name in the certificate",
  path: ["tls"],
};

/** What `upgradeTls` and the drivers need; null for a connection in the clear. */
export function tlsOptions(settings: LoginSettings): TlsOptions | null {
  const { tls } = settings;
  const servername = parseAddress(settings.address)?.host ?? "";
  if (tls === undefined || tls === false) return null;
  if (tls === true) return { servername };
  return { servername: tls.servername ?? servername, ca: tls.ca, verify: tls.verify };
}

/** Where a driver is; the same complaint of a server is another failure in another stage. */
export type Stage = "login" | "query";

export const noAccess: Verdict = ["invalid", "auth-refused"];
export const noRight: Verdict = ["invalid", "forbidden"];
export const ourRequest: Verdict = ["invalid", "bad-request"];
export const full: Verdict = ["failed", "too-many-connections"];

/** A server's complaint; one that is not known by itself means what its stage makes of it. */
export function complaintFailure(
  known: Verdict | undefined,
  stage: Stage,
  detail: string,
): ProbeFailure {
  const ofStage = stage === "login" ? "handshake-failed" : "query-failed";
  const [outcome, reason] = known ?? ["failed", ofStage];
  return new ProbeFailure(outcome, reason, { detail });
}

/**
 * An error of a driver that is not the server's complaint: of the socket, of TLS, or of
 * the protocol. Drivers wrap them, and hide the code behind their own.
 */
export function driverFailure(error: unknown, phase: Phase): ProbeFailure {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const found = classify(cause, phase);
    if (found.reason !== "internal-error") return found;
  }
  const message = error instanceof Error ? error.message : String(error);
  const [outcome, reason] = messageVerdict(message);
  return new ProbeFailure(outcome, reason, { detail: message, cause: error });
}

function messageVerdict(message: string): Verdict {
  if (/certificate has expired|certificate is not yet valid/i.test(message)) {
    return ["failed", "tls-expired"];
  }
  if (/certificate's altnames/i.test(message)) return ["failed", "tls-wrong-name"];
  if (/certificate|self.signed/i.test(message)) return ["failed", "tls-untrusted"];
  if (/\b(?:SSL|TLS|secure connection)\b/i.test(message)) return ["failed", "tls-failed"];
  if (/closed|terminated|lost|hang up/i.test(message)) return ["failed", "response-reset"];
  // A way to log in that the driver does not know.
  if (/unknown plugin \w{3,60}\. |CleartextPlugin/.test(message))
    return ["unknown", "not-configured"];
  // A driver that stumbles over what it reads has no better word for it.
  return ["failed", "malformed-response"];
}

/** A server may repeat what it was sent: the password never goes into a detail. */
export function withoutSecret(failure: ProbeFailure, secret: string | undefined): ProbeFailure {
  if (secret === undefined || secret === "" || !failure.message.includes(secret)) return failure;
  const detail = failure.message.replaceAll(secret, "***");
  return new ProbeFailure(failure.outcome, failure.reason, { detail });
}
