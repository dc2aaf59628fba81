import { ROLES } from "../core/access.ts";
import { readSettings } from "../config.ts";
import { createToken, revokeToken } from "../manage-access.ts";
import { listTokens, type StoredToken } from "../store/tokens.ts";
import {
  adminBy,
  configForAccounts,
  dayOf,
  nameVerb,
  readAccounts,
  requireRole,
} from "./access.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { asInput } from "./as-input.ts";
import { withStore } from "./open.ts";
import { printTable } from "./print.ts";
import { withSubverbs } from "./subverbs.ts";
import type { ExitStatus, Verb } from "./verb.ts";

const create: Verb = {
  summary: "makes a token and prints it, this once",
  usage:
    `nines token create --role ${ROLES.join("|")} [--accounts A,B] [--name NAME] ` +
    "[--expires 90d] [--by NAME] [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      role: { type: "string" },
      accounts: { type: "string" },
      name: { type: "string" },
      expires: { type: "string" },
      by: { type: "string" },
      config: { type: "string" },
    });
    const role = requireRole(values.role, problems);
    throwProblems(problems);
    const config = configForAccounts(terminal, values);
    const settings = readSettings(terminal.env);
    const { clock, out, err } = terminal;
    return withStore<ExitStatus>(terminal, { settings, purpose: "token" }, async ({ db }) => {
      const by = await adminBy(db, values.by, terminal);
      const { name, expires } = values;
      const wish = { role, accounts: readAccounts(values.accounts), name, expires };
      const making = createToken({ db, clock, config }, wish, by);
      const made = await asInput(making, { thing: "--name" });
      err(`${describe(made.token)}; it is shown this once:`);
      out(made.text);
      return 0;
    });
  },
};

const revoke = nameVerb({
  thing: "token",
  verb: "revoke",
  summary: "makes a token worth nothing, at once",
  done: "revoked",
  change: revokeToken,
});

const list: Verb = {
  summary: "lists all tokens, without their texts",
  usage: "nines token list",
  run: async (args, terminal) => {
    throwProblems(readArguments(args, {}).problems);
    const settings = readSettings(terminal.env);
    return withStore<ExitStatus>(terminal, { settings, purpose: "token" }, async ({ db }) => {
      const nowMs = terminal.clock.nowMs();
      const rows = (await listTokens(db)).map((token) => [
        token.name,
        token.role,
        token.accounts.join(","),
        dayOf(token.createdAtMs),
        stateOf(token, nowMs),
      ]);
      const titles = ["NAME", "ROLE", "ACCOUNTS", "MADE", "STATE"];
      printTable(terminal, titles, rows);
      return 0;
    });
  },
};

export const token = withSubverbs("token", "makes, revokes and lists tokens of the API", {
  create,
  revoke,
  list,
});

function describe({ name, role, accounts, expiresAtMs }: StoredToken): string {
  const of = accounts.length === 0 ? "" : ` of ${accounts.join(", ")}`;
  const until = expiresAtMs === null ? "" : `, until ${new Date(expiresAtMs).toISOString()}`;
  return `token ${name}: ${role}${of}${until}`;
}

function stateOf({ revokedAtMs, expiresAtMs }: StoredToken, nowMs: number): string {
  if (revokedAtMs !== null) return `revoked ${dayOf(revokedAtMs)}`;
  if (expiresAtMs === null) return "in force";
  return `${expiresAtMs <= nowMs ? "expired" : "in force until"} ${dayOf(expiresAtMs)}`;
}
