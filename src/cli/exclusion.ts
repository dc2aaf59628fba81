import { reviseMonths } from "../close-due.ts";
import { SYSTEM, type Actor } from "../core/access.ts";
import { EXCLUSION_KINDS, EXCLUSION_STATES, type Exclusion } from "../core/exclusion.ts";
import {
  approveExclusion,
  proposeExclusion,
  readExclusion,
  readExclusions,
  rejectExclusion,
  withdrawExclusion,
  type Decided,
  type ExcludeDeps,
} from "../exclude.ts";
import { openSigner } from "../signing.ts";
import { exclusionJson } from "../store/exclusions.ts";
import { readArguments, readId, requireOneOf, requireOption, throwProblems } from "./arguments.ts";
import { asInput, type Typed } from "./as-input.ts";
import { actorBy } from "./by.ts";
import { notRevised } from "./not-revised.ts";
import { readConfig, withStore } from "./open.ts";
import { printTable } from "./print.ts";
import { withSubverbs } from "./subverbs.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

const PROPOSAL = {
  kind: text,
  from: text,
  until: text,
  targets: text,
  products: text,
  regions: text,
  account: text,
  all: flag,
  reason: text,
  evidence: text,
  rrule: text,
  "time-zone": text,
  by: text,
  config: text,
} as const;

type Proposal = { readonly [Name in keyof typeof PROPOSAL]?: string | boolean | undefined };

const propose: Verb = {
  summary: "proposes that an interval is not held against the provider; another approves it",
  usage:
    `nines exclusion propose --kind ${Object.keys(EXCLUSION_KINDS).join("|")} --from INSTANT ` +
    "--until INSTANT (--targets A,B | --products P,Q --regions R,S | --account A | --all) " +
    "--reason TEXT --evidence LINK [--rrule RULE --time-zone ZONE] --by NAME [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, PROPOSAL);
    const by = requireOption("--by", values.by, problems);
    throwProblems(problems);
    return withExclusions(terminal, values.config, async (deps, { actorOf }) => {
      const actor = await actorOf(by);
      const proposed = await asInput(proposeExclusion(deps, proposalOf(values), actor), TYPED);
      terminal.out(`exclusion ${proposed.id} is proposed; somebody else approves it with`);
      terminal.out(`  nines exclusion approve ${proposed.id} --by NAME`);
      return 0;
    });
  },
};

/** The JSON form of what was typed. */
function proposalOf(typed: Proposal) {
  const { kind, from, until, reason, evidence, account, all, rrule } = typed;
  const timeZone = typed["time-zone"];
  const scope = {
    ...listOf("targets", typed.targets),
    ...listOf("products", typed.products),
    ...listOf("regions", typed.regions),
    ...(account === undefined ? {} : { account }),
    ...(all === undefined ? {} : { all }),
  };
  const recurs = rrule !== undefined || timeZone !== undefined;
  return {
    kind,
    scope,
    from,
    until,
    reason,
    evidence,
    ...(recurs ? { recurrence: { rrule, timeZone } } : {}),
  };
}

function listOf(name: string, typed: string | boolean | undefined): Record<string, string[]> {
  return typeof typed === "string" ? { [name]: typed.split(",").map((id) => id.trim()) } : {};
}

type Decide = (
  deps: ExcludeDeps,
  step: { readonly id: number; readonly note: string | undefined },
  actor: Actor,
) => Promise<Decided>;

function decisionVerb(input: {
  readonly verb: string;
  readonly summary: string;
  readonly note: string;
  readonly decide: Decide;
}): Verb {
  return {
    summary: input.summary,
    usage: `nines exclusion ${input.verb} ID ${input.note} --by NAME [--config FILE]`,
    run: async (args, terminal) => {
      const options = { note: text, by: text, config: text } as const;
      const { values, positionals, problems } = readArguments(args, options, ["ID"]);
      const id = readId("exclusion", positionals[0], problems);
      const by = requireOption("--by", values.by, problems);
      throwProblems(problems);
      return withExclusions(terminal, values.config, async (deps, { actorOf, revise }) => {
        const actor = await actorOf(by);
        const deciding = input.decide(deps, { id, note: values.note }, actor);
        const decided = await asInput(deciding, TYPED);
        const done = `exclusion ${id} is ${decided.exclusion.state}`;
        terminal.out(done);
        try {
          await revise(decided);
          return 0;
        } catch (error) {
          terminal.err(notRevised(done, error));
          return 1;
        }
      });
    },
  };
}

const list: Verb = {
  summary: "lists exclusions, newest first",
  usage: `nines exclusion list [--state ${EXCLUSION_STATES.join("|")}] [--json] [--config FILE]`,
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, { state: text, json: flag, config: text });
    const state =
      values.state === undefined
        ? undefined
        : requireOneOf(EXCLUSION_STATES, { place: "--state", value: values.state }, problems);
    throwProblems(problems);
    return withExclusions(terminal, values.config, async (deps) => {
      const exclusions = await readExclusions(deps, { state }, SYSTEM);
      if (values.json === true) {
        terminal.out(JSON.stringify({ exclusions: exclusions.map(exclusionJson) }));
        return 0;
      }
      printTable(terminal, TITLES, exclusions.map(rowOf));
      return 0;
    });
  },
};

const TITLES = ["ID", "STATE", "KIND", "FROM", "UNTIL", "FOR", "PROPOSED BY", "DECIDED BY"];

function rowOf(exclusion: Exclusion): string[] {
  const { id, state, kind, from, until, recurrence } = exclusionJson(exclusion);
  const { scope, proposedBy, decidedBy } = exclusion;
  const recurs = recurrence === null ? "" : ` ${recurrence.rrule} ${recurrence.timeZone}`;
  const scopeText = JSON.stringify(scope).slice(1, -1).replaceAll('"', "");
  return [String(id), state, kind, from, until + recurs, scopeText, proposedBy, decidedBy ?? ""];
}

const show: Verb = {
  summary: "prints one exclusion as JSON",
  usage: "nines exclusion show ID [--config FILE]",
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(args, { config: text }, ["ID"]);
    const id = readId("exclusion", positionals[0], problems);
    throwProblems(problems);
    return withExclusions(terminal, values.config, async (deps) => {
      const found = await asInput(readExclusion(deps, id, SYSTEM), TYPED);
      terminal.out(JSON.stringify(exclusionJson(found), null, 2));
      return 0;
    });
  },
};

type Tools = {
  /** Who acts under this name. */
  readonly actorOf: (name: string) => Promise<Actor>;
  /** Makes the next revision of the closed months that a decision touches. */
  readonly revise: (decided: Decided) => Promise<void>;
};

async function withExclusions(
  terminal: Terminal,
  file: string | undefined,
  work: (deps: ExcludeDeps, tools: Tools) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const { settings, config } = readConfig(terminal, file);
  return withStore(terminal, { settings, purpose: "exclusion" }, ({ db }) => {
    const { clock } = terminal;
    const keyFile = config.signingKeyFile;
    const signer = () => openSigner({ db, clock, dataDir: settings.dataDir, keyFile });
    return work(
      { db, clock, config },
      {
        actorOf: (name) => actorBy(db, name, clock),
        revise: async ({ touched }) => {
          if (touched === null) return;
          const revisions = await reviseMonths({ db, clock, config, signer }, touched);
          for (const { month, account, revision } of revisions) {
            const whose = account === "" ? "all accounts" : account;
            terminal.out(`${month} for ${whose}: revision ${revision}`);
          }
        },
      },
    );
  });
}

const TYPED: Typed = {
  thing: "ID",
  fields: {
    scope: "--targets, --products, --regions, --account or --all",
    recurrence: "--rrule and --time-zone",
    "recurrence.timeZone": "--time-zone",
  },
};

export const exclusion = withSubverbs(
  "exclusion",
  "proposes, decides and lists what is not held against the provider",
  {
    propose,
    approve: decisionVerb({
      verb: "approve",
      summary: "approves what another proposed: figures follow at once",
      note: "[--note TEXT]",
      decide: approveExclusion,
    }),
    reject: decisionVerb({
      verb: "reject",
      summary: "rejects a proposal",
      note: "--note TEXT",
      decide: rejectExclusion,
    }),
    withdraw: decisionVerb({
      verb: "withdraw",
      summary: "withdraws a proposal, or with a note an approved one: what it covers counts again",
      note: "[--note TEXT]",
      decide: withdrawExclusion,
    }),
    list,
    show,
  },
);
