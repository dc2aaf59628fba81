import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkReceipt, writeAnchor } from "../../src/anchors/index.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { LINE, SEAL } from "./anchored-seal.ts";

const cleanUp = cleanUpAfterEach();

test("a file gets a line of JSON for each seal", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nines-anchor-"));
  cleanUp(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "seals.ndjson");
  const receipt = await writeAnchor({ id: "far", kind: "file", path }, SEAL);
  expect(receipt.toString()).toBe(LINE);
  const first = { ...SEAL, seq: 1, previousHash: Buffer.alloc(0) };
  await writeAnchor({ id: "far", kind: "file", path }, first);
  const [line, second, ...rest] = readFileSync(path, "utf8").split("\n");
  expect(line).toBe(LINE);
  expect(JSON.parse(second ?? "")).toMatchObject({ seq: 1, previousHash: null });
  expect(rest).toEqual([""]);
});

test("a receipt is about one seal", () => {
  expect(checkReceipt("file", Buffer.from(LINE), SEAL)).toBeNull();
  expect(checkReceipt("file", Buffer.from(LINE), { ...SEAL, revision: 3 })).toBe(
    "it is not about this seal",
  );
  expect(checkReceipt("stone", Buffer.from(LINE), SEAL)).toBe('"stone" is no kind of anchor');
});

test("a folder that is not there takes none", async () => {
  const path = "/nonexistent/seals.ndjson";
  await expect(writeAnchor({ id: "far", kind: "file", path }, SEAL)).rejects.toThrow("ENOENT");
});
