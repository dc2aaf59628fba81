import type { Role } from "../../src/core/access.ts";
import { addUser } from "../../src/manage-access.ts";
import { SETUP } from "./access.ts";
import { createTestApp } from "./app.ts";
import { testClock } from "./clock.ts";
import { DEMO_CONFIG, DEMO_NOW } from "./demo-month.ts";
import { createVisitor } from "./visitor.ts";

export const PASSWORD = "correct horse battery";

/** A server with people who may log in; each has the same password. */
export async function servePeople(
  people: Readonly<Record<string, Role>>,
  input: {
    readonly config?: string;
    readonly deps?: Parameters<typeof createTestApp>[0]["deps"];
  } = {},
) {
  const clock = testClock(DEMO_NOW);
  const { config = DEMO_CONFIG, deps = {} } = input;
  const served = await createTestApp({ config, clock, deps });
  for (const [name, role] of Object.entries(people)) {
    const accounts = role === "account-manager" ? ["acme"] : [];
    const wish = { name, role, accounts, password: PASSWORD };
    await addUser({ db: served.store.db, clock, config: served.config }, wish, SETUP);
  }
  const visit = (headers: Record<string, string> = {}) => createVisitor(served.app, headers);
  /** A browser in which somebody is logged in. */
  const enter = async (name: string, headers: Record<string, string> = {}) => {
    const visitor = visit(headers);
    const answer = await visitor.post("/login", { name, password: PASSWORD });
    if (answer.statusCode !== 303) throw new Error(`${name}: ${answer.statusCode} ${answer.body}`);
    return visitor;
  };
  return { ...served, db: served.store.db, clock, visit, enter };
}
