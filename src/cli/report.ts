import { LANGS } from "../core/views.ts";
import { InvalidInputError, NotFoundError, type Problem } from "../errors.ts";
import { readDocument } from "../month-document.ts";
import type { RenderOrder } from "../render-apart.ts";
import { findRendition, type MakeDeps } from "../renditions.ts";
import { findKeptRevision } from "../report-file.ts";
import { settle } from "../settle.ts";
import { signWanted } from "../sign-report.ts";
import { FORMAT_NAMES, reportFormats } from "../reports/index.ts";
import { readArguments, requireMonth, requireOneOf, tellOnce, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import { writeDocument } from "./print.ts";
import { reportYear } from "./report-year.ts";
import type { ExitStatus, Verb } from "./verb.ts";

const OPTIONS = {
  month: { type: "string" },
  year: { type: "string" },
  account: { type: "string" },
  revision: { type: "string" },
  format: { type: "string", default: "json" },
  lang: { type: "string", default: "en" },
  out: { type: "string" },
  config: { type: "string" },
} as const;

export const report: Verb = {
  summary: "writes a month's report, or a year of them",
  usage: `nines report --month YYYY-MM|--year YYYY [--account A] [--revision N] [--format ${FORMAT_NAMES.join("|")}] [--lang ${LANGS.join("|")}] [--out FILE] [--config FILE]`,
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, OPTIONS);
    const { year } = values;
    if (year !== undefined) return reportYear({ ...values, year }, problems, terminal);
    if (values.month === undefined) {
      const message = "give a month such as 2026-10, or a year: --year 2026";
      tellOnce({ place: "--month", message }, problems);
    }
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
      const { clock } = terminal;
      // What came in since the service settled last, or stopped, belongs to the month too.
      await settle({ db, clock });
      const query = { month, account: values.account, revision };
      // What was made of it before, with the names that the accounts had then, is what everybody
      // gets; without it the report is rendered here, and not kept: reading changes nothing.
      const kept = await findRendition(db, {
        month,
        account: values.account ?? "",
        revision: await findKeptRevision(db, query, format),
        format,
        lang,
      });
      const rendered =
        kept?.bytes ?? (await renderHere({ db, config, clock }, query, { format, lang }));
      writeDocument(terminal, values.out, rendered);
      return 0;
    });
  },
};

async function renderHere(
  { db, clock, config }: Omit<MakeDeps, "render">,
  query: Parameters<typeof readDocument>[1],
  { format, lang }: RenderOrder,
): Promise<string | Uint8Array> {
  const document = await readDocument({ db, config }, query).catch(notThere);
  const rendered = await reportFormats[format].render(document, lang);
  if (format !== "pdf" || typeof rendered === "string") return rendered;
  return signWanted({ clock, config: () => config }, rendered);
}

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
