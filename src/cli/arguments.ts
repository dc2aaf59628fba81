import { parseArgs, type ParseArgsConfig } from "node:util";
import { isMonth } from "../core/month.ts";
import { InvalidInputError } from "../errors.ts";

/** Reads a verb's arguments; InvalidInputError for what it does not know. */
export function readArguments<Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : "bad arguments";
    throw new InvalidInputError([{ place: "arguments", message }]);
  }
}

/** `--month YYYY-MM`, which the verb cannot do without. */
export function requireMonth(month: string | undefined): string {
  if (month !== undefined && isMonth(month)) return month;
  throw new InvalidInputError([{ place: "--month", message: "give a month such as 2026-10" }]);
}

/** The verb's one positional argument. */
export function requireOne(positionals: readonly string[], name: string): string {
  const [one, ...more] = positionals;
  if (one !== undefined && more.length === 0) return one;
  throw new InvalidInputError([{ place: name, message: `give exactly one ${name}` }]);
}
