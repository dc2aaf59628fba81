import { diffReports } from "../core/report-diff.ts";
import { requireKnownAccount } from "../known-account.ts";
import { reportMonth } from "../report-month.ts";
import { listRevisions } from "../store/reports.ts";
import { readArguments, requireMonth, throwProblems } from "./arguments.ts";
import { asInput } from "./as-input.ts";
import { readConfig, withStore, type OpenDatabase } from "./open.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

export const revisions: Verb = {
  summary: "lists the revisions of a closed month and what changed between them",
  usage: "nines revisions --month YYYY-MM [--account A] [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      account: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "revisions" }, async ({ db }) => {
      const { account } = values;
      await asInput(requireKnownAccount({ db, config }, account), { thing: "--account" });
      const list = await listRevisions(db, { month, account: account ?? "" });
      if (list.length === 0) terminal.err(`${month} is not closed`);
      for (const { revision, closedAtMs, closedBy, reason } of list) {
        const at = new Date(closedAtMs).toISOString();
        terminal.out(`revision ${revision}  ${at}  by ${closedBy}: ${reason}`);
        const query = { month, account };
        if (revision > 1) await printChanges(terminal, { db, config }, { ...query, revision });
      }
      return 0;
    });
  },
};

async function printChanges(
  terminal: Terminal,
  deps: Parameters<typeof reportMonth>[0] & Pick<OpenDatabase, "db">,
  query: {
    readonly month: string;
    readonly account: string | undefined;
    readonly revision: number;
  },
): Promise<void> {
  const before = await reportMonth(deps, { ...query, revision: query.revision - 1 });
  const after = await reportMonth(deps, query);
  for (const change of diffReports(before, after)) {
    const { agreement, subject, field } = change;
    const values = `${change.before ?? "none"} -> ${change.after ?? "none"}`;
    terminal.out(`  ${`${agreement} ${subject}`.trim()} ${field ?? "subject"}: ${values}`);
  }
}
