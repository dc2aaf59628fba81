import { z } from "zod";
import type { Outcome, Reason } from "../src/core/outcome.ts";
import type { AccessKey } from "../src/acs3-signature.ts";
import { ProbeFailure } from "./failure.ts";

/** Settings of a probe that may sign its requests. */
export const accessKeySettings = {
  accessKeyId: z.string().min(1).optional(),
  accessKeySecret: z.string().min(1).optional(),
  /** Comes with a temporary key, and ends with it. */
  securityToken: z.string().min(1).optional(),
};

type MaybeKey = { readonly [Part in keyof AccessKey]?: AccessKey[Part] | undefined };

/** The key of checked settings, or null for an anonymous probe. */
export function accessKeyOf(settings: MaybeKey): AccessKey | null {
  const { accessKeyId, accessKeySecret, securityToken } = settings;
  return accessKeyId === undefined || accessKeySecret === undefined
    ? null
    : { accessKeyId, accessKeySecret, securityToken };
}

/** Half a key is a mistake, and would quietly measure something else. */
export function isWholeKeyOrNone(settings: MaybeKey): boolean {
  return settings.accessKeyId === undefined
    ? settings.accessKeySecret === undefined && settings.securityToken === undefined
    : settings.accessKeySecret !== undefined;
}

export const wholeKeyError = {
  error: "give accessKeyId and accessKeySecret together, or neither (and then no securityToken)",
  path: ["accessKeyId"],
};

/** Setting: "name" or "name:port", as it goes into an address; a path or a user does not. */
export const hostSetting = z.string().refine(isHost, {
  error: 'write a host name, with ":port" if needed, without "https://" and path',
});

function isHost(text: string): boolean {
  if (!/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?$/.test(text)) return false;
  return URL.canParse(`http://${text}/`);
}

export const schemeSetting = z.enum(["https", "http"]).default("https");

/** Setting: lower-case hexadecimal SHA-256 of the whole body. */
export const sha256Setting = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: "write 64 hexadecimal digits in lower case" })
  .optional();

/** Setting: bytes of the body that are read at most. */
export const maxBytesSetting = z
  .int()
  .min(1)
  .max(64 * 1024 * 1024)
  .optional();

export type Verdict = readonly [outcome: Outcome, reason: Reason];

/** A failure with the provider's id of the request, the proof that a claim needs. */
export function failureOf(
  [outcome, reason]: Verdict,
  detail: string,
  requestId: string | undefined,
): ProbeFailure {
  return new ProbeFailure(outcome, reason, {
    detail,
    ...(requestId === undefined ? {} : { requestId }),
  });
}

/** Error codes by which the cloud says that the bill is open; not the provider's fault. */
export function isArrearsCode(code: string): boolean {
  return /arrear|overdue|notenoughbalance|insufficientbalance|^UserDisable$/i.test(code);
}

/**
 * An error code as it may be shown: what a server calls its code could be anything, also
 * an echo of what it was sent.
 */
export function shownCode(code: string): string {
  return /^[\w.-]{1,80}$/.test(code) ? code : "an unreadable code";
}
