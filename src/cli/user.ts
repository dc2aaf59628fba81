import { ROLES } from "../core/access.ts";
import { readSettings } from "../config.ts";
import { addUser, changePassword, disableUser, enableUser, updateUser } from "../manage-access.ts";
import { listUsers } from "../store/users.ts";
import {
  adminBy,
  BY_NAME,
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
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

const PASSWORD_OPTIONS = {
  "password-stdin": { type: "boolean" },
  by: { type: "string" },
} as const;

const RIGHTS_OPTIONS = {
  role: { type: "string" },
  accounts: { type: "string" },
  config: { type: "string" },
  by: { type: "string" },
} as const;
const RIGHTS_USAGE = `--role ${ROLES.join("|")} [--accounts A,B]`;

const add: Verb = {
  summary: "adds a user; prints a password, this once, unless one is given on standard input",
  usage: `nines user add NAME ${RIGHTS_USAGE} [--password-stdin] [--by NAME] [--config FILE]`,
  run: async (args, terminal) => {
    const options = { ...RIGHTS_OPTIONS, ...PASSWORD_OPTIONS };
    const { values, positionals, problems } = readArguments(args, options, ["NAME"]);
    const role = requireRole(values.role, problems);
    throwProblems(problems);
    const config = configForAccounts(terminal, values);
    const settings = readSettings(terminal.env);
    const password = await readPassword(values["password-stdin"]);
    return withStore<ExitStatus>(terminal, { settings, purpose: "user" }, async ({ db }) => {
      const by = await adminBy(db, values.by, terminal);
      const [name = ""] = positionals;
      const wish = { name, role, accounts: readAccounts(values.accounts), password };
      const deps = { db, clock: terminal.clock, config };
      const { generated } = await asInput(addUser(deps, wish, by), BY_NAME);
      tellPassword(terminal, `user ${name} is added: ${role}`, generated);
      return 0;
    });
  },
};

const update: Verb = {
  summary: "gives a user another role, or other accounts, and ends their logins",
  usage: `nines user update NAME ${RIGHTS_USAGE} [--by NAME] [--config FILE]`,
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(args, RIGHTS_OPTIONS, ["NAME"]);
    const role = requireRole(values.role, problems);
    throwProblems(problems);
    const config = configForAccounts(terminal, values);
    const settings = readSettings(terminal.env);
    const { clock, out } = terminal;
    return withStore<ExitStatus>(terminal, { settings, purpose: "user" }, async ({ db }) => {
      const by = await adminBy(db, values.by, terminal);
      const wish = { name: positionals[0] ?? "", role, accounts: readAccounts(values.accounts) };
      const { name, accounts } = await asInput(
        updateUser({ db, clock, config }, wish, by),
        BY_NAME,
      );
      out(`user ${name} is ${role}${accounts.length === 0 ? "" : ` of ${accounts.join(", ")}`}`);
      return 0;
    });
  },
};

const password: Verb = {
  summary: "gives a user another password and ends their logins; prints it as `user add` does",
  usage: "nines user password NAME [--password-stdin] [--by NAME]",
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(args, PASSWORD_OPTIONS, ["NAME"]);
    throwProblems(problems);
    const settings = readSettings(terminal.env);
    const given = await readPassword(values["password-stdin"]);
    return withStore<ExitStatus>(terminal, { settings, purpose: "user" }, async ({ db }) => {
      const by = await adminBy(db, values.by, terminal);
      const [name = ""] = positionals;
      const deps = { db, clock: terminal.clock };
      const changed = changePassword(deps, { name, password: given }, by);
      const { generated } = await asInput(changed, BY_NAME);
      tellPassword(terminal, `user ${name} has another password`, generated);
      return 0;
    });
  },
};

const disable = nameVerb({
  thing: "user",
  verb: "disable",
  summary: "keeps a user from logging in, and ends every login of theirs",
  done: "disabled",
  change: disableUser,
});

const enable = nameVerb({
  thing: "user",
  verb: "enable",
  summary: "lets a disabled user log in again, with the role and the password of before",
  done: "enabled",
  change: enableUser,
});

const list: Verb = {
  summary: "lists all users",
  usage: "nines user list",
  run: async (args, terminal) => {
    throwProblems(readArguments(args, {}).problems);
    const settings = readSettings(terminal.env);
    return withStore<ExitStatus>(terminal, { settings, purpose: "user" }, async ({ db }) => {
      const rows = (await listUsers(db)).map((user) => [
        user.name,
        user.role,
        user.accounts.join(","),
        dayOf(user.createdAtMs),
        user.disabledAtMs === null ? "in force" : `disabled ${dayOf(user.disabledAtMs)}`,
      ]);
      const titles = ["NAME", "ROLE", "ACCOUNTS", "ADDED", "STATE"];
      printTable(terminal, titles, rows);
      return 0;
    });
  },
};

export const user = withSubverbs(
  "user",
  "adds, lists, disables and enables users, sets roles and passwords",
  {
    add,
    update,
    password,
    disable,
    enable,
    list,
  },
);

/** The first line of standard input; undefined when it was not asked for. */
async function readPassword(isAsked: boolean | undefined): Promise<string | undefined> {
  if (isAsked !== true) return undefined;
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += String(chunk);
  return text.split(/\r?\n/u)[0] ?? "";
}

/** Standard output has the password alone, for whoever wants to pass it on. */
function tellPassword({ out, err }: Terminal, what: string, generated: string | null): void {
  err(generated === null ? what : `${what}; the password is shown this once:`);
  if (generated !== null) out(generated);
}
