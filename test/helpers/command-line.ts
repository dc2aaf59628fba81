import type { Verb } from "../../src/cli/verb.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { HOURLY_CONFIG, type HourlyMonth } from "./hourly-month.ts";
import { makeHome, runNines, type Finished, type Home, type RunOptions } from "./nines.ts";

/** Two targets of two accounts, where nobody listens. */
export const SMALL_CONFIG = `
version: 1
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme }, { id: globex }]
defaults: { interval: 1m, timeout: 1s, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "127.0.0.1:9" } }
  - { id: web-2, product: ecs, region: cn-shanghai, account: globex, probe: { kind: tcp, address: "127.0.0.1:9" } }
`;

export type CommandLine = {
  readonly at: Home;
  readonly database: TestDatabase;
  readonly options: RunOptions;
  /** Runs the command as it is shipped to its end. */
  readonly run: (...args: string[]) => Promise<Finished>;
  readonly close: () => Promise<void>;
};

/** A folder with this configuration, and a database of its own, for the command in a process. */
export async function createCommandLine(yaml: string = SMALL_CONFIG): Promise<CommandLine> {
  const database = await createTestDatabase();
  const at = makeHome();
  at.write("nines.yaml", yaml);
  const options = { at, env: { DATABASE_URL: database.url } };
  return {
    at,
    database,
    options,
    run: (...args) => runNines(args, options),
    close: async () => {
      at.remove();
      await database.drop();
    },
  };
}

export type Terminal = {
  readonly at: Home;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a verb to its end, as the command does; throws what the command would call a failure. */
  readonly run: (verb: Verb, ...args: string[]) => Promise<Finished>;
};

/** A folder with this configuration, for verbs in this process at October's database and its time. */
export function openTerminal(october: HourlyMonth, yaml: string = HOURLY_CONFIG): Terminal {
  const at = makeHome();
  const env = { DATABASE_URL: october.url, NINES_CONFIG: at.write("nines.yaml", yaml) };
  return {
    at,
    env,
    run: async (verb, ...args) => {
      const [out, err]: [string[], string[]] = [[], []];
      const status = await verb
        .run(args, {
          clock: october.clock,
          env,
          out: (text) => out.push(text),
          err: (text) => err.push(text),
        })
        .catch((error: unknown) => {
          if (!(error instanceof InvalidInputError)) throw error;
          err.push(...error.problems.map(({ place, message }) => `${place}: ${message}`));
          return 2;
        });
      return { status, stdout: out.join("\n"), stderr: err.join("\n") };
    },
  };
}
