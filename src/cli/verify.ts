import { verifyMonth, type MonthVerification } from "../verify-month.ts";
import { settle } from "../settle.ts";
import { readArguments, requireMonth, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const verify: Verb = {
  summary: "checks the proof of a month's rounds and reports; exit status 1 when it does not hold",
  usage: "nines verify --month YYYY-MM [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "verify" }, async ({ db }) => {
      const { clock } = terminal;
      await settle({ db, clock });
      const verified = await verifyMonth({ db, clock, config }, month);
      if (verified.broken !== null) {
        terminal.err(`broken: ${verified.broken}`);
        return 1;
      }
      for (const line of linesOf(verified)) terminal.out(line);
      if (!verified.isWaiting) return 0;
      terminal.err(
        "the newest revision does not rest on all results and exclusions that are there: " +
          "nines close makes the next one, and the service does within a minute",
      );
      return 1;
    });
  },
};

function linesOf({ rounds, days, seals, reports, keys }: MonthVerification): string[] {
  const evidence = `${rounds} rounds hold, and the counts of ${days} days follow from them`;
  if (reports === 0) return [evidence, `${seals} seals hold; the month is not closed`];
  return [
    evidence,
    `${seals} seals and ${reports} reports hold`,
    ...keys.map((id) => `signed by ${id}`),
  ];
}
