import { createReadStream } from "node:fs";
import { reviseMonths } from "../close-due.ts";
import { importResults } from "../import-results.ts";
import { InvalidInputError } from "../errors.ts";
import { settle } from "../settle.ts";
import { openSigner } from "../signing.ts";
import { createIdCache } from "../store/prepare-rounds.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { OPERATOR } from "./by.ts";
import { notRevised } from "./not-revised.ts";
import { readConfig, withStore } from "./open.ts";
import type { Verb } from "./verb.ts";

const CHUNK_BYTES = 1 << 20;

export const importVerb: Verb = {
  summary: "stores results from NDJSON and prints counts",
  usage: "nines import FILE|- [--keep-going] [--config FILE]",
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(
      args,
      { config: { type: "string" }, "keep-going": { type: "boolean" } },
      ["FILE"],
    );
    throwProblems(problems);
    const [file = "-"] = positionals;
    const keepGoing = values["keep-going"] === true;
    const { settings, config } = readConfig(terminal, values.config);
    return withStore(terminal, { settings, purpose: "import" }, async ({ db }) => {
      const { clock, out, err } = terminal;
      const outcome = await importResults(
        { store: { db, ids: createIdCache() }, clock, config, by: OPERATOR },
        readChunks(file),
        { keepGoing },
      );
      for (const { place, message } of outcome.problems) err(`${place}: ${message}`);
      if (outcome.bad > outcome.problems.length) {
        err(`... and ${outcome.bad - outcome.problems.length} more bad lines`);
      }
      const { lines, stored, doubles, bad } = outcome;
      out(`${lines} lines, ${stored} results stored, ${doubles} doubles, ${bad} bad`);
      if (bad > 0 && !keepGoing) {
        err("nothing was stored; mend the lines, or store the good ones with --keep-going");
        return 2;
      }
      const keyFile = config.signingKeyFile;
      const signer = () => openSigner({ db, clock, dataDir: settings.dataDir, keyFile });
      try {
        await settle({ db, clock });
        const everything = { fromMs: 0, untilMs: clock.nowMs() };
        await reviseMonths({ db, clock, config, signer }, everything);
        return 0;
      } catch (error) {
        err(notRevised("the results are stored", error));
        return 1;
      }
    });
  },
};

async function* readChunks(file: string): AsyncGenerator<string> {
  const stream =
    file === "-"
      ? process.stdin.setEncoding("utf8")
      : createReadStream(file, { encoding: "utf8", highWaterMark: CHUNK_BYTES });
  try {
    for await (const chunk of stream) yield String(chunk);
  } catch (error) {
    const message = error instanceof Error ? error.message : "cannot be read";
    throw new InvalidInputError([{ place: file, message }]);
  }
}
