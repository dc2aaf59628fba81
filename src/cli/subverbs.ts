import { didYouMean } from "../core/suggest.ts";
import { InvalidInputError } from "../errors.ts";
import type { Verb } from "./verb.ts";

/** A verb with verbs below it, such as `nines token create`. */
export function withSubverbs(
  name: string,
  summary: string,
  subverbs: Readonly<Record<string, Verb>>,
): Verb {
  const known = Object.keys(subverbs);
  return {
    summary,
    usage: Object.values(subverbs)
      .map((verb) => `${verb.usage}\n      ${verb.summary}`)
      .join("\n"),
    run: async ([given = "", ...args], terminal) => {
      const verb = Object.entries(subverbs).find(([one]) => one === given)?.[1];
      if (verb !== undefined) return verb.run(args, terminal);
      const what = given === "" ? "" : `"${given}" is not known${didYouMean(given, known)}; `;
      const message = `${what}say what to do: ${known.join(", ")}`;
      throw new InvalidInputError([{ place: `nines ${name}`, message }]);
    },
  };
}
