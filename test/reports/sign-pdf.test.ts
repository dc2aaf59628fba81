import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signatoryProblem, type Signatory } from "../../src/cms.ts";
import { renderPdf } from "../../src/reports/pdf.ts";
import { signPdf } from "../../src/reports/sign-pdf.ts";
import { has } from "../helpers/programs.ts";
import { acmeDocument, largeDocument } from "./pdf-document.ts";

const AT = new Date("2026-11-04T02:30:00Z");
const KINDS = { RSA: "rsa:3072", "an elliptic curve": "ec -pkeyopt ec_paramgen_curve:prime256v1" };
const noPrograms = !has("pdfsig") || !has("qpdf") || !has("openssl");

const folder = mkdtempSync(join(tmpdir(), "nines-sign-"));
const at = (name: string) => join(folder, name);
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
let plain: Uint8Array;

beforeAll(async () => {
  plain = await renderPdf(acmeDocument(), "zh");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An authority's certificate and one that it issued, with its key. */
function makeSignatory(kind: string): Signatory {
  const newKey = ["-newkey", ...kind.split(" "), "-nodes"];
  const subject = (name: string) => ["-subj", `/CN=${name}`];
  run(
    "openssl",
    "req",
    "-x509",
    ...newKey,
    ...subject("CA"),
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
  );
  run("openssl", "req", ...newKey, ...subject("Acme SLA"), "-keyout", "own.key", "-out", "own.csr");
  const issuing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", "0x00f1"];
  run("openssl", "x509", "-req", "-in", "own.csr", "-out", "own.crt", ...issuing);
  return {
    key: createPrivateKey(readFileSync(at("own.key"))),
    certificate: new X509Certificate(readFileSync(at("own.crt"))),
    chain: [new X509Certificate(readFileSync(at("ca.crt")))],
  };
}

/** A PDF with these objects, the first of them its catalog. */
function pdfOf(objects: readonly string[]): Buffer {
  let text = "%PDF-1.7\n";
  const rows = objects.map((object, index) => {
    const row = `${String(text.length).padStart(10, "0")} 00000 n \n`;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return row;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows.join("")}`;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text + table + trailer, "latin1");
}

function checkSignature(pdf: Uint8Array): string {
  writeFileSync(at("signed.pdf"), pdf);
  return run("pdfsig", "signed.pdf");
}

describe.skipIf(noPrograms).each(Object.entries(KINDS))("a PDF signed with %s", (_name, kind) => {
  let signatory: Signatory;
  let signed: Buffer;
  beforeAll(() => {
    signatory = makeSignatory(kind);
    signed = signPdf(plain, signatory, AT);
  });

  test("is valid as a whole, and says by whom and when", () => {
    const said = checkSignature(signed);
    expect(said).toContain("Signature is Valid.");
    expect(said).toContain("Total document signed");
    expect(said).toContain("Signer Certificate Common Name: Acme SLA");
    expect(said).toContain("ETSI.CAdES.detached");
    expect(signed.toString("latin1")).toContain("/M (D:20261104023000Z)");
  });

  test("is valid for those who trust the authority", () => {
    const text = signed.toString("latin1");
    const [from = 0, until = 0] = /\/ByteRange \[0 (\d+) (\d+)/u.exec(text)!.slice(1).map(Number);
    const der = Buffer.from(text.slice(from + 1, until - 1), "hex");
    writeFileSync(at("signature.der"), der);
    writeFileSync(at("content"), Buffer.concat([signed.subarray(0, from), signed.subarray(until)]));
    const files = [
      "-in",
      "signature.der",
      "-inform",
      "DER",
      "-content",
      "content",
      "-CAfile",
      "ca.crt",
    ];
    run("openssl", "cms", "-verify", "-binary", "-purpose", "any", "-out", "verified", ...files);
    expect(readFileSync(at("verified"))).toEqual(readFileSync(at("content")));
  });

  test("has every byte of the unsigned one, and its structure is whole", () => {
    expect(signed.subarray(0, plain.length).equals(Buffer.from(plain))).toBe(true);
    writeFileSync(at("signed.pdf"), signed);
    expect(run("qpdf", "--check", "signed.pdf")).toContain("No syntax or stream encoding errors");
    expect(run("pdfdetach", "-list", "signed.pdf")).toContain("1 embedded files");
    const links = (text: string) => text.split("/Subtype /Link").length;
    const flat = (file: string) => run("qpdf", "--qdf", "--object-streams=disable", file, "-");
    writeFileSync(at("plain.pdf"), plain);
    expect(links(flat("signed.pdf"))).toBe(links(flat("plain.pdf")));
  });

  test("is not valid any more when one byte of it is changed", () => {
    for (const place of [2_000, plain.length - 40_000]) {
      const forged = Buffer.from(signed);
      forged.writeUInt8(forged.readUInt8(place) ^ 1, place);
      expect(checkSignature(forged)).not.toContain("Signature is Valid.");
    }
  });
});

describe.skipIf(noPrograms)("who is to sign", () => {
  test("needs the key of the certificate, of a kind that readers know", () => {
    const signatory = makeSignatory("rsa:2048");
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const ed25519 = generateKeyPairSync("ed25519").privateKey;
    expect(signatoryProblem(signatory)).toBeNull();
    expect(signatoryProblem({ ...signatory, key: other })).toContain("not that of the first");
    expect(signatoryProblem({ ...signatory, key: ed25519 })).toContain("neither RSA nor");
  });

  test("gives the same bytes each time at the same instant, with RSA", () => {
    const signatory = makeSignatory("rsa:2048");
    const [one, other] = [signPdf(plain, signatory, AT), signPdf(plain, signatory, AT)];
    expect(one.equals(other)).toBe(true);
  });

  test("signs the first page, however deep it lies and whatever is noted on it", () => {
    const signatory = makeSignatory("rsa:2048");
    const deep = [
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
      "<< /Type /Pages /Count 1 /Parent 2 0 R /Kids [4 0 R] >>",
      "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] /Annots [5 0 R] >>",
      "<< /Type /Annot /Subtype /Text /Rect [0 0 1 1] /Contents (x) >>",
    ];
    const signed = signPdf(pdfOf(deep), signatory, AT);
    expect(checkSignature(signed)).toContain("Signature is Valid.");
    expect(run("qpdf", "--check", "signed.pdf")).toContain("No syntax or stream encoding errors");
    expect(signed.toString("latin1")).toMatch(/\/P 4 0 R/u);
    expect(signed.toString("latin1")).toContain("/Annots [7 0 R 5 0 R]");
    const elsewhere = deep.map((one) => one.replace("[5 0 R]", "5 0 R"));
    expect(() => signPdf(pdfOf(elsewhere), signatory, AT)).toThrow("annotations elsewhere");
    const fields = deep.map((one) => one.replace("/Catalog", "/Catalog /AcroForm 5 0 R"));
    expect(() => signPdf(pdfOf(fields), signatory, AT)).toThrow("fields already");
    expect(() => signPdf(signed, signatory, AT)).toThrow("another table of objects");
  });

  test("signs a report of ten thousand objectives", async () => {
    const signatory = makeSignatory("rsa:2048");
    const large = largeDocument({ subjects: 10_000, accounts: 200, missedEach: 20 });
    const pdf = await renderPdf(large, "en");
    expect(checkSignature(signPdf(pdf, signatory, AT))).toContain("Signature is Valid.");
    expect(run("qpdf", "--check", "signed.pdf")).toContain("No syntax or stream encoding errors");
  }, 120_000);

  test("signs nothing that is no PDF of ours", () => {
    const signatory = makeSignatory("rsa:2048");
    const noTable = Buffer.from("%PDF-1.5\nno table\nstartxref\n9\n%%EOF\n");
    expect(() => signPdf(noTable, signatory, AT)).toThrow(/the PDF has no .*Root/u);
  });
});
