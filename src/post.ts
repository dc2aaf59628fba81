const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1_048_576;

export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  /** What the header Retry-After says; null when it says nothing, or a date. */
  readonly retryAfterMs: number | null;
};

type Headers = Readonly<Record<string, string>>;

/**
 * Sends a body by POST and gives the body of a 2xx answer. Throws for any other answer, and as
 * `exchange` does.
 */
export async function post(url: string, body: Uint8Array, headers: Headers): Promise<Buffer> {
  const answer = await exchange(url, body, headers);
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`answered with status ${answer.status}`);
  }
  return answer.body;
}

/**
 * Sends a body by POST and gives the answer, whatever its status; a redirect is not followed: what
 * is sent may be signed for one place. Throws when no answer comes in time, and for one that is
 * too long. No message holds the address, which may hold a secret.
 */
export async function exchange(url: string, body: Uint8Array, headers: Headers): Promise<Answer> {
  const answer = await fetch(url, {
    method: "POST",
    body: Buffer.from(body),
    headers,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Error(`no answer: ${reasonOf(error)}`);
  });
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return {
    status: answer.status,
    body: await readLimited(answer),
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1000) : null,
  };
}

async function readLimited({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES) break;
    }
  } catch (error) {
    throw new Error(`no whole answer: ${reasonOf(error)}`, { cause: error });
  }
  if (length > MAX_ANSWER_BYTES) throw new Error(`answered with over ${MAX_ANSWER_BYTES} bytes`);
  return Buffer.concat(chunks);
}

/** `fetch` hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.name === "TimeoutError" ? `none within ${TIMEOUT_MS / 1000} s` : error.name;
}
