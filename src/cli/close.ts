import { closeMonth } from "../close-month.ts";
import type { Revision } from "../revise-report.ts";
import { may } from "../core/access.ts";
import { ForbiddenError } from "../errors.ts";
import { sealDays } from "../seal.ts";
import { settle } from "../settle.ts";
import { openSigner } from "../signing.ts";
import { readArguments, requireMonth, throwProblems } from "./arguments.ts";
import { actorBy, OPERATOR } from "./by.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const close: Verb = {
  summary: "closes a month by the present configuration, or makes a new revision",
  usage: "nines close --month YYYY-MM [--reason TEXT] [--by NAME] [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      reason: { type: "string" },
      by: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    const reason = values.reason?.trim();
    if (reason === "") {
      problems.push({ place: "--reason", message: "is empty; say why, or leave it out" });
    }
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "close" }, async ({ db }) => {
      const { clock } = terminal;
      const by = values.by === undefined ? OPERATOR : await actorBy(db, values.by, clock);
      if (!may(by, "close-month")) {
        throw new ForbiddenError(`${by.name} has the role ${by.role}, which may not close a month`);
      }
      await settle({ db, clock });
      await sealDays({ db, clock });
      const keyFile = config.signingKeyFile;
      const signer = () => openSigner({ db, clock, dataDir: settings.dataDir, keyFile });
      const order = { month, by, reason, afresh: true };
      const revisions = await closeMonth({ db, clock, config, signer }, order);
      if (revisions.length === 0) terminal.out(`${month} is closed; nothing changed`);
      for (const revision of revisions) terminal.out(revisionLine(revision));
      return 0;
    });
  },
};

function revisionLine({ month, account, revision, reason }: Revision): string {
  const whose = account === "" ? "all accounts" : account;
  return `${month} closed for ${whose}: revision ${revision} (${reason})`;
}
