import { mkdirSync } from "node:fs";
import { readSettings, type Config, type Settings } from "../config.ts";
import { InvalidInputError } from "../errors.ts";
import { createMetrics } from "../metrics.ts";
import { openQueues } from "../queues.ts";
import { openRenderer } from "../render-apart.ts";
import { checkSignatory, withPdfSignature } from "../sign-report.ts";
import { openSigner } from "../signing.ts";
import { createIdCache } from "../store/prepare-rounds.ts";
import { createLog } from "./log.ts";
import { readArguments, requireOneOf, throwProblems } from "./arguments.ts";
import { rememberQueues, ROLES, type Context, type RoleName } from "./context.ts";
import { listenToSignals, trackOpenThings, type OpenThings, type Signals } from "./lifecycle.ts";
import { listen } from "./listen.ts";
import { loadConfig, openStore, readText, sandboxWish, type OpenDatabase } from "./open.ts";
import { startRoles } from "./roles.ts";
import { startSandbox, type Sandbox } from "./sandbox.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

/** Of the 15 s that a stop may take; a probe in flight gets a part of it. */
const CLOSE_LIMIT_MS = 14_000;

export const start: Verb = {
  summary: "runs a role (all of them by default) until SIGTERM",
  usage: `nines start [--config FILE] [--role ${ROLES.join("|")}] [--vantage ID]`,
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      config: { type: "string" },
      role: { type: "string", default: "all" },
      vantage: { type: "string" },
    });
    const role = requireOneOf(ROLES, { place: "--role", value: values.role }, problems);
    if (role === "worker" && values.vantage === undefined) {
      const message = "a worker measures from one vantage: name it";
      problems.push({ place: "--vantage", message });
    }
    throwProblems(problems);
    const settings = readSettings(terminal.env);
    const file = values.config ?? settings.configFile;
    return runService({ settings, terminal, role, file, vantage: values.vantage ?? null });
  },
};

type Order = {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly role: RoleName;
  /** Null: the sandbox. */
  readonly file: string | null;
  /** Null: every vantage of the configuration. */
  readonly vantage: string | null;
};

/** Opens everything, runs until a signal, and closes everything. A signal also ends the opening. */
async function runService(order: Order): Promise<ExitStatus> {
  const log = createLog(order.settings.logLevel);
  const signals = listenToSignals(log);
  let status: ExitStatus = 0;
  const open = trackOpenThings(log, {
    limitMs: CLOSE_LIMIT_MS,
    onLate: () => process.exit(status),
  });
  try {
    const opening = openService(order, { log, open, signals });
    const signal = await Promise.race([opening.then(() => signals.stop), signals.stop]);
    log.info({ signal }, "draining");
  } catch (error) {
    status = 1;
    throw error;
  } finally {
    await open.closeAll();
  }
  return status;
}

async function openService(
  order: Order,
  life: { readonly log: Context["log"]; readonly open: OpenThings; readonly signals: Signals },
): Promise<void> {
  const { settings, terminal, role } = order;
  const { clock } = terminal;
  const { log, open } = life;
  mkdirSync(settings.dataDir, { recursive: true });
  const mood = order.file === null ? "lively" : sandboxWish(readText(order.file));
  const sandbox = mood === null ? null : await startSandbox({ clock, log, settings }, mood);
  if (sandbox !== null) await open.add(sandbox.close);
  let config = readConfig(order, sandbox);
  await checkSignatory(config, role);
  const database = await openDatabaseFor(order, log);
  if (database !== null) await open.add(database.close);
  const queues = await openQueues({
    databaseUrl: database?.url ?? "",
    redisUrl: settings.redisUrl,
    onError: (error) => log.warn({ err: error }, "queue trouble"),
  });
  await open.add(queues.close);
  const renderer = openRenderer();
  await open.add(renderer.close);
  const context: Context = {
    clock,
    log,
    role,
    vantage: order.vantage,
    dataDir: settings.dataDir,
    config: () => config,
    store: database === null ? null : { db: database.db, ids: createIdCache() },
    queues: rememberQueues(queues),
    metrics: createMetrics(),
    signer: async () => {
      if (database === null) throw new Error("a worker without a database signs nothing");
      const { db } = database;
      const { signingKeyFile: keyFile } = config;
      return openSigner({ db, clock, dataDir: settings.dataDir, keyFile });
    },
    holdsClosing: () => sandbox?.holdsClosing() ?? false,
    renderYear: renderer.renderYear,
    render: withPdfSignature(renderer.render, { clock, config: () => config }),
  };
  await open.add(context.queues.closeOpened);

  // Before the roles, so that a port that is taken ends the start before anything is measured.
  const listener = await listen(context, settings, () => ({
    sandbox: sandbox !== null,
    filling: sandbox?.filling() ?? null,
  }));
  await open.add(listener.close);
  const roles = await startRoles(context, open);
  await open.add(async () => listener.beginDraining());
  if (sandbox !== null && context.store !== null) {
    await open.add(sandbox.startFilling({ config, store: context.store }));
  }

  if (sandbox !== null) terminal.out(sandbox.banner(listener));
  else log.info({ role, url: listener.url }, "nines runs");
  life.signals.onReload(async () => {
    if (order.file === null) return;
    try {
      const next = readConfig(order, sandbox);
      await checkSignatory(next, role);
      config = next;
    } catch (error) {
      log.error({ err: error }, "configuration refused; the old one stays in force");
      return;
    }
    await roles.reload();
    log.info({ file: order.file }, "configuration reloaded");
  });
}

function readConfig({ file, terminal, vantage, role }: Order, sandbox: Sandbox | null): Config {
  const config = sandbox?.configOf(file) ?? loadConfig(file ?? "", terminal.env);
  if (role === "worker" && !config.vantages.some(({ id }) => id === vantage)) {
    const message = `"${vantage}" is not in the configuration's list of vantages`;
    throw new InvalidInputError([{ place: "--vantage", message }]);
  }
  return config;
}

/** A worker needs the queue only; with Redis it has no database at all. */
async function openDatabaseFor(order: Order, log: Context["log"]): Promise<OpenDatabase | null> {
  const { settings, role, terminal } = order;
  if (role === "worker" && settings.redisUrl !== null) return null;
  if (role !== "all" && settings.databaseUrl === null) {
    const message = `role ${role} shares its database with the others: set it`;
    throw new InvalidInputError([{ place: "environment DATABASE_URL", message }]);
  }
  return openStore(settings, { clock: terminal.clock, log }, { exclusive: true, purpose: "start" });
}
