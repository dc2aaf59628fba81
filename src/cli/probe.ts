import { prepareProbe } from "../../probes/index.ts";
import { PHASES } from "../core/outcome.ts";
import { InvalidInputError } from "../errors.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { readConfig } from "./open.ts";
import type { Verb } from "./verb.ts";

export const probe: Verb = {
  summary: "runs one probe now, prints outcome, phases and reason; stores nothing",
  usage: "nines probe TARGET [--config FILE] [--json]",
  run: async (args, terminal) => {
    const { clock, out } = terminal;
    const { values, positionals, problems } = readArguments(
      args,
      { config: { type: "string" }, json: { type: "boolean" } },
      ["TARGET"],
    );
    throwProblems(problems);
    const [id = ""] = positionals;
    const { config } = readConfig(terminal, values.config);
    const target = config.targets.find((one) => one.id === id);
    if (target === undefined) {
      const message = `"${id}" is not in the configuration`;
      throw new InvalidInputError([{ place: "TARGET", message }]);
    }
    const result = await prepareProbe(target.probe)({
      clock,
      timeoutMs: target.timeoutMs,
      signal: new AbortController().signal,
    });
    if (values.json === true) {
      out(JSON.stringify({ target: id, ...result }));
      return 0;
    }
    out(`${id}  ${result.outcome}${result.reason === "" ? "" : `  ${result.reason}`}`);
    if (result.address !== undefined) out(`  address     ${result.address}`);
    for (const phase of PHASES) {
      const ms = result.phasesMs[phase];
      if (ms !== undefined) out(`  ${phase.padEnd(11)} ${ms.toFixed(2)} ms`);
    }
    out(`  ${"total".padEnd(11)} ${result.latencyMs.toFixed(2)} ms`);
    if (result.detail !== undefined) out(`  detail      ${result.detail}`);
    if (result.requestId !== undefined) out(`  request id  ${result.requestId}`);
    return 0;
  },
};
