import { monthBounds } from "../core/month.ts";
import { verify as verifyMonth } from "../verify.ts";
import { readArguments, requireMonth, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import type { Verb } from "./verb.ts";

export const verify: Verb = {
  summary: "checks the proof of a month's rounds; exit status 1 when it does not hold",
  usage: "nines verify --month YYYY-MM [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    const range = monthBounds(month, config.timeZone);
    return withStore(terminal, { settings, purpose: "verify" }, async ({ db }) => {
      const { rounds, days, broken } = await verifyMonth({ db, clock: terminal.clock }, range);
      if (broken !== null) {
        terminal.err(`broken: ${broken}`);
        return 1;
      }
      terminal.out(`${rounds} rounds hold, and the counts of ${days} days follow from them`);
      return 0;
    });
  },
};
