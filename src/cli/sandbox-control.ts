import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readSettings, type Settings } from "../config.ts";
import { parseDuration } from "../core/duration.ts";
import { parseJson } from "../core/parse-json.ts";
import { InvalidInputError } from "../errors.ts";
import {
  LONGEST_FAULT_MS,
  sandboxServers,
  type FaultOrder,
  type SandboxControl,
} from "../sandbox/control.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { withSubverbs } from "./subverbs.ts";
import type { Terminal, Verb } from "./verb.ts";

const place = z.object({ url: z.string(), key: z.string() });
const refusal = z.object({ error: z.string() });

function controlFile({ dataDir }: Pick<Settings, "dataDir">): string {
  return join(dataDir, "sandbox-control.json");
}

/** Leaves for the other verbs where the sandbox takes orders, readable by its owner alone. */
export function writeControl(settings: Settings, { url, key }: SandboxControl): void {
  writeFileSync(controlFile(settings), JSON.stringify({ url, key }), { mode: 0o600 });
}

const list: Verb = {
  summary: "lists the servers of the running sandbox, and what is wrong with them",
  usage: "nines sandbox list",
  run: async (args, terminal) => {
    const { problems } = readArguments(args, {});
    throwProblems(problems);
    for (const { name, kind, fault, faults } of await ask(terminal, null)) {
      terminal.out(
        `${name.padEnd(26)} ${kind.padEnd(9)} ${fault ?? "-"}  (can: ${faults.join(", ")})`,
      );
    }
    return 0;
  },
};

const breakServer: Verb = {
  summary: "breaks a server of the running sandbox, as an outage would",
  usage: "nines sandbox break SERVER [--fault refuse] [--for 3m]",
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(
      args,
      { fault: { type: "string", default: "refuse" }, for: { type: "string" } },
      ["SERVER"],
    );
    const forMs = values.for === undefined ? null : parseDuration(values.for);
    if (values.for !== undefined && (forMs ?? 0) < 1) {
      problems.push({
        place: "--for",
        message: `"${values.for}" is no duration; write one such as 3m`,
      });
    }
    if ((forMs ?? 0) > LONGEST_FAULT_MS) {
      const message = `"${values.for}" is too long; write up to 24d, or leave it out`;
      problems.push({ place: "--for", message });
    }
    throwProblems(problems);
    const [server = ""] = positionals;
    await ask(terminal, { server, fault: values.fault, forMs });
    terminal.out(
      `${server}: ${values.fault}${values.for === undefined ? "" : ` for ${values.for}`}`,
    );
    return 0;
  },
};

const mend: Verb = {
  summary: "mends a server of the running sandbox",
  usage: "nines sandbox mend SERVER",
  run: async (args, terminal) => {
    const { positionals, problems } = readArguments(args, {}, ["SERVER"]);
    throwProblems(problems);
    const [server = ""] = positionals;
    await ask(terminal, { server, fault: null, forMs: null });
    terminal.out(`${server}: mended`);
    return 0;
  },
};

export const sandbox = withSubverbs(
  "sandbox",
  "breaks and mends servers of the running sandbox: list, break, mend",
  { list, break: breakServer, mend },
);

/** Gives the order to the running sandbox, or none; resolves with its servers. */
async function ask(
  { env }: Terminal,
  order: FaultOrder | null,
): Promise<z.output<typeof sandboxServers>> {
  const { url, key } = readPlace(readSettings(env));
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await fetch(url, {
    headers,
    ...(order === null ? {} : { method: "POST", body: JSON.stringify(order) }),
  }).catch(() => {
    throw new Error("the sandbox does not answer; is the service running?");
  });
  const body: unknown = await answer.json();
  if (answer.ok) return sandboxServers.parse(body);
  const { error } = refusal.parse(body);
  throw new InvalidInputError([{ place: "sandbox", message: error }]);
}

function readPlace(settings: Settings): z.output<typeof place> {
  const file = controlFile(settings);
  const known = place.safeParse(existsSync(file) ? parseJson(readFileSync(file, "utf8")) : null);
  if (!known.success) {
    const message = "no sandbox runs on this data directory; start it with npm start";
    throw new InvalidInputError([{ place: "NINES_DATA_DIR", message }]);
  }
  return known.data;
}
