import { readFileSync } from "node:fs";
import { SYSTEM } from "../core/access.ts";
import { LEVELS, MALFUNCTION_STATES } from "../core/malfunction.ts";
import { malfunctionScope, type SeenMalfunction } from "../core/malfunction-view.ts";
import { LANGS } from "../core/views.ts";
import type { Problem } from "../errors.ts";
import {
  handleMalfunction,
  openMalfunction,
  type MalfunctionDeps,
  type MalfunctionStep,
} from "../handle-malfunction.ts";
import { readIncident } from "../incident-report.ts";
import { INCIDENT_FORMATS, incidentFormats } from "../reports/incident-formats.ts";
import { malfunctionJson } from "../store/malfunctions.ts";
import {
  describeMalfunction,
  describeView,
  readMalfunction,
  readMalfunctions,
} from "../view-malfunction.ts";
import {
  readArguments,
  readId,
  readMonth,
  refuseOthers,
  requireOneOf,
  requireOption,
  throwProblems,
} from "./arguments.ts";
import { asInput, type Typed } from "./as-input.ts";
import { actorBy } from "./by.ts";
import { readConfig, withStore } from "./open.ts";
import { printTable, writeDocument } from "./print.ts";
import { withSubverbs } from "./subverbs.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

const list: Verb = {
  summary: "lists malfunctions, newest first",
  usage:
    `nines malfunction list [--state ${MALFUNCTION_STATES.join("|")}] [--month YYYY-MM] ` +
    "[--account A] [--product P] [--region R] [--json] [--config FILE]",
  run: async (args, terminal) => {
    const filter = { account: text, product: text, region: text };
    const options = { state: text, month: text, ...filter, json: flag, config: text } as const;
    const { values, problems } = readArguments(args, options);
    const { account, product, region } = values;
    const month = readMonth(values.month, problems);
    const state =
      values.state === undefined
        ? undefined
        : requireOneOf(MALFUNCTION_STATES, { place: "--state", value: values.state }, problems);
    throwProblems(problems);
    return withMalfunctions(terminal, values.config, async (deps) => {
      const query = { state, month, account, product, region };
      const found = await readMalfunctions(deps, query, SYSTEM);
      if (values.json === true) {
        terminal.out(JSON.stringify({ malfunctions: found.map(describeMalfunction) }));
        return 0;
      }
      printTable(terminal, TITLES, found.map(rowOf));
      return 0;
    });
  },
};

const TITLES = ["ID", "LEVEL", "STATE", "BEGAN", "OVER", "OWNER", "WHAT"];

function rowOf(seen: SeenMalfunction): string[] {
  const { id, level, state, beganAt, restoredAt, owner, title } = malfunctionJson(seen.malfunction);
  const { products, regions } = malfunctionScope(seen);
  const what = title ?? [...products, ...regions].join(" ");
  return [String(id), level, state, beganAt, restoredAt ?? "", owner ?? "", what];
}

const show: Verb = {
  summary: "prints one malfunction with its outages and its timeline as JSON",
  usage: "nines malfunction show ID [--config FILE]",
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(args, { config: text }, ["ID"]);
    const id = readId("malfunction", positionals[0], problems);
    throwProblems(problems);
    return withMalfunctions(terminal, values.config, async (deps) => {
      const view = await asInput(readMalfunction(deps, id, SYSTEM), TYPED);
      terminal.out(JSON.stringify(describeView(view), null, 2));
      return 0;
    });
  },
};

const open: Verb = {
  summary: "opens a malfunction that no outage shows, or that a ticket system reports",
  usage:
    `nines malfunction open --title TEXT --level ${LEVELS.join("|")} [--account A] [--product P] ` +
    "[--region R] [--began-at INSTANT] [--reference TICKET] --by NAME [--config FILE]",
  run: async (args, terminal) => {
    const place = { account: text, product: text, region: text, reference: text };
    const options = { title: text, level: text, "began-at": text, ...place, ...BY } as const;
    const { values, problems } = readArguments(args, options);
    const title = requireOption("--title", values.title, problems);
    const level = readLevel(values.level, problems);
    const by = requireOption("--by", values.by, problems);
    throwProblems(problems);
    const { account, product, region, reference } = values;
    return withMalfunctions(terminal, values.config, async (deps) => {
      const actor = await actorBy(deps.db, by, terminal.clock);
      const beganAt = values["began-at"];
      const opening = { title, level, account, product, region, reference, beganAt };
      const { malfunction, isNew } = await asInput(openMalfunction(deps, opening, actor), TYPED);
      const { id } = malfunction;
      terminal.out(
        `malfunction ${id} is ${isNew ? "open" : `there already: ${malfunction.state}`}`,
      );
      return 0;
    });
  },
};

const BY = { by: text, config: text } as const;

const STEP_OPTIONS = {
  owner: text,
  text,
  level: text,
  at: text,
  note: text,
  cause: text,
  impact: text,
  resolution: text,
  "follow-ups": text,
} as const;
type StepOption = keyof typeof STEP_OPTIONS;
type StepValues = { readonly [Name in StepOption]?: string | undefined };

/** A verb that takes a malfunction one step further. */
function stepVerb(input: {
  readonly verb: MalfunctionStep["verb"];
  readonly summary: string;
  readonly usage: string;
  readonly options: readonly StepOption[];
  readonly stepOf: (values: StepValues, problems: Problem[]) => MalfunctionStep;
}): Verb {
  const { verb, usage } = input;
  return {
    summary: input.summary,
    usage: `nines malfunction ${verb} ID ${usage === "" ? "" : `${usage} `}--by NAME [--config FILE]`,
    run: async (args, terminal) => {
      const options = { ...STEP_OPTIONS, ...BY };
      const { values, positionals, problems } = readArguments(args, options, ["ID"]);
      const id = readId("malfunction", positionals[0], problems);
      refuseOthers(values, { verb, own: [...input.options, ...Object.keys(BY)] }, problems);
      const by = requireOption("--by", values.by, problems);
      const step = input.stepOf(values, problems);
      throwProblems(problems);
      return withMalfunctions(terminal, values.config, async (deps) => {
        const actor = await actorBy(deps.db, by, terminal.clock);
        const after = await asInput(handleMalfunction(deps, { id, step }, actor), TYPED);
        terminal.out(`malfunction ${id}: ${after.level}, ${after.state}`);
        return 0;
      });
    },
  };
}

const report: Verb = {
  summary: "writes the incident report of a malfunction",
  usage: `nines malfunction report ID [--format ${INCIDENT_FORMATS.join("|")}] [--lang ${LANGS.join("|")}] [--account A] [--out FILE] [--config FILE]`,
  run: async (args, terminal) => {
    const format = { type: "string", default: "md" } as const;
    const lang = { type: "string", default: "en" } as const;
    const options = { format, lang, account: text, out: text, config: text } as const;
    const { values, positionals, problems } = readArguments(args, options, ["ID"]);
    const id = readId("malfunction", positionals[0], problems);
    const given = { place: "--format", value: values.format };
    const form = requireOneOf(INCIDENT_FORMATS, given, problems);
    const language = requireOneOf(LANGS, { place: "--lang", value: values.lang }, problems);
    throwProblems(problems);
    return withMalfunctions(terminal, values.config, async (deps) => {
      const { account } = values;
      const incident = await asInput(readIncident(deps, { id, account }, SYSTEM), TYPED);
      writeDocument(terminal, values.out, incidentFormats[form].render(incident, language));
      return 0;
    });
  },
};

async function withMalfunctions(
  terminal: Terminal,
  file: string | undefined,
  work: (
    deps: MalfunctionDeps & { readonly config: ReturnType<typeof readConfig>["config"] },
  ) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const { settings, config } = readConfig(terminal, file);
  return withStore(terminal, { settings, purpose: "malfunction" }, ({ db }) =>
    work({ db, clock: terminal.clock, config }),
  );
}

function readLevel(value: string | undefined, problems: Problem[]) {
  const given = requireOption("--level", value, problems);
  if (value === undefined) return LEVELS[0];
  return requireOneOf(LEVELS, { place: "--level", value: given }, problems);
}

/** A text, or after "@" the file that it stands in. */
function readText(
  place: string,
  value: string | undefined,
  problems: Problem[],
): string | undefined {
  if (value?.startsWith("@") !== true) return value;
  try {
    return readFileSync(value.slice(1), "utf8");
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    problems.push({ place, message: `${value.slice(1)} cannot be read (${why})` });
    return undefined;
  }
}

const TYPED: Typed = {
  thing: "ID",
  fields: { beganAt: "--began-at", followUps: "--follow-ups" },
};

export const malfunction = withSubverbs(
  "malfunction",
  "opens, handles, reviews and lists malfunctions",
  {
    list,
    show,
    open,
    acknowledge: stepVerb({
      verb: "acknowledge",
      summary: "says that somebody is on it: owns it, if nobody does",
      usage: "",
      options: [],
      stepOf: () => ({ verb: "acknowledge" }),
    }),
    assign: stepVerb({
      verb: "assign",
      summary: "gives it an owner",
      usage: "--owner NAME",
      options: ["owner"],
      stepOf: ({ owner }, problems) => ({
        verb: "assign",
        owner: requireOption("--owner", owner, problems),
      }),
    }),
    note: stepVerb({
      verb: "note",
      summary: "writes a note into its timeline",
      usage: "--text TEXT|@FILE",
      options: ["text"],
      stepOf: (typed, problems) => ({
        verb: "note",
        text: requireOption("--text", readText("--text", typed.text, problems), problems),
      }),
    }),
    level: stepVerb({
      verb: "level",
      summary: "sets its level for good",
      usage: `--level ${LEVELS.join("|")}`,
      options: ["level"],
      stepOf: (typed, problems) => ({ verb: "level", level: readLevel(typed.level, problems) }),
    }),
    restore: stepVerb({
      verb: "restore",
      summary: "says that one which was not opened by outages is over",
      usage: "[--at INSTANT]",
      options: ["at"],
      stepOf: ({ at }) => ({ verb: "restore", at }),
    }),
    review: stepVerb({
      verb: "review",
      summary: "writes parts of its review, in Markdown",
      usage:
        "[--cause TEXT|@FILE] [--impact TEXT|@FILE] [--resolution TEXT|@FILE] [--follow-ups TEXT|@FILE]",
      options: ["cause", "impact", "resolution", "follow-ups"],
      stepOf: (typed, problems) => ({
        verb: "review",
        cause: readText("--cause", typed.cause, problems),
        impact: readText("--impact", typed.impact, problems),
        resolution: readText("--resolution", typed.resolution, problems),
        followUps: readText("--follow-ups", typed["follow-ups"], problems),
      }),
    }),
    close: stepVerb({
      verb: "close",
      summary: "closes a restored one whose cause, impact and resolution are written",
      usage: "",
      options: [],
      stepOf: () => ({ verb: "close" }),
    }),
    reopen: stepVerb({
      verb: "reopen",
      summary: "opens the review of a closed one again",
      usage: "--note TEXT",
      options: ["note"],
      stepOf: ({ note }, problems) => ({
        verb: "reopen",
        note: requireOption("--note", note, problems),
      }),
    }),
    report,
  },
);
