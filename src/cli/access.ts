import { readSettings, type Config } from "../config.ts";
import { may, ROLES, type Actor } from "../core/access.ts";
import { InvalidInputError, type Problem } from "../errors.ts";
import type { Database, Queryable } from "../store/connect.ts";
import { readArguments, tellOnce, throwProblems } from "./arguments.ts";
import { asInput, type Typed } from "./as-input.ts";
import { actorBy, OPERATOR } from "./by.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

// What the verbs `token` and `user` share.

/** Who a verb acts as. Throws InvalidInputError for one who may not. */
export async function adminBy(
  db: Queryable,
  by: string | undefined,
  { clock }: Pick<Terminal, "clock">,
): Promise<Actor> {
  if (by === undefined) return OPERATOR;
  const actor = await actorBy(db, by, clock);
  if (may(actor, "manage-access")) return actor;
  const message = `the role ${actor.role} may not manage access`;
  throw new InvalidInputError([{ place: "--by", message }]);
}

/** "A,B" as ids; undefined when not given. */
export function readAccounts(text: string | undefined): readonly string[] | undefined {
  return text?.split(",").map((id) => id.trim());
}

/** The configuration, where there are accounts to look up in it. */
export function configForAccounts(
  terminal: Terminal,
  values: { readonly accounts?: string | undefined; readonly config?: string | undefined },
): Config | null {
  if (values.accounts === undefined) return null;
  return readConfig(terminal, values.config).config;
}

/** `--role`, which the verb cannot do without; "" beside a problem. */
export function requireRole(role: string | undefined, problems: Problem[]): string {
  const message = `give one of ${ROLES.join(", ")}`;
  if (role === undefined) tellOnce({ place: "--role", message }, problems);
  return role ?? "";
}

/** Where the name of a user, or of a token that exists, is typed. */
export const BY_NAME: Typed = {
  thing: "NAME",
  fields: { name: "NAME", password: "standard input" },
};

/** A verb that changes one user or token, of which it needs the name alone. */
export function nameVerb(input: {
  readonly thing: "user" | "token";
  readonly verb: string;
  readonly summary: string;
  /** What the user or token is from now on. */
  readonly done: string;
  readonly change: (
    deps: { readonly db: Database; readonly clock: Terminal["clock"] },
    name: string,
    by: Actor,
  ) => Promise<{ readonly name: string }>;
}): Verb {
  const { thing, summary } = input;
  return {
    summary,
    usage: `nines ${thing} ${input.verb} NAME [--by NAME]`,
    run: async (args, terminal) => {
      const options = { by: { type: "string" } } as const;
      const { values, positionals, problems } = readArguments(args, options, ["NAME"]);
      throwProblems(problems);
      const settings = readSettings(terminal.env);
      const { clock, out } = terminal;
      return withStore<ExitStatus>(terminal, { settings, purpose: thing }, async ({ db }) => {
        const by = await adminBy(db, values.by, terminal);
        const [name = ""] = positionals;
        const changed = await asInput(input.change({ db, clock }, name, by), BY_NAME);
        out(`${thing} ${changed.name} is ${input.done}`);
        return 0;
      });
    },
  };
}

export function dayOf(ms: number | null): string {
  return ms === null ? "" : new Date(ms).toISOString().slice(0, 10);
}
