import { askReportMail } from "../ask-report-mail.ts";
import { readArguments, requireMonth, requireOption, throwProblems } from "./arguments.ts";
import { asInput } from "./as-input.ts";
import { actorBy, OPERATOR } from "./by.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const mail: Verb = {
  summary: "has a closed month's report mailed to its account's contacts, also once more",
  usage: "nines mail --month YYYY-MM --account A [--by NAME] [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      account: { type: "string" },
      by: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    const account = requireOption("--account", values.account, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "mail" }, async ({ db }) => {
      const { clock } = terminal;
      const { by } = values;
      const actor = by === undefined ? OPERATOR : await actorBy(db, by, clock);
      const asking = askReportMail({ db, clock, config }, { month, account, actor });
      const { revision, to } = await asInput(asking, { thing: "--month, --account" });
      terminal.out(`revision ${revision} of ${month} goes to ${to.join(", ")} once nines runs`);
      return 0;
    });
  },
};
