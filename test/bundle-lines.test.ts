import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitLines } from "../src/bundle-lines.ts";

async function* give(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}

async function read(chunks: Iterable<Buffer>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(give(chunks))) lines.push(line);
  return lines;
}

describe("the lines of a bundle", () => {
  test("come whole however the bytes are cut", async () => {
    const lines = fc.array(
      fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")),
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 9 }), async (given, size) => {
        const bytes = Buffer.from(given.map((line) => `${line}\n`).join(""));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        expect(await read(chunks)).toEqual(given);
      }),
    );
  });

  test("come also without a newline at the end", async () => {
    expect(await read([Buffer.from("a\nb")])).toEqual(["a", "b"]);
  });

  test("are refused when one does not end, by what it begins with", async () => {
    let given = 0;
    function* endless(beginning: string, size: number) {
      yield Buffer.from("first\n");
      yield Buffer.from(beginning);
      for (const chunk = Buffer.alloc(size, "x"); ; given += chunk.length) yield chunk;
    }
    const tooLong = "line 2: is too long for a line of an evidence bundle";
    await expect(read(endless("[0,0,", 65_536))).rejects.toThrow(tooLong);
    expect(given).toBeLessThan(1_100_000);
    given = 0;
    await expect(read(endless('{"report":', 1 << 24))).rejects.toThrow(tooLong);
    expect(given).toBeGreaterThan(200_000_000);
    expect(given).toBeLessThan(300_000_000);
  });
});
