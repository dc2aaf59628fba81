import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { exportMonth } from "../export-month.ts";
import { readArguments, requireMonth, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const exportVerb: Verb = {
  summary: "writes a closed month's evidence to one file that can be checked without nines",
  usage: "nines export --month YYYY-MM [--account A] --out FILE [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      account: { type: "string" },
      out: { type: "string" },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    const { account, out } = values;
    if (out === undefined) {
      problems.push({ place: "--out", message: "give a file, such as evidence.ndjson.gz" });
    }
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "export" }, async ({ db }) => {
      const lines = exportMonth({ db, config, clock: terminal.clock }, { month, account });
      await writeLines(lines, out ?? "");
      terminal.out(`${out}: check it with \`node dist/nines-verify.mjs ${out}\``);
      return 0;
    });
  },
};

/** The file appears when it is whole. */
async function writeLines(lines: AsyncIterable<string>, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    const text = Readable.from(withNewlines(lines));
    await pipeline(text, createGzip({ level: 6 }), createWriteStream(part, { mode: 0o600 }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** In pieces of some size: a stream item for each line would cost more than the line. */
async function* withNewlines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let text = "";
  for await (const line of lines) {
    text += `${line}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = "";
  }
  yield text;
}
