import { monthBounds } from "../core/month.ts";
import { rebuild as rebuildDays } from "../rebuild.ts";
import { readArguments, requireMonth, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const rebuild: Verb = {
  summary: "derives a month again from the stored rounds and says what differs",
  usage: "nines rebuild --month YYYY-MM [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    const range = monthBounds(month, config.timeZone);
    return withStore<ExitStatus>(terminal, { settings, purpose: "rebuild" }, async ({ db }) => {
      const deps = { db, clock: terminal.clock };
      const { days, differences, noted } = await rebuildDays(deps, range, { save: true });
      for (const { target, vantage, day } of differences) {
        terminal.out(`${target} from ${vantage} on ${day} differed and was corrected`);
      }
      if (noted > 0) {
        terminal.out(
          `${noted} notes of which chains hold which targets were missing and were made`,
        );
      }
      terminal.out(`${days} days derived again, ${differences.length} differences`);
      return 0;
    });
  },
};
