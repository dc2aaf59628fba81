import { LANGS } from "../core/views.ts";
import { isYear } from "../core/year-report.ts";
import type { Problem } from "../errors.ts";
import { YEAR_FORMAT_NAMES, yearFormats } from "../reports/year-index.ts";
import { settle } from "../settle.ts";
import { readYearDocument } from "../year-report.ts";
import { requireOneOf, throwProblems } from "./arguments.ts";
import { asInput } from "./as-input.ts";
import { readConfig, withStore } from "./open.ts";
import { writeDocument } from "./print.ts";
import type { ExitStatus, Terminal } from "./verb.ts";

/** What of the arguments of `nines report` a year is made by. */
export type YearArguments = {
  readonly year: string;
  readonly month?: string | undefined;
  readonly account?: string | undefined;
  readonly revision?: string | undefined;
  readonly format: string;
  readonly lang: string;
  readonly out?: string | undefined;
  readonly config?: string | undefined;
};

/** Writes a year of reports. Throws InvalidInputError with `problems` and what else is wrong. */
export async function reportYear(
  values: YearArguments,
  problems: Problem[],
  terminal: Terminal,
): Promise<ExitStatus> {
  const { year, account, out } = values;
  if (!isYear(year)) problems.push({ place: "--year", message: "give a year such as 2026" });
  if (values.month !== undefined) {
    problems.push({ place: "--month", message: "give either --month or --year, not both" });
  }
  if (values.revision !== undefined) {
    const message = "is of a month; a year takes the newest revision of each";
    problems.push({ place: "--revision", message });
  }
  const format = requireOneOf(
    YEAR_FORMAT_NAMES,
    { place: "--format", value: values.format },
    problems,
  );
  const lang = requireOneOf(LANGS, { place: "--lang", value: values.lang }, problems);
  throwProblems(problems);
  const { settings, config } = readConfig(terminal, values.config);
  return withStore<ExitStatus>(terminal, { settings, purpose: "report" }, async ({ db }) => {
    const { clock } = terminal;
    // What came in since the service settled last, or stopped, belongs to the year too.
    await settle({ db, clock });
    const reading = readYearDocument({ db, clock, config }, { year, account });
    const document = await asInput(reading, { thing: "--account" });
    writeDocument(terminal, out, await yearFormats[format].render(document, lang));
    return 0;
  });
}
