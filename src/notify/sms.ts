import { randomUUID } from "node:crypto";
import { z } from "zod";
import { acs3Authorization, acs3Query, sha256Hex } from "../acs3-signature.ts";
import type { Message } from "../core/message.ts";
import { parseJson } from "../core/parse-json.ts";
import type { Answer } from "../post.ts";
import type { Channel, ChannelOf, Sent } from "./channel.ts";
import { lineOf } from "./chat-text.ts";
import { postMessage } from "./http.ts";
import { cut, statusWord } from "./wording.ts";

type Settings = ChannelOf<"sms">;

const DEFAULT_URL = "https://dysmsapi.aliyuncs.com";
const MAX_VARIABLE = 35;
const MINUTE_MS = 60_000;

/**
 * Short messages by SendSms of Alibaba Cloud. It knows no doubles: when its answer is lost, the
 * next try is a second short message. OutId stands in its delivery reports.
 */
export const sms: Channel<"sms"> = {
  send: ({ clock }, settings, { message }) =>
    postMessage(
      signedCall(settings, message, clock.nowMs()),
      (answer) => judge(answer) ?? noAnswer(answer),
      judge,
    ),
};

/** All parameters stand in the query; the body is empty. */
function signedCall(settings: Settings, message: Message, nowMs: number) {
  const query = {
    PhoneNumbers: settings.mobiles.map((mobile) => mobile.replace(/^\+/, "")).join(","),
    SignName: settings.signName,
    TemplateCode: settings.template,
    TemplateParam: JSON.stringify(variablesOf(message)),
    OutId: message.id,
    Format: "JSON",
  };
  const body = "";
  const { protocol, host, pathname } = new URL(settings.url ?? DEFAULT_URL);
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-acs-action": "SendSms",
    "x-acs-version": "2017-05-25",
    "x-acs-date": new Date(nowMs).toISOString().replace(/\.\d+/, ""),
    "x-acs-signature-nonce": randomUUID(),
    "x-acs-content-sha256": sha256Hex(body),
  };
  const authorization = acs3Authorization(settings, {
    method: "POST",
    path: pathname,
    query,
    headers: { ...headers, host },
    bodySha256: sha256Hex(body),
  });
  return {
    url: `${protocol}//${host}${pathname}?${acs3Query(query)}`,
    headers: { accept: "application/json", ...headers, authorization },
    body,
  };
}

/** What the template shows. An empty variable, or one that is too long, is refused. */
function variablesOf(message: Message) {
  const state = [statusWord(message), message.level].filter((word) => word !== null).join(" ");
  return {
    title: cut(lineOf(message.title) || "nines", MAX_VARIABLE),
    state,
    time: shownTime(message.at),
  };
}

/** To the minute, with the offset that it has. */
function shownTime(at: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*?(Z|[+-]\d{2}:\d{2})$/.exec(at);
  if (parts === null) return cut(at, MAX_VARIABLE);
  const [, day, time, offset] = parts;
  return `${day} ${time} ${offset === "Z" ? "UTC" : offset}`;
}

const answerSchema = z.object({ Code: z.string().min(1), BizId: z.string().default("") });

/** Flow control ends by itself; the quotas of a day and a month are somebody's wish. */
const FLOW_CONTROL = /^(?:isv\.BUSINESS_LIMIT_CONTROL$|Throttling)/;
const THEIR_FAULT =
  /^(?:isp\.(?:SYSTEM|GATEWAY)_ERROR$|SystemError|InternalError|ServiceUnavailable)/;

/** By the code in the body, which also comes with status 200; null when there is none. */
function judge({ status, body, retryAfterMs }: Answer): Sent | null {
  const parsed = answerSchema.safeParse(parseJson(body.toString()));
  if (!parsed.success) return null;
  const { Code, BizId } = parsed.data;
  if (Code === "OK") {
    return {
      outcome: "sent",
      reference: null,
      detail: `accepted, BizId ${cut(lineOf(BizId), 64)}`,
    };
  }
  const detail = `status ${status}, ${cut(lineOf(Code), 100)}`;
  if (FLOW_CONTROL.test(Code)) {
    return { outcome: "temporary", detail, retryAfterMs: retryAfterMs ?? MINUTE_MS };
  }
  return THEIR_FAULT.test(Code) || status >= 500
    ? { outcome: "temporary", detail, retryAfterMs }
    : { outcome: "permanent", detail };
}

/** Of something in between, perhaps: the page of a proxy. */
function noAnswer({ status, retryAfterMs }: Answer): Sent {
  return { outcome: "temporary", detail: `status ${status} without Code`, retryAfterMs };
}
