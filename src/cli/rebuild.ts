import { monthBounds } from "../core/month.ts";
import { rebuild as rebuildDays } from "../rebuild.ts";
import { readArguments, requireMonth } from "./arguments.ts";
import { requireConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const rebuild: Verb = {
  summary: "derives a month again from the stored rounds and says what differs",
  usage: "nines rebuild --month YYYY-MM [--config FILE]",
  run: async (args, terminal) => {
    const { values } = readArguments(args, {
      month: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month);
    return withStore<ExitStatus>(terminal, "rebuild", async ({ db }, settings) => {
      const { timeZone } = requireConfig(settings, terminal.env, values.config);
      const range = monthBounds(month, timeZone);
      const { days, differences } = await rebuildDays({ db, clock: terminal.clock }, range, {
        save: true,
      });
      for (const { target, vantage, day } of differences) {
        terminal.out(`${target} from ${vantage} on ${day} differed and was corrected`);
      }
      terminal.out(`${days} days derived again, ${differences.length} differences`);
      return 0;
    });
  },
};
