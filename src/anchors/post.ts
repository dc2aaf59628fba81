const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1_048_576;

/**
 * Sends a body by POST and gives the body of a 2xx answer. Throws for any other answer, for one
 * that does not come in time or is too long, and for a redirect: what is sent may be signed for
 * one place. No message holds the address, which may hold a secret.
 */
export async function post(
  url: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const answer = await fetch(url, {
    method: "POST",
    body: Buffer.from(body),
    headers,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Error(`no answer: ${reasonOf(error)}`);
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`answered with status ${answer.status}`);
  }
  return readLimited(answer);
}

async function readLimited({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`answered with over ${MAX_ANSWER_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}

/** `fetch` hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.name === "TimeoutError" ? `none within ${TIMEOUT_MS / 1000} s` : error.name;
}
