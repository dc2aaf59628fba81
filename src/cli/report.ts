import { writeFileSync } from "node:fs";
import { InvalidInputError, NotFoundError } from "../errors.ts";
import { reportMonth } from "../report-month.ts";
import { FORMAT_NAMES, reportFormats } from "../reports/index.ts";
import { readArguments, requireMonth } from "./arguments.ts";
import { requireConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const report: Verb = {
  summary: "writes a month's report",
  usage:
    "nines report --month YYYY-MM [--account A] [--format json|csv] [--lang en|zh] [--out FILE] [--config FILE]",
  run: async (args, terminal) => {
    const { values } = readArguments(args, {
      month: { type: "string" },
      account: { type: "string" },
      format: { type: "string", default: "json" },
      lang: { type: "string", default: "en" },
      out: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month);
    const format = FORMAT_NAMES.find((name) => name === values.format);
    if (format === undefined) {
      const message = `"${values.format}" is no format; take one of ${FORMAT_NAMES.join(", ")}`;
      throw new InvalidInputError([{ place: "--format", message }]);
    }
    return withStore<ExitStatus>(terminal, "report", async ({ db }, settings) => {
      const config = requireConfig(settings, terminal.env, values.config);
      try {
        const text = reportFormats[format].render(
          await reportMonth({ db, config }, { month, account: values.account }),
        );
        if (values.out === undefined) terminal.out(text);
        else writeFileSync(values.out, text);
        return 0;
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
        throw new InvalidInputError([{ place: "--account", message: error.message }]);
      }
    });
  },
};
