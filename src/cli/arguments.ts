import { parseArgs, type ParseArgsConfig } from "node:util";
import { isMonth } from "../core/month.ts";
import { InvalidInputError, type Problem } from "../errors.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads a verb's arguments. What is wrong with them goes into `problems`, to which the verb adds
 * its own before `throwProblems`: the one who typed them sees everything at once.
 */
export function readArguments<Known extends Options>(
  args: readonly string[],
  options: Known,
  positionalNames: readonly string[] = [],
) {
  const problems: Problem[] = [];
  const good = withoutUnreadable(args, options, problems);
  const { values, positionals } = parseArgs({ args: good, options, allowPositionals: true });
  for (const extra of positionals.slice(positionalNames.length)) {
    problems.push({ place: `argument "${extra}"`, message: "one too many; leave it out" });
  }
  for (const name of positionalNames.slice(positionals.length)) {
    problems.push({ place: name, message: "is missing" });
  }
  return { values, positionals, problems };
}

/** Takes out the options that the strict reading would refuse, one by one, with a problem for each. */
function withoutUnreadable(args: readonly string[], options: Options, problems: Problem[]) {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const refused = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const message = problemOf(token, options[token.name]);
    if (message === null) continue;
    problems.push({ place: token.rawName, message });
    refused.add(token.index);
    if (token.value !== undefined && !token.inlineValue) refused.add(token.index + 1);
  }
  return args.filter((_, index) => !refused.has(index));
}

function problemOf(
  token: { readonly value: string | undefined; readonly inlineValue: boolean | undefined },
  option: Options[string] | undefined,
): string | null {
  if (option === undefined) return "is not known; see --help";
  if (option.type === "boolean") return token.value === undefined ? null : "takes no value";
  // The next option was taken for the value.
  const isNext = token.inlineValue === false && /^-./u.test(token.value ?? "");
  return token.value === undefined || isNext ? "needs a value" : null;
}

/** Throws InvalidInputError when there are problems. */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidInputError(problems);
}

/** An option that the verb cannot do without; "" beside a problem. */
export function requireOption(
  place: string,
  value: string | undefined,
  problems: Problem[],
): string {
  if (value === undefined) tellOnce({ place, message: "is missing" }, problems);
  return value ?? "";
}

/** Adds what is wrong at a place of which nothing is told yet. */
export function tellOnce(problem: Problem, problems: Problem[]): void {
  if (!problems.some(({ place }) => place === problem.place)) problems.push(problem);
}

/** Of options that only some steps of a thing have, those that are not for this one. */
export function refuseOthers(
  values: Readonly<Record<string, unknown>>,
  { verb, own }: { readonly verb: string; readonly own: readonly string[] },
  problems: Problem[],
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || own.includes(name)) continue;
    problems.push({ place: `--${name}`, message: `is not for ${verb}; leave it out` });
  }
}

/** `--month YYYY-MM`, which the verb cannot do without; "" beside a problem. */
export function requireMonth(month: string | undefined, problems: Problem[]): string {
  if (month !== undefined && isMonth(month)) return month;
  tellOnce({ place: "--month", message: "give a month such as 2026-10" }, problems);
  return "";
}

/** `--month YYYY-MM`, which may be left out. */
export function readMonth(month: string | undefined, problems: Problem[]): string | undefined {
  return month === undefined ? undefined : requireMonth(month, problems);
}

/** ID, the number of a claim, an exclusion or a malfunction; 0 beside a problem. */
export function readId(thing: string, given: string | undefined, problems: Problem[]): number {
  if (given === undefined) return 0;
  if (/^[1-9]\d{0,8}$/u.test(given)) return Number(given);
  const message = `"${given}" is no ${thing}'s number; see nines ${thing} list`;
  problems.push({ place: "ID", message });
  return 0;
}

/** One of the names; the first of them beside a problem. */
export function requireOneOf<Name extends string>(
  names: readonly [Name, ...Name[]],
  given: { readonly place: string; readonly value: string },
  problems: Problem[],
): Name {
  const found = names.find((name) => name === given.value);
  if (found === undefined) {
    const message = `"${given.value}" is not one of ${names.join(", ")}`;
    problems.push({ place: given.place, message });
  }
  return found ?? names[0];
}
