import { writeFileSync } from "node:fs";
import { LANGS } from "../core/views.ts";
import { InvalidInputError, NotFoundError, type Problem } from "../errors.ts";
import { readDocument } from "../month-document.ts";
import { settle } from "../settle.ts";
import { FORMAT_NAMES, reportFormats } from "../reports/index.ts";
import { readArguments, requireMonth, requireOneOf, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

const OPTIONS = {
  month: { type: "string" },
  account: { type: "string" },
  revision: { type: "string" },
  format: { type: "string", default: "json" },
  lang: { type: "string", default: "en" },
  out: { type: "string" },
  config: { type: "string" },
} as const;

export const report: Verb = {
  summary: "writes a month's report",
  usage: `nines report --month YYYY-MM [--account A] [--revision N] [--format ${FORMAT_NAMES.join("|")}] [--lang ${LANGS.join("|")}] [--out FILE] [--config FILE]`,
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, OPTIONS);
    const month = requireMonth(values.month, problems);
    const format = requireOneOf(
      FORMAT_NAMES,
      { place: "--format", value: values.format },
      problems,
    );
    const lang = requireOneOf(LANGS, { place: "--lang", value: values.lang }, problems);
    const revision = readRevision(values.revision, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "report" }, async ({ db }) => {
      // What came in since the service settled last, or stopped, belongs to the month too.
      await settle({ db, clock: terminal.clock });
      const query = { month, account: values.account, revision };
      const document = await readDocument({ db, config }, query).catch(notThere);
      const rendered = await reportFormats[format].render(document, lang);
      if (values.out !== undefined) writeFileSync(values.out, rendered);
      else if (typeof rendered === "string") terminal.out(rendered.replace(/\n$/u, ""));
      else process.stdout.write(rendered);
      return 0;
    });
  },
};

function readRevision(text: string | undefined, problems: Problem[]): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/u.test(text)) {
    const message = `"${text}" is no revision; give a whole number, 0 for the month as it stands now`;
    problems.push({ place: "--revision", message });
  }
  return Number(text);
}

/** The account or the revision is not there. */
function notThere(error: unknown): never {
  if (!(error instanceof NotFoundError)) throw error;
  const place = error.message.includes("account") ? "--account" : "--revision";
  throw new InvalidInputError([{ place, message: error.message }]);
}
