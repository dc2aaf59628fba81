import { readSettings } from "../config.ts";
import { parseInstant } from "../core/results-ndjson.ts";
import type { Problem } from "../errors.ts";
import { listAudit, type LoggedEntry } from "../store/audit-log.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

const PAGE = 500;

export const audit: Verb = {
  summary: "prints the audit log, newest first: who did what, when and from where",
  usage:
    "nines audit [--item KIND[:ID]] [--actor user:NAME|token:NAME] [--action KIND[.VERB]] " +
    "[--from INSTANT] [--until INSTANT] [--json]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      item: { type: "string" },
      actor: { type: "string" },
      action: { type: "string" },
      from: { type: "string" },
      until: { type: "string" },
      json: { type: "boolean" },
    });
    const { item, actor, action, json } = values;
    const fromMs = readInstant("--from", values.from, problems);
    const untilMs = readInstant("--until", values.until, problems);
    throwProblems(problems);
    const filter = { item, actor, action, fromMs, untilMs };
    const settings = readSettings(terminal.env);
    return withStore<ExitStatus>(terminal, { settings, purpose: "audit" }, async ({ db }) => {
      let beforeSeq: number | undefined;
      for (;;) {
        const page = await listAudit(db, filter, { limit: PAGE, beforeSeq });
        for (const entry of page) terminal.out(json === true ? asJson(entry) : asLine(entry));
        beforeSeq = page.at(-1)?.seq;
        if (page.length < PAGE) return 0;
      }
    });
  },
};

function readInstant(
  place: string,
  text: string | undefined,
  problems: Problem[],
): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseInstant(text);
  if (ms === null)
    problems.push({ place, message: "give an instant such as 2026-10-01T00:00:00Z" });
  return ms ?? undefined;
}

function asLine({ seq, atMs, actor, origin, action, item }: LoggedEntry): string {
  return `${seq}  ${new Date(atMs).toISOString()}  ${actor} from ${origin}  ${action}  ${item}`;
}

function asJson(entry: LoggedEntry): string {
  const { seq, atMs, actor, origin, action, item, before, after } = entry;
  return JSON.stringify({
    seq,
    at: new Date(atMs).toISOString(),
    actor,
    origin,
    action,
    item,
    before: readJson(before),
    after: readJson(after),
    hash: entry.hash.toString("hex"),
  });
}

function readJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
