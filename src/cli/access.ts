import type { Config } from "../config.ts";
import { may, type Actor } from "../core/access.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../errors.ts";
import type { Queryable } from "../store/connect.ts";
import { actorBy, OPERATOR } from "./by.ts";
import { readConfig } from "./open.ts";
import type { Terminal } from "./verb.ts";

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

const PLACES: Readonly<Record<string, string>> = {
  role: "--role",
  accounts: "--accounts",
  expires: "--expires",
  password: "standard input",
};

/** Runs the work; what is wrong with the input is told by where it was typed. */
export async function asInput<Result>(namePlace: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InvalidInputError) {
      const typedAt = { ...PLACES, name: namePlace };
      throw new InvalidInputError(
        error.problems.map(({ place, message }) => ({
          place: Object.entries(typedAt).find(([field]) => field === place)?.[1] ?? place,
          message,
        })),
      );
    }
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error;
    throw new InvalidInputError([{ place: namePlace, message: error.message }]);
  }
}

/** One row of a list, its columns padded to the widest. */
export function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

export function dayOf(ms: number | null): string {
  return ms === null ? "" : new Date(ms).toISOString().slice(0, 10);
}
