import { readClaimFile } from "../claim-file.ts";
import { readSettings } from "../config.ts";
import { CLAIM_STATES, type ClaimStep } from "../core/claim.ts";
import { InvalidInputError } from "../errors.ts";
import { describeClaim, handleClaim } from "../handle-claim.ts";
import { requireKnownAccount } from "../known-account.ts";
import { findClaim, listClaims, type StoredClaim } from "../store/claims.ts";
import {
  readArguments,
  readId,
  readMonth,
  refuseOthers,
  requireMonth,
  requireOneOf,
  requireOption,
  throwProblems,
} from "./arguments.ts";
import { asInput } from "./as-input.ts";
import { actorBy } from "./by.ts";
import { readConfig, withStore } from "./open.ts";
import { printTable, writeDocument } from "./print.ts";
import { withSubverbs } from "./subverbs.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

const text = { type: "string" } as const;

const list: Verb = {
  summary: "lists the credits to be claimed, and how long each can be",
  usage:
    `nines claim list [--month YYYY-MM] [--account A] [--state ${CLAIM_STATES.join("|")}] ` +
    "[--json] [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: text,
      account: text,
      state: text,
      json: { type: "boolean" },
      config: text,
    });
    const { account, state } = values;
    const month = readMonth(values.month, problems);
    if (state !== undefined) {
      requireOneOf(CLAIM_STATES, { place: "--state", value: state }, problems);
    }
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "claim" }, async ({ db }) => {
      await asInput(requireKnownAccount({ db, config }, account), { thing: "--account" });
      const accounts = account === undefined ? null : [account];
      const claims = await listClaims(db, { month, state, accounts });
      const nowMs = terminal.clock.nowMs();
      if (values.json === true) {
        terminal.out(JSON.stringify({ claims: claims.map((one) => describeClaim(one, nowMs)) }));
        return 0;
      }
      const rows = claims.map((one) => rowOf(one, nowMs));
      printTable(terminal, TITLES, rows);
      return 0;
    });
  },
};

const TITLES = ["ID", "MONTH", "ACCOUNT", "AGREEMENT", "SUBJECT", "STATE", "OWED", "WINDOW"];

function rowOf(claim: StoredClaim, nowMs: number): string[] {
  const { percent, amount, currency, state, ...rest } = describeClaim(claim, nowMs);
  const owed = amount === null ? `${percent} %` : `${amount} ${currency}`;
  const isOpen = state === "owed" || state === "acknowledged";
  const { id, month, account, agreement, subject } = claim;
  const window = isOpen ? windowText(rest) : "";
  return [String(id), month, account, agreement, subject, state, owed, window];
}

function windowText(days: {
  readonly opensInDays: number | null;
  readonly closesInDays: number | null;
}): string {
  const { opensInDays, closesInDays } = days;
  if (opensInDays !== null) return `opens in ${daysText(opensInDays)}`;
  return closesInDays === null ? "closed" : `closes in ${daysText(closesInDays)}`;
}

function daysText(count: number): string {
  return `${count} ${count === 1 ? "day" : "days"}`;
}

const show: Verb = {
  summary: "shows one claim",
  usage: "nines claim show ID",
  run: async (args, terminal) => {
    const { positionals, problems } = readArguments(args, {}, ["ID"]);
    const id = readId("claim", positionals[0], problems);
    throwProblems(problems);
    const settings = readSettings(terminal.env);
    return withStore<ExitStatus>(terminal, { settings, purpose: "claim" }, async ({ db }) => {
      const found = await findClaim(db, id);
      if (found === null) throw new InvalidInputError([{ place: "ID", message: `no claim ${id}` }]);
      print(found, terminal);
      return 0;
    });
  },
};

function print(claim: StoredClaim, { clock, out }: Pick<Terminal, "clock" | "out">): void {
  out(JSON.stringify(describeClaim(claim, clock.nowMs()), null, 2));
}

const OPTIONS = { reference: text, on: text, amount: text, reason: text } as const;
type Option = keyof typeof OPTIONS;
type Values = Readonly<Record<Option, string>>;

/** A verb that takes a claim one step further; every option that it has must be given. */
function stepVerb(input: {
  readonly verb: ClaimStep["verb"];
  readonly summary: string;
  readonly options: readonly Option[];
  readonly stepOf: (values: Values) => ClaimStep;
}): Verb {
  const { verb, options } = input;
  const typed = options.map((name) => ` --${name} ${name === "on" ? "YYYY-MM-DD" : "TEXT"}`);
  return {
    summary: input.summary,
    usage: `nines claim ${verb} ID${typed.join("")} --by NAME`,
    run: async (args, terminal) => {
      const known = { ...OPTIONS, by: text };
      const { values, positionals, problems } = readArguments(args, known, ["ID"]);
      const id = readId("claim", positionals[0], problems);
      refuseOthers(values, { verb, own: [...options, "by"] }, problems);
      for (const name of options) requireOption(`--${name}`, values[name], problems);
      const by = requireOption("--by", values.by, problems);
      throwProblems(problems);
      const { reference = "", on = "", amount = "", reason = "" } = values;
      const step = input.stepOf({ reference, on, amount, reason });
      const settings = readSettings(terminal.env);
      return withStore<ExitStatus>(terminal, { settings, purpose: "claim" }, async ({ db }) => {
        const { clock } = terminal;
        const actor = await actorBy(db, by, clock);
        const handling = handleClaim({ db, clock }, { id, step, actor });
        print(await asInput(handling, { thing: "ID" }), terminal);
        return 0;
      });
    },
  };
}

const file: Verb = {
  summary: "writes a claim with its evidence, in English and Chinese, to hand to the provider",
  usage:
    "nines claim file --month YYYY-MM --subject S [--agreement A] [--out FILE] [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: text,
      subject: text,
      agreement: text,
      out: text,
      config: text,
    });
    const month = requireMonth(values.month, problems);
    const subject = requireOption("--subject", values.subject, problems);
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "claim" }, async ({ db }) => {
      const found = await listClaims(db, { month, subject, agreement: values.agreement });
      const one = onlyOne(found, `${subject} in ${month}`);
      writeDocument(terminal, values.out, await readClaimFile({ db, config }, one));
      return 0;
    });
  },
};

/** A subject may be credited under several agreements. */
function onlyOne(claims: readonly StoredClaim[], what: string): StoredClaim {
  const inForce = claims.filter(({ state }) => state !== "withdrawn");
  const [found, ...others] = inForce.length === 0 ? claims : inForce;
  if (found === undefined) {
    const message = `no claim for ${what}; see nines claim list`;
    throw new InvalidInputError([{ place: "--subject", message }]);
  }
  if (others.length > 0) {
    const ids = [found, ...others].map(({ agreement }) => agreement).join(", ");
    throw new InvalidInputError([{ place: "--agreement", message: `name one of ${ids}` }]);
  }
  return found;
}

export const claim = withSubverbs("claim", "lists credits to be claimed, and handles claims", {
  list,
  show,
  acknowledge: stepVerb({
    verb: "acknowledge",
    summary: "says that somebody will claim it",
    options: [],
    stepOf: () => ({ verb: "acknowledge" }),
  }),
  submit: stepVerb({
    verb: "submit",
    summary: "notes the provider's reference and the day of the claim",
    options: ["reference", "on"],
    stepOf: ({ reference, on }) => ({ verb: "submit", reference, on }),
  }),
  credit: stepVerb({
    verb: "credit",
    summary: "notes the amount that the provider gave",
    options: ["amount"],
    stepOf: ({ amount }) => ({ verb: "credit", amount }),
  }),
  refuse: stepVerb({
    verb: "refuse",
    summary: "notes that the provider refused, and why",
    options: ["reason"],
    stepOf: ({ reason }) => ({ verb: "refuse", reason }),
  }),
  file,
});
