import { didYouMean } from "./suggest.ts";
import {
  EXCLUSION_KINDS,
  type Exclusion,
  type ExclusionKind,
  type ExclusionScope,
  coversTarget,
  reachOf,
} from "./exclusion.ts";
import { type Interval, isTimeZone } from "./month.ts";
import { type Recurrence, checkRecurrence, mostWithinMonth } from "./recurrence.ts";
import { parseInstant } from "./results-ndjson.ts";
import { PRODUCTS, type Target } from "./target.ts";
import { isStorable } from "./text.ts";

/** What somebody proposes. */
export type Proposal = Pick<
  Exclusion,
  "kind" | "scope" | "fromMs" | "untilMs" | "recurrence" | "reason" | "evidence"
>;

/** What a scope may name. */
export type KnownPlaces = {
  readonly targets: readonly Pick<Target, "id" | "product" | "region" | "account">[];
  readonly accounts: readonly { readonly id: string }[];
};

type Problem = { readonly place: string; readonly message: string };
type Fields = Readonly<Record<string, unknown>>;
type Tell = (place: string, message: string) => void;

const KINDS = Object.keys(EXCLUSION_KINDS);
const KEYS = ["kind", "scope", "from", "until", "recurrence", "reason", "evidence"];
const SCOPE_FORMS =
  '{"targets":[...]}, {"products":[...],"regions":[...]}, {"account":"..."} or {"all":true}';
const SCOPE_KEYS = new Set(["targets", "products", "regions", "account", "all"]);
const LONGEST_MS = 366 * 86_400_000;
const LONGEST_REASON = 2_000;
const LONGEST_EVIDENCE = 500;
const MOST_TARGETS = 10_000;
/** Each occurrence is a line under each subject of a month's report. */
const MOST_LINES = 500_000;

/** Reads a proposal in its JSON form, or tells everything that is wrong with it. */
export function readProposal(
  value: unknown,
  known: KnownPlaces,
): { readonly proposal: Proposal } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const tell: Tell = (place, message) => void problems.push({ place, message });
  const fields = fieldsOf(value);
  if (fields === null) return { problems: [{ place: "body", message: "must be a JSON object" }] };
  for (const key of Object.keys(fields)) tellUnknown(key, tell);
  const kind = readKind(fields["kind"], tell);
  const scope = readScope(fields["scope"], tell);
  if (scope !== null) tellUnknownPlaces(scope, known, tell);
  const span = readSpan(fields, tell);
  const recurrence = readRecurrence(fields["recurrence"], span, tell);
  if (scope !== null && span !== null && recurrence !== null) {
    tellTooMany({ scope, span, recurrence, known }, tell);
  }
  const reason = readText(fields["reason"], LONGEST_REASON);
  if (reason === null) tell("reason", `say why, in up to ${LONGEST_REASON} characters`);
  const evidence = readEvidence(fields["evidence"], tell);
  if (problems.length > 0) return { problems };
  if (!kind || !scope || !span || reason === null || evidence === null) return { problems };
  return { proposal: { kind, scope, ...span, recurrence, reason, evidence } };
}

const quiet: Tell = () => undefined;

/** The reach of a proposal, whatever else is wrong with it; null when it has no interval. */
export function readReach(value: unknown): ReturnType<typeof reachOf> | null {
  const fields = fieldsOf(value);
  const span = fields === null ? null : readSpan(fields, quiet);
  if (fields === null || span === null) return null;
  return reachOf({ ...span, recurrence: readRecurrence(fields["recurrence"], span, quiet) });
}

function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value));
}

function tellUnknown(key: string, tell: Tell): void {
  if (KEYS.includes(key)) return;
  if (SCOPE_KEYS.has(key)) tell(key, `belongs into scope: one of ${SCOPE_FORMS}`);
  else tell(key.slice(0, 40), `is not known${didYouMean(key, KEYS)}; take it out`);
}

function readKind(value: unknown, tell: Tell): ExclusionKind | null {
  const kind = kindOf(value);
  if (kind === null) tell("kind", `must be one of ${KINDS.join(", ")}`);
  return kind;
}

/** The kind of this name; null when there is none. */
export function kindOf(value: unknown): ExclusionKind | null {
  return isKind(value) ? value : null;
}

function isKind(value: unknown): value is ExclusionKind {
  return typeof value === "string" && KINDS.includes(value);
}

/** Reads a scope in one of its four forms; null after telling what is wrong with it. */
export function readScope(value: unknown, tell: Tell): ExclusionScope | null {
  const fields = fieldsOf(value);
  const keys = Object.keys(fields ?? {});
  const form = keys.toSorted().join(" ");
  if (
    fields === null ||
    !["targets", "products", "regions", "products regions", "account", "all"].includes(form)
  ) {
    const message = `must be exactly one of ${SCOPE_FORMS}, where one of products and regions may be left out`;
    tell("scope", message);
    return null;
  }
  if (form === "all") {
    if (fields["all"] === true) return { all: true };
    tell("scope.all", "must be true: leave it out for anything less");
    return null;
  }
  if (form === "account") {
    const { account } = fields;
    if (typeof account === "string") return { account };
    tell("scope.account", "must be the id of an account");
    return null;
  }
  const lists = keys.map((key) => ({ key, list: readList(fields[key], `scope.${key}`, tell) }));
  if (lists.some(({ list }) => list === null)) return null;
  const [targets, products, regions] = ["targets", "products", "regions"].map(
    (key) => lists.find((one) => one.key === key)?.list ?? undefined,
  );
  if (targets !== undefined) return { targets };
  return {
    ...(products === undefined ? {} : { products }),
    ...(regions === undefined ? {} : { regions }),
  };
}

function readList(value: unknown, place: string, tell: Tell): readonly string[] | null {
  const texts: string[] = [];
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MOST_TARGETS;
  for (const one of isList ? value : []) if (typeof one === "string") texts.push(one);
  if (!isList || texts.length < value.length) {
    tell(place, `must be a list of 1 to ${MOST_TARGETS} ids`);
    return null;
  }
  if (new Set(texts).size === texts.length) return texts;
  const twice = texts.find((text, index) => texts.indexOf(text) < index) ?? "";
  tell(place, `names "${twice}" twice`);
  return null;
}

function tellUnknownPlaces(scope: ExclusionScope, known: KnownPlaces, tell: Tell): void {
  const tellMissing = (place: string, ids: readonly string[], all: ReadonlySet<string>) => {
    for (const id of ids) {
      const hint = didYouMean(id, all);
      if (!all.has(id)) tell(place, `"${id.slice(0, 80)}" is not in the configuration${hint}`);
    }
  };
  if ("targets" in scope) {
    tellMissing("scope.targets", scope.targets, new Set(known.targets.map(({ id }) => id)));
  } else if ("account" in scope) {
    tellMissing("scope.account", [scope.account], new Set(known.accounts.map(({ id }) => id)));
  } else if (!("all" in scope)) {
    const { products = [], regions = [] } = scope;
    const used = new Set<string>(known.targets.map(({ product }) => product));
    for (const product of products) {
      const isOne = PRODUCTS.some((one) => one === product);
      if (!isOne)
        tell("scope.products", `"${product.slice(0, 80)}" is none of ${PRODUCTS.join(", ")}`);
      else if (!used.has(product)) tell("scope.products", `no target is of product "${product}"`);
    }
    const places = new Set(known.targets.map(({ region }) => region));
    tellMissing("scope.regions", regions, places);
    const areKnown =
      products.every((one) => used.has(one)) && regions.every((one) => places.has(one));
    const touches = known.targets.some((target) => coversTarget(scope, target));
    if (areKnown && !touches) tell("scope", "no target is of such a product in such a region");
  }
}

function readSpan(fields: Fields, tell: Tell): Interval | null {
  const [fromMs, untilMs] = ["from", "until"].map((key) => {
    const ms = parseInstant(fields[key]);
    if (ms === null) tell(key, "must be an RFC 3339 instant such as 2026-10-01T02:00:00+08:00");
    return ms;
  });
  if (typeof fromMs !== "number" || typeof untilMs !== "number") return null;
  if (untilMs <= fromMs) tell("until", "must be after from");
  else if (untilMs - fromMs > LONGEST_MS) tell("until", "must be at most a year after from");
  else return { fromMs, untilMs };
  return null;
}

function readRecurrence(value: unknown, first: Interval | null, tell: Tell): Recurrence | null {
  if (value === undefined || value === null) return null;
  const { rrule, timeZone, ...others } = fieldsOf(value) ?? {};
  if (typeof rrule !== "string" || typeof timeZone !== "string" || Object.keys(others).length > 0) {
    tell("recurrence", 'must be {"rrule":"FREQ=WEEKLY;BYDAY=SU","timeZone":"Asia/Shanghai"}');
    return null;
  }
  if (!isTimeZone(timeZone)) {
    tell(
      "recurrence.timeZone",
      `"${timeZone.slice(0, 80)}" is no time zone; write it as Asia/Shanghai`,
    );
    return null;
  }
  const recurrence = { rrule: rrule.trim().toUpperCase(), timeZone };
  const problem = first === null ? null : checkRecurrence(recurrence, first);
  if (problem !== null) tell("recurrence.rrule", problem);
  return problem === null ? recurrence : null;
}

function tellTooMany(
  input: {
    readonly scope: ExclusionScope;
    readonly span: Interval;
    readonly recurrence: Recurrence;
    readonly known: KnownPlaces;
  },
  tell: Tell,
): void {
  const { scope, span, recurrence, known } = input;
  const touched = known.targets.filter((target) => coversTarget(scope, target));
  const lines = mostWithinMonth(recurrence, span) * touched.length;
  if (lines <= MOST_LINES) return;
  tell(
    "recurrence.rrule",
    `gives ${lines} lines in a month's report: let it recur less often, or narrow the scope`,
  );
}

function readText(value: unknown, longest: number): string | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text !== "" && text.length <= longest && isStorable(text) ? text : null;
}

function readEvidence(value: unknown, tell: Tell): string | null {
  const text = readText(value, LONGEST_EVIDENCE);
  const wanted = `a link (https://...) or the number of a ticket, in up to ${LONGEST_EVIDENCE} characters`;
  if (text === null) {
    tell("evidence", `give ${wanted}`);
    return null;
  }
  if (!text.includes("://") && !/^(?:javascript|data|vbscript|file|blob):/iu.test(text))
    return text;
  const link = /^https?:\/\//iu.test(text) && !/\s/u.test(text) ? urlOf(text) : null;
  if (link === null) tell("evidence", `is no link that can be followed: give ${wanted}`);
  else if (link.username !== "" || link.password !== "") {
    tell("evidence", "holds a name or a password: leave them out of the link");
  } else return text;
  return null;
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
