import { createHash } from "node:crypto";
import { signCms, type Signatory } from "../cms.ts";

/**
 * Signs a PDF of ours for readers such as Acrobat: what is appended leaves every byte before it as it
 * was (ISO 32000-1, 7.5.6), and the signature covers all but itself (12.8). `at` is when it is
 * signed. Throws RangeError for what is not as our printer writes it.
 */
export function signPdf(pdf: Uint8Array, signatory: Signatory, at: Date): Buffer {
  const before = Buffer.from(pdf);
  const appended = appendSignature(before, { at, length: roomFor(signatory) });
  const whole = Buffer.concat([before, appended]);
  const from = whole.lastIndexOf(CONTENTS) + CONTENTS.length;
  const until = whole.indexOf(">", from) + 1;
  const range = [0, from, until, whole.length - until];
  const rangeAt = whole.lastIndexOf(RANGE);
  whole.write(`/ByteRange [${range.join(" ")}]`.padEnd(RANGE.length), rangeAt, "latin1");
  const digest = createHash("sha256")
    .update(whole.subarray(0, from))
    .update(whole.subarray(until))
    .digest();
  const signature = signCms(digest, signatory).toString("hex");
  whole.write(signature.padEnd(until - from - 2, "0"), from + 1, "latin1");
  return whole;
}

/** Kept free for four numbers of ten digits, which are known once everything else is written. */
const RANGE = `/ByteRange [${"0000000000 ".repeat(4).trim()}]`;
const CONTENTS = "/Contents ";

/** Hexadecimal digits of the signature: those of curves differ by a few bytes. */
function roomFor(signatory: Signatory): number {
  return (signCms(Buffer.alloc(32), signatory).length + 32) * 2;
}

/** A signature's dictionary, its field without a place on the first page, and both made known. */
function appendSignature(
  before: Buffer,
  { at, length }: { readonly at: Date; readonly length: number },
): Buffer {
  const text = before.toString("latin1");
  const previous = Number(found(/startxref\s+(\d+)\s+%%EOF\s*$/u, text));
  const trailer = text.slice(text.lastIndexOf("trailer"));
  const root = Number(found(/\/Root (\d+) 0 R/u, trailer));
  const next = Number(found(/\/Size (\d+)/u, trailer));
  const catalog = objectOf(text, previous, root);
  if (catalog.includes("/AcroForm")) throw new RangeError("the PDF has fields already");
  const [first, page] = firstPage(text, previous, Number(found(/\/Pages (\d+) 0 R/u, catalog)));
  const [signature, field] = [next, next + 1];
  const objects = [
    [root, withEntry(catalog, `/AcroForm << /SigFlags 3 /Fields [${field} 0 R] >>`)],
    [first, withAnnotation(page, `${field} 0 R`)],
    [
      signature,
      `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n${RANGE}\n` +
        `${CONTENTS}<${"0".repeat(length)}>\n/M (${pdfTime(at)}) >>`,
    ],
    [
      field,
      // Flags of an annotation: printed, and locked. PDF/A wants the first of them.
      `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature) /F 132 /Rect [0 0 0 0] ` +
        `/P ${first} 0 R /V ${signature} 0 R >>`,
    ],
  ] as const;
  let body = text.endsWith("\n") ? "" : "\n";
  const rows = objects.map(([number, content]) => {
    const offset = String(before.length + body.length).padStart(10, "0");
    body += `${number} 0 obj\n${content}\nendobj\n`;
    return `${number} 1\n${offset} 00000 n \n`;
  });
  const table = before.length + body.length;
  const size = `/Size ${next + 2}`;
  const tail = found(/trailer\s*(<<[^]*?>>)\s*startxref/u, trailer)
    .replace(/\/Size \d+/u, size)
    .replace(/>>$/u, `/Prev ${previous}\n>>`);
  const end = `xref\n${rows.join("")}trailer\n${tail}\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(body + end, "latin1");
}

/** The number and the dictionary of the first page below a node of the tree of pages. */
function firstPage(text: string, tableAt: number, node: number): [number, string] {
  const first = Number(found(/\/Kids \[\s*(\d+) 0 R/u, objectOf(text, tableAt, node)));
  const page = objectOf(text, tableAt, first);
  return /\/Type \/Pages\b/u.test(page) ? firstPage(text, tableAt, first) : [first, page];
}

/** What stands between `obj` and `endobj`, found by the table of objects. */
function objectOf(text: string, tableAt: number, number: number): string {
  const [head = "", ...rows] = text.slice(tableAt).split("\n", number + 3);
  if (head.trim() !== "xref" || !rows[0]?.startsWith("0 ")) {
    throw new RangeError("the PDF has another table of objects than ours have");
  }
  const offset = Number(found(/^(\d{10}) \d{5} n/u, rows[number + 1] ?? ""));
  const body = text.slice(offset, text.indexOf("endobj", offset));
  return found(new RegExp(`^${number} 0 obj\\s*(<<[^]*>>)\\s*$`, "u"), body);
}

function withEntry(dictionary: string, entry: string): string {
  return dictionary.replace(/>>$/u, `${entry}\n>>`);
}

function withAnnotation(page: string, reference: string): string {
  if (!page.includes("/Annots")) return withEntry(page, `/Annots [${reference}]`);
  if (!page.includes("/Annots [")) throw new RangeError("the PDF has its annotations elsewhere");
  return page.replace("/Annots [", `/Annots [${reference} `);
}

/** "D:20261101031500Z" */
function pdfTime(at: Date): string {
  return `D:${at.toISOString().slice(0, 19).replaceAll(/[-:T]/gu, "")}Z`;
}

function found(pattern: RegExp, text: string): string {
  const [, group] = pattern.exec(text) ?? [];
  if (group === undefined) throw new RangeError(`the PDF has no ${pattern.source}`);
  return group;
}
