import { openSigner, rotateKey, type SigningDeps } from "../signing.ts";
import { listKeys } from "../store/signing-keys.ts";
import { readArguments, requireOneOf, throwProblems } from "./arguments.ts";
import { OPERATOR } from "./by.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

const ACTIONS = ["list", "rotate"] as const;

export const key: Verb = {
  summary: "shows the keys that sign closed months, or puts a new one in place",
  usage: "nines key list|rotate [--config FILE]",
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(args, { config: { type: "string" } }, [
      "ACTION",
    ]);
    const given = { place: "ACTION", value: positionals[0] ?? "" };
    const action = requireOneOf(ACTIONS, given, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "key" }, async ({ db }) => {
      const { dataDir } = settings;
      const { clock } = terminal;
      const deps = { db, clock, dataDir, keyFile: config.signingKeyFile };
      const { keyId } =
        action === "rotate" ? await rotateKey(deps, OPERATOR) : await openSigner(deps);
      await printKeys(terminal, deps, keyId);
      return 0;
    });
  },
};

async function printKeys(
  terminal: Terminal,
  { db }: Pick<SigningDeps, "db">,
  current: string,
): Promise<void> {
  for (const { id, publicKey, createdAtMs } of await listKeys(db)) {
    const since = new Date(createdAtMs).toISOString();
    const mark = id === current ? "  signs now" : "";
    terminal.out(`${id}  ed25519 ${publicKey}  since ${since}${mark}`);
  }
}
