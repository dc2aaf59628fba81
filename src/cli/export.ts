import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { exportMonth } from "../export-month.ts";
import { readArguments, requireMonth, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import type { ExitStatus, Verb } from "./verb.ts";

export const exportVerb: Verb = {
  summary: "writes a closed month's evidence to one file that can be checked without nines",
  usage: "nines export --month YYYY-MM [--account A] --out FILE [--force] [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, {
      month: { type: "string" },
      account: { type: "string" },
      out: { type: "string" },
      force: { type: "boolean", default: false },
      config: { type: "string" },
    });
    const month = requireMonth(values.month, problems);
    const { account, out = "", force } = values;
    if (out === "") {
      problems.push({ place: "--out", message: "give a file, such as evidence.ndjson.gz" });
    } else if (!force && existsSync(out)) {
      const message = `${out} is there already; choose another name, or replace it with --force`;
      problems.push({ place: "--out", message });
    }
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "export" }, async ({ db }) => {
      const lines = exportMonth({ db, config, clock: terminal.clock }, { month, account });
      await writeLines(lines, out);
      terminal.out(`${out}: check it with \`node dist/nines-verify.mjs ${out}\``);
      return 0;
    });
  },
};

/** The file appears when it is whole. Under its name until then nothing is followed or written over. */
async function writeLines(lines: AsyncIterable<string>, file: string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const sink = (await open(part, "wx", 0o600)).createWriteStream({ flush: true });
  try {
    await pipeline(Readable.from(withNewlines(lines)), createGzip({ level: 6 }), sink);
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
