import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "pino";
import { isMap, isScalar, parseAllDocuments, parseDocument } from "yaml";
import { probes } from "../../probes/index.ts";
import type { Clock } from "../clock.ts";
import { readSettings, type Config, type Settings } from "../config.ts";
import { InvalidInputError } from "../errors.ts";
import { parseConfig } from "../parse-config.ts";
import { sandboxConfigYaml } from "../sandbox/config-yaml.ts";
import { SERVER_SPECS } from "../sandbox/fleet.ts";
import { openDatabase, type Database } from "../store/connect.ts";
import { openEmbedded } from "../store/embedded.ts";
import { migrate } from "../store/migrate.ts";
import { createLog } from "./log.ts";
import type { Terminal } from "./verb.ts";

const probeSettings = Object.fromEntries(
  Object.entries(probes).map(([kind, probe]) => [kind, probe.settings]),
);

/** Validates a configuration text. Throws InvalidInputError with all of its problems. */
export function parse(
  source: { readonly text: string; readonly file: string },
  env: Terminal["env"],
): Config {
  return parseConfig(source, {
    env,
    probeSettings,
    readFile: (path) => readFileSync(path, "utf8"),
  });
}

/** Reads and validates a configuration file. Throws InvalidInputError. */
export function loadConfig(file: string, env: Terminal["env"]): Config {
  const text = readText(file);
  if (sandboxWish(text) === null) return parse({ text, file }, env);
  // Its servers do not run here: their addresses are made up, and only the rest is checked.
  const servers = SERVER_SPECS.map((spec) => ({ ...spec, address: "127.0.0.1:1" }));
  return parse({ text: sandboxConfigYaml({ servers }, text), file }, env);
}

/** The text of a configuration file. Throws InvalidInputError. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new InvalidInputError([{ place: file, message: `cannot be read (${why})` }]);
  }
}

const SANDBOX = "sandbox";

/**
 * How a file asks for the sandbox; null for one that does not. Throws InvalidInputError for one
 * that the sandbox's targets cannot be added to.
 */
export function sandboxWish(text: string): "lively" | "quiet" | null {
  if (!text.includes(SANDBOX)) return null;
  const document = parseDocument(text, { uniqueKeys: false });
  const { contents } = document;
  // What else is wrong with it is told when it is read as a whole.
  if (document.errors.length > 0 || !isMap(contents) || !contents.has(SANDBOX)) return null;
  const node = contents.get(SANDBOX, true);
  const wish: unknown = isScalar(node) ? node.value : null;
  if (wish !== "lively" && wish !== "quiet") {
    throw new InvalidInputError([{ place: SANDBOX, message: "must say lively or quiet itself" }]);
  }
  const more = parseAllDocuments(`${text}\ntargets: []\n`, { uniqueKeys: false });
  if (more.length !== 1 || more.some(({ errors }) => errors.length > 0)) {
    const message =
      "the sandbox's targets are added at the end of the file; write it as one document whose keys stand at the start of their lines, without braces around it";
    throw new InvalidInputError([{ place: SANDBOX, message }]);
  }
  return wish;
}

/** Where the service leaves the sandbox's configuration for the other verbs. */
export function sandboxFile({ dataDir }: Pick<Settings, "dataDir">): string {
  return join(dataDir, "sandbox.yaml");
}

/**
 * The settings and the configuration that a verb works with: `--config`, NINES_CONFIG,
 * ./nines.yaml, or the sandbox's. Throws InvalidInputError.
 */
export function readConfig(
  { env }: Pick<Terminal, "env">,
  file: string | undefined,
): { readonly settings: Settings; readonly config: Config } {
  const settings = readSettings(env);
  const named = file ?? settings.configFile;
  const isSandbox = named === null || (existsSync(named) && sandboxWish(readText(named)) !== null);
  // The running service left there where its servers are.
  const known = isSandbox ? sandboxFile(settings) : named;
  if (known === sandboxFile(settings) && !existsSync(known)) {
    const message = "no configuration: name one, or put a nines.yaml here";
    throw new InvalidInputError([{ place: "--config", message }]);
  }
  // What the service left is whole: it holds the file that asked and the sandbox's targets.
  const config = isSandbox
    ? parse({ text: readText(known), file: known }, env)
    : loadConfig(known, env);
  return { settings, config };
}

export type OpenDatabase = {
  readonly db: Database;
  readonly url: string;
  readonly close: () => Promise<void>;
};

/** Opens DATABASE_URL, or else the embedded database, and brings its tables up to date. */
export async function openStore(
  settings: Settings,
  deps: { readonly clock: Clock; readonly log: Logger },
  options: { readonly exclusive: boolean; readonly purpose: string; readonly max?: number },
): Promise<OpenDatabase> {
  const { exclusive, purpose, max } = options;
  const embedded =
    settings.databaseUrl === null
      ? await openEmbedded(deps, { dataDir: settings.dataDir, exclusive, purpose })
      : null;
  const url = settings.databaseUrl ?? embedded?.url ?? "";
  try {
    // A verb reads whole months at once; the service must not hang on a statement.
    const statementTimeoutMs = exclusive ? undefined : 0;
    const db = await openDatabase(url, { ...deps, max, statementTimeoutMs });
    await migrate(db, deps);
    return {
      db,
      url,
      close: async () => {
        await db.end();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** Runs a verb's work on the database and closes it whatever happens. */
export async function withStore<Result>(
  { clock }: Terminal,
  { settings, purpose }: { readonly settings: Settings; readonly purpose: string },
  work: (store: OpenDatabase) => Promise<Result>,
): Promise<Result> {
  const log = createLog("warn", 2);
  const store = await openStore(settings, { clock, log }, { exclusive: false, purpose });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
