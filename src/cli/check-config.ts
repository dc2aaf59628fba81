import { checkSummary } from "../check-summary.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { loadConfig } from "./open.ts";
import type { Verb } from "./verb.ts";

export const checkConfig: Verb = {
  summary: "validates a configuration file and prints what it holds",
  usage: "nines check-config FILE",
  run: async (args, { env, out }) => {
    const { positionals, problems } = readArguments(args, {}, ["FILE"]);
    throwProblems(problems);
    out(checkSummary(loadConfig(positionals[0] ?? "", env)));
    return 0;
  },
};
