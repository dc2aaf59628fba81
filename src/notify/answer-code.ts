import { z } from "zod";
import { parseJson } from "../core/parse-json.ts";
import type { Answer } from "../post.ts";
import type { Sent } from "./channel.ts";
import { postMessage } from "./http.ts";

/** How a robot answers: by a code in the body, most often with status 200; 0 is success. */
type CodeRules = {
  /** Fields that may hold the code; the first that is there counts. */
  readonly fields: readonly string[];
  /** Too much, or too busy: worth another try. */
  readonly busy: readonly number[];
  /** What refusals mean, in our words: a receiver's own may quote the address, which is secret. */
  readonly refusals: Readonly<Record<number, string>>;
};

/** Their limits are by the minute, and they name no time. */
const BUSY_MS = 60_000;

const answerBody = z.record(z.string(), z.unknown());

/** Sends JSON to a robot, and judges by the code in its answer. */
export function postToRobot(
  request: { readonly url: string; readonly body: string },
  rules: CodeRules,
): Promise<Sent> {
  return postMessage(
    request,
    (answer) => judgeAccepted(answer, rules),
    (answer) => judgeRefused(answer, rules),
  );
}

function judgeAccepted(answer: Answer, rules: CodeRules): Sent | null {
  const code = codeOf(answer, rules);
  if (code === 0) return null;
  if (code === null) {
    // Of something in between, perhaps: a page of a proxy, or half an answer.
    const detail = `status ${answer.status} without ${rules.fields[0]}`;
    return { outcome: "temporary", detail, retryAfterMs: answer.retryAfterMs };
  }
  return judgeCode(code, answer, rules) ?? { outcome: "permanent", detail: said(code, rules) };
}

/** A code that nobody knows says less than the status. */
function judgeRefused(answer: Answer, rules: CodeRules): Sent | null {
  const code = codeOf(answer, rules);
  return code === null ? null : judgeCode(code, answer, rules);
}

function judgeCode(code: number, { retryAfterMs }: Answer, rules: CodeRules): Sent | null {
  const detail = said(code, rules);
  if (rules.busy.includes(code)) {
    return { outcome: "temporary", detail, retryAfterMs: retryAfterMs ?? BUSY_MS };
  }
  return rules.refusals[code] === undefined ? null : { outcome: "permanent", detail };
}

function said(code: number, { fields, busy, refusals }: CodeRules): string {
  const meaning = busy.includes(code) ? "too many messages, or too busy" : refusals[code];
  return `${fields[0]} ${code}${meaning === undefined ? "" : `: ${meaning}`}`;
}

function codeOf({ body }: Answer, { fields }: CodeRules): number | null {
  const { data } = answerBody.safeParse(parseJson(body.toString()));
  const code = fields.map((field) => data?.[field]).find((value) => value !== undefined);
  return Number.isInteger(code) ? Number(code) : null;
}
