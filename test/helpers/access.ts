import type { Role } from "../../src/core/access.ts";
import { createToken } from "../../src/manage-access.ts";
import type { TestApp } from "./app.ts";

/** The one who sets things up in a test. */
export const SETUP = { name: "local", origin: "cli" };

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The text of a new token. */
export async function giveToken(
  { store, config }: Pick<TestApp, "store" | "config">,
  wish: {
    readonly role: Role;
    readonly accounts?: readonly string[];
    readonly name?: string;
    readonly expires?: string;
  },
  clock: { nowMs: () => number },
): Promise<string> {
  const { text } = await createToken({ db: store.db, clock, config }, wish, SETUP);
  return text;
}
