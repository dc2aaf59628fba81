import { open } from "node:fs/promises";
import { checkLine, sealLine, type AnchorOf, type AnchorWriter } from "./anchor.ts";

/**
 * Appends the seal to a file as a line of JSON, and waits until the disk has it. A seal may
 * stand there twice: whoever was killed after writing writes it again.
 */
export const file: AnchorWriter<AnchorOf<"file">> = {
  write: async ({ path }, seal) => {
    const line = sealLine(seal);
    const handle = await open(path, "a", 0o644);
    try {
      await handle.appendFile(`${line}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return Buffer.from(line);
  },
  checkReceipt: checkLine,
};
