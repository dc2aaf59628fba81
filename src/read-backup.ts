import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import {
  anyHeaderSchema,
  BACKUP_FORM,
  END_OF_ROWS,
  headerSchema,
  sectionSchema,
  type BackupHeader,
  type Section,
} from "./core/backup-format.ts";
import { parseJson } from "./core/parse-json.ts";
import { InvalidInputError } from "./errors.ts";

/** A backup that is being read, from its beginning to its end. */
export type BackupReader = {
  readonly header: BackupHeader;
  /** The next line that is no row, with its text. */
  readonly readSection: () => Promise<{ readonly section: Section; readonly line: string }>;
  /** The rows of the table whose line was read last. */
  readonly readRows: () => AsyncGenerator<Buffer>;
  /** SHA-256 of everything before the line that was read last. */
  readonly digestBefore: () => string;
  /** Throws unless nothing is left. */
  readonly expectEnd: () => Promise<void>;
  /** What is wrong with the file, to be thrown. */
  readonly fault: (message: string) => InvalidInputError;
};

type Place = {
  /** The file's name, for messages. */
  readonly place: string;
  /** Number of the newest migration that this nines has. */
  readonly newestSchema: number;
};

const NEWLINE = 10;
const END_MARK = Buffer.from(END_OF_ROWS);
const LONGEST_HEADER = 4_096;
/** The longest is a row of a closed month. One line is held in memory. */
const LONGEST_LINE = 256 * 2 ** 20;
const AGAIN = "take another copy of it, or restore another backup";

/**
 * Opens a backup and reads its header. Throws InvalidInputError, here and while it is read on, for
 * what is no backup, is damaged or cut short, or was written by a newer nines.
 */
export async function openBackup(
  source: Readable,
  { place, newestSchema }: Place,
): Promise<BackupReader> {
  const fault = (message: string) => new InvalidInputError([{ place, message }]);
  const lines = readLines(unzip(source, fault), fault);
  const total = createHash("sha256");
  let last: Buffer = Buffer.alloc(0);
  /** A line joins the digest when the next one is read: the manifest is over what is before it. */
  const takeLine = async (): Promise<string> => {
    const line = await lines.readLine();
    total.update(last);
    last = line;
    return line.toString();
  };
  const header = parseHeader(await takeLine(), { fault, newestSchema });
  return {
    header,
    fault,
    readSection: async () => {
      const line = await takeLine();
      const checked = sectionSchema.safeParse(parseJson(line));
      if (!checked.success) throw fault(`is damaged: a line says nothing known; ${AGAIN}`);
      return { section: checked.data, line };
    },
    readRows: async function* () {
      total.update(last);
      last = END_MARK;
      for await (const bytes of lines.readRows()) {
        total.update(bytes);
        yield bytes;
      }
    },
    digestBefore: () => total.copy().digest("hex"),
    expectEnd: async () => {
      if (await lines.hasMore()) throw fault(`is damaged: something follows its end; ${AGAIN}`);
    },
  };
}

type Fault = BackupReader["fault"];

function parseHeader(
  line: string,
  { fault, newestSchema }: { readonly fault: Fault; readonly newestSchema: number },
): BackupHeader {
  const json = parseJson(line);
  const any = anyHeaderSchema.safeParse(json);
  if (!any.success) throw fault("is no backup of nines");
  const { nines, version } = any.data;
  if (nines !== BACKUP_FORM) {
    throw fault(
      `has the form ${nines}, and this nines reads ${BACKUP_FORM}: restore it with nines ${version}, which wrote it, or newer`,
    );
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) throw fault(`is damaged: its first line; ${AGAIN}`);
  if (header.data.schema > newestSchema) {
    throw fault(
      `holds tables of a newer nines (number ${header.data.schema}; this one knows ${newestSchema}): restore it with nines ${version}, which wrote it, or newer`,
    );
  }
  return header.data;
}

/** What the compression itself finds. */
const zipFaults = new Map([
  ["Z_BUF_ERROR", `is cut short; ${AGAIN}`],
  ["Z_DATA_ERROR", `is no backup of nines, or damaged; ${AGAIN}`],
]);

async function* unzip(source: Readable, fault: Fault): AsyncGenerator<Buffer> {
  const unzipped = createGunzip({ chunkSize: 1 << 18 });
  // A source that cannot be read on would be waited for for ever.
  source.once("error", (error) => unzipped.destroy(error));
  try {
    for await (const chunk of source.pipe(unzipped)) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = zipFaults.get(code) ?? (code === "" ? null : `cannot be read (${code})`);
    throw message === null ? error : fault(message);
  } finally {
    source.destroy();
  }
}

function readLines(chunks: AsyncIterable<Buffer>, fault: Fault) {
  const blocks = joinLines(chunks, fault);
  let rest: Buffer = Buffer.alloc(0);
  const hasMore = async (): Promise<boolean> => {
    if (rest.length > 0) return true;
    const { done, value } = await blocks.next();
    if (done === true) return false;
    rest = value;
    return true;
  };
  const take = (length: number): Buffer => {
    const taken = rest.subarray(0, length);
    rest = rest.subarray(length);
    return taken;
  };
  const cutShort = () => fault(`is cut short; ${AGAIN}`);
  return {
    hasMore,
    readLine: async (): Promise<Buffer> => {
      if (!(await hasMore())) throw cutShort();
      return take(rest.indexOf(NEWLINE) + 1);
    },
    readRows: async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        if (!(await hasMore())) throw cutShort();
        const end = endOfRows(rest);
        const rows = take(end ?? rest.length);
        if (rows.length > 0) yield rows;
        if (end === null) continue;
        take(END_OF_ROWS.length);
        return;
      }
    },
  };
}

/** Where the rows in a block of whole lines end; null when they go on. */
function endOfRows(block: Buffer): number | null {
  if (block.subarray(0, END_OF_ROWS.length).equals(END_MARK)) return 0;
  const before = block.indexOf(`\n${END_OF_ROWS}`);
  return before < 0 ? null : before + 1;
}

/** Blocks of whole lines, about as long as the chunks. */
async function* joinLines(chunks: AsyncIterable<Buffer>, fault: Fault): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let isBegun = false;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (!isBegun && end === 0 && chunk.length > LONGEST_HEADER)
      throw fault("is no backup of nines");
    isBegun = true;
    if (end > 0) {
      yield Buffer.concat([...begun, chunk.subarray(0, end)]);
      begun = [];
      begunBytes = 0;
    }
    if (end < chunk.length) begun.push(chunk.subarray(end));
    begunBytes += chunk.length - end;
    if (begunBytes > LONGEST_LINE) {
      throw fault(
        `is no backup of nines, or damaged: a line has over ${LONGEST_LINE} bytes; ${AGAIN}`,
      );
    }
  }
  if (begun.length > 0) throw fault(`is cut short; ${AGAIN}`);
}
