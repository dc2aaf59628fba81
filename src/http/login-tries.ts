import type { Clock } from "../clock.ts";
import { createGate } from "../gate.ts";
import { createLoginLimit, type LoginTry } from "../login-limit.ts";

/** Looking at a password takes 32 MiB and a processor, and anybody may ask for it. */
const CHECKS = { atOnce: 2, waiting: 20 };
const BUSY_SECONDS = 2;

export type Tried<Result> =
  | { readonly result: Result | null }
  | { readonly refused: "failed" | "busy"; readonly seconds: number };

/** Tries a password, for as many as may try; the work gives null for a wrong one. */
export type TryPassword = <Result>(
  login: LoginTry,
  work: () => Promise<Result | null>,
) => Promise<Tried<Result>>;

/** The one count of failed logins for pages and API alike. */
export function createTries(clock: Pick<Clock, "monotonicMs">): TryPassword {
  const limit = createLoginLimit(clock);
  const gate = createGate(CHECKS);
  return async (login, work) => {
    const seconds = limit.begin(login);
    if (seconds !== null) return { refused: "failed", seconds };
    let wasRight: boolean | null = null;
    try {
      const done = await gate.run(work);
      if (done === null) return { refused: "busy", seconds: BUSY_SECONDS };
      wasRight = done.result !== null;
      return done;
    } finally {
      limit.end(login, wasRight);
    }
  };
}

export const REFUSED_TEXTS = {
  failed: "too many failed logins",
  busy: "too many logins at once",
} as const;
