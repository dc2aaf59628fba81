import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { lineLimit } from "./core/bundle.ts";

/** A bundle does not hold; the message names the first thing that is wrong. */
export class BrokenBundle extends Error {
  override readonly name = "BrokenBundle";
}

const NEWLINE = 10;
/** As many bytes as tell how long a line may be. */
const BEGINNING = 16;
const SHORTEST_LIMIT = lineLimit("");

/** The lines of a bundle's file. Throws BrokenBundle for a file that is no whole gzip. */
export async function* readBundleLines(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  const text = createGunzip({ chunkSize: 65_536 });
  input.on("error", (error) => text.destroy(error));
  try {
    yield* splitLines(input.pipe(text));
  } catch (error) {
    if (!isOfGzip(error)) throw error;
    throw new BrokenBundle(`it is no whole gzip file: ${error.message}`);
  } finally {
    input.destroy();
  }
}

/**
 * Lines of a stream of bytes, without holding more than one: whoever made the file may mean harm.
 * Throws BrokenBundle for a line that is longer than its kind may be.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let length = 0;
  let number = 1;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, from);
      const until = newline === -1 ? chunk.length : newline;
      pieces.push(chunk.subarray(from, until));
      length += until - from;
      if (length > SHORTEST_LIMIT && length > lineLimit(beginningOf(pieces))) {
        throw new BrokenBundle(`line ${number}: is too long for a line of an evidence bundle`);
      }
      from = until + 1;
      if (newline === -1) continue;
      yield Buffer.concat(pieces).toString();
      [pieces, length] = [[], 0];
      number += 1;
    }
  }
  if (length > 0) yield Buffer.concat(pieces).toString();
}

function beginningOf(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces, BEGINNING).toString("latin1");
}

function isOfGzip(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && code.startsWith("Z_");
}
