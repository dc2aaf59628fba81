import { monthBounds } from "../core/month.ts";
import { verify as verifyMonth } from "../verify.ts";
import { readArguments, requireMonth } from "./arguments.ts";
import { requireConfig, withStore } from "./open.ts";
import type { Verb } from "./verb.ts";

export const verify: Verb = {
  summary: "checks the proof of a month's rounds; exit status 1 when it does not hold",
  usage: "nines verify --month YYYY-MM [--config FILE]",
  run: async (args, terminal) => {
    const { values } = readArguments(args, {
      month: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month);
    return withStore(terminal, "verify", async ({ db }, settings) => {
      const { timeZone } = requireConfig(settings, terminal.env, values.config);
      const { rounds, days, broken } = await verifyMonth(
        { db, clock: terminal.clock },
        monthBounds(month, timeZone),
      );
      if (broken !== null) {
        terminal.err(`broken: ${broken}`);
        return 1;
      }
      terminal.out(`${rounds} rounds hold, and the counts of ${days} days follow from them`);
      return 0;
    });
  },
};
