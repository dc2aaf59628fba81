import { pino, type Logger } from "pino";

/**
 * The log: JSON lines, on standard output unless said otherwise. Of an error it takes what it is
 * and where it came from, not the properties that libraries hang on it: a refused login to Redis
 * carries the command, and with it the password.
 */
export function createLog(level: string, fileDescriptor = 1): Logger {
  return pino(
    { level, serializers: { err: describeError } },
    pino.destination({ fd: fileDescriptor, sync: fileDescriptor === 2 }),
  );
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return { type: name, message, ...code, stack };
}
