import { randomUUID } from "node:crypto";
import { z } from "zod";
import { addressSetting, familySetting } from "./address.ts";
import { acs3Authorization, acs3Query, sha256Hex } from "../src/acs3-signature.ts";
import type { AccessKey } from "../src/acs3-signature.ts";
import {
  accessKeyOf,
  accessKeySettings,
  failureOf,
  hostSetting,
  isArrearsCode,
  isWholeKeyOrNone,
  schemeSetting,
  shownCode,
  wholeKeyError,
} from "./cloud.ts";
import type { Verdict } from "./cloud.ts";
import { exchange, throttlingCode } from "./http-exchange.ts";
import type { ExchangeAnswer } from "./http-exchange.ts";
import { measure } from "./net.ts";
import type { Finding } from "./net.ts";
import { defineProbe } from "./probe.ts";
import { caSetting } from "./tls.ts";

const settingsSchema = z
  .strictObject({
    kind: z.literal("openapi"),
    /** ecs.cn-beijing.aliyuncs.com */
    endpoint: hostSetting,
    /** Of the product's API: 2014-05-26 for ECS. */
    version: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: "write a date, 2014-05-26" }),
    action: z.string().min(1).default("DescribeRegions"),
    query: z.record(z.string(), z.string()).default({}),
    method: z.enum(["GET", "POST"]).default("GET"),
    scheme: schemeSetting,
    ...accessKeySettings,
    /** Connects here in place of the endpoint; the name that is asked for stays. */
    address: addressSetting.optional(),
    family: familySetting,
    ca: caSetting,
  })
  .refine(isWholeKeyOrNone, wholeKeyError);

type OpenapiSettings = z.output<typeof settingsSchema>;

/**
 * One RPC call of an Alibaba Cloud API. Without a key it asks whether the gateway answers:
 * the well-formed refusal of an anonymous call is `ok`. With a key it asks whether the
 * call goes through: from 2023-11-12 17:44 (UTC+8) valid keys were refused everywhere
 * while the gateways answered in good form, which an anonymous call cannot see.
 */
export const openapi = defineProbe(settingsSchema, (settings, context) =>
  measure(context, async (measurement) => {
    const key = accessKeyOf(settings);
    const request =
      key === null ? anonymousCall(settings) : signedCall(settings, key, context.clock.nowMs());
    const answer = await exchange(measurement, {
      ...request,
      method: settings.method,
      address: settings.address,
      family: settings.family,
      ca: settings.ca,
    });
    return judge(answer, key !== null);
  }),
);

type Call = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

function anonymousCall(settings: OpenapiSettings): Call {
  const { action: Action, version: Version } = settings;
  const query = acs3Query({ ...settings.query, Action, Version, Format: "JSON" });
  const url = new URL(`${settings.scheme}://${settings.endpoint}/?${query}`);
  return { url: url.href, headers: { accept: "application/json", host: url.host } };
}

function signedCall(settings: OpenapiSettings, key: AccessKey, nowMs: number): Call {
  const query = { ...settings.query, Format: "JSON" };
  const url = new URL(`${settings.scheme}://${settings.endpoint}/?${acs3Query(query)}`);
  const headers = {
    accept: "application/json",
    host: url.host,
    "x-acs-action": settings.action,
    "x-acs-version": settings.version,
    "x-acs-date": new Date(nowMs).toISOString().replace(/\.\d+/, ""),
    "x-acs-signature-nonce": randomUUID(),
    "x-acs-content-sha256": sha256Hex(""),
    ...(key.securityToken === undefined ? {} : { "x-acs-security-token": key.securityToken }),
  };
  const authorization = acs3Authorization(key, {
    method: settings.method,
    path: "/",
    query,
    headers,
    bodySha256: sha256Hex(""),
  });
  return { url: url.href, headers: { ...headers, authorization } };
}

function judge(answer: ExchangeAnswer, isSigned: boolean): Finding {
  const { status } = answer;
  const said = readBody(answer.body.toString("utf8"));
  const code = said?.code ?? "";
  const detail = `status ${status}${code === "" ? "" : `, ${shownCode(code)}`}`;
  const fail = (verdict: Verdict) => failureOf(verdict, detail, said?.requestId);

  if (status === 429 || throttlingCode(answer.body) !== null) throw fail(["invalid", "throttled"]);
  if (status >= 500) throw fail(["failed", "server-error"]);
  // "Every response, good or bad, has a RequestId": what has none is not the API's answer.
  if (said === null) {
    throw failureOf(["failed", "malformed-response"], `${detail}, no RequestId`, undefined);
  }
  if (status >= 300 && status < 400) throw fail(["failed", "wrong-status"]);
  if (status >= 400 && isSigned) throw fail(signedVerdict(status, code));
  return { detail, requestId: said.requestId };
}

/** A signed call's 4xx: whose fault it is. */
function signedVerdict(status: number, code: string): Verdict {
  if (isArrearsCode(code)) return ["invalid", "arrears"];
  if (/^(?:InvalidTimeStamp|IllegalTimestamp)/i.test(code)) return ["unknown", "clock-jump"];
  // A temporary key past its end is not a valid key.
  if (code.startsWith("InvalidSecurityToken.Expired")) return ["invalid", "auth-refused"];
  // The code alone is certain: an unknown key came with 404, 403, 400 and 401 in captured answers.
  return status === 401 || status === 403 || keyRefused.test(code)
    ? ["failed", "key-refused"]
    : ["invalid", "bad-request"];
}

const keyRefused =
  /^(?:InvalidAccessKeyId|InvalidAccessKeySecret|InvalidSecurityToken|SignatureDoesNotMatch|IncompleteSignature|Forbidden|NoPermission|Unauthorized|Denied)/;

/** RequestId and Code of an answer in JSON, or in the XML of an early refusal; else null. */
function readBody(body: string): { readonly requestId: string; readonly code: string } | null {
  if (body.trimStart().startsWith("<")) {
    const requestId = /<RequestId>([^<]{1,100})<\/RequestId>/.exec(body)?.[1];
    const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? "";
    return requestId === undefined || !/<\/\w+>\s*$/.test(body) ? null : { requestId, code };
  }
  const parsed = answerSchema.safeParse(parseJson(body));
  return parsed.success ? { requestId: parsed.data.RequestId, code: parsed.data.Code } : null;
}

const answerSchema = z.object({
  RequestId: z.string().min(1).max(100),
  Code: z.coerce.string().default(""),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
