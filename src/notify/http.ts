import { exchange, type Answer } from "../post.ts";
import type { Sent } from "./channel.ts";

type Request = {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Looks at an answer's body; null leaves it to the status. */
type Judge = (answer: Answer) => Sent | null;

const byStatus: Judge = () => null;

/**
 * Sends by POST and judges by the status: 2xx is sent; 408, 425, 429 and 5xx are worth another
 * try, like no answer at all; anything else is not. `judge` looks at a 2xx answer's body: many
 * receivers say there that they refused; `judgeRefusal` at that of any other.
 */
export async function postMessage(
  { url, body, headers }: Request,
  judge: Judge = byStatus,
  judgeRefusal: Judge = byStatus,
): Promise<Sent> {
  let answer: Answer;
  try {
    answer = await exchange(url, Buffer.from(body), {
      "content-type": "application/json; charset=utf-8",
      ...headers,
    });
  } catch (error) {
    const detail = error instanceof Error ? error.message : "no answer";
    return { outcome: "temporary", detail, retryAfterMs: null };
  }
  const { status, retryAfterMs } = answer;
  const detail = `status ${status}`;
  if (status >= 200 && status <= 299) {
    return judge(answer) ?? { outcome: "sent", reference: null, detail };
  }
  const isTemporary = status >= 500 || [408, 425, 429].includes(status);
  return (
    judgeRefusal(answer) ??
    (isTemporary
      ? { outcome: "temporary", detail, retryAfterMs }
      : { outcome: "permanent", detail })
  );
}
