import { checkSummary } from "../check-summary.ts";
import { readArguments, requireOne } from "./arguments.ts";
import { loadConfig } from "./open.ts";
import type { Verb } from "./verb.ts";

export const checkConfig: Verb = {
  summary: "validates a configuration file and prints what it holds",
  usage: "nines check-config FILE",
  run: async (args, { env, out }) => {
    const { positionals } = readArguments(args, {});
    out(checkSummary(loadConfig(requireOne(positionals, "FILE"), env)));
    return 0;
  },
};
