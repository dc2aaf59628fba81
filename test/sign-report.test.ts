import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidInputError } from "../src/errors.ts";
import type { Renderer } from "../src/render-apart.ts";
import { reportFormats } from "../src/reports/index.ts";
import { readSignatory, withPdfSignature } from "../src/sign-report.ts";
import { testClock } from "./helpers/app.ts";
import { has } from "./helpers/programs.ts";
import { acmeDocument } from "./reports/pdf-document.ts";

const folder = mkdtempSync(join(tmpdir(), "nines-sign-"));
const at = (name: string) => join(folder, name);
const openssl = (...args: string[]) =>
  execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
const files = { certificateFile: at("own.crt"), keyFile: at("own.key") };
const noOpenssl = !has("openssl");

beforeAll(() => {
  if (noOpenssl) return;
  const out = ["-keyout", "own.key", "-out", "own.crt", "-subj", "/CN=Acme"];
  openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", ...out);
  openssl("genrsa", "-out", "other.key", "2048");
  openssl("rsa", "-in", "own.key", "-aes128", "-passout", "pass:secret", "-out", "locked.key");
  writeFileSync(at("empty.crt"), "");
  writeFileSync(at("bad.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const render: Renderer["render"] = async (document, { format, lang }) =>
  Buffer.from(await reportFormats[format].render(document, lang));
const signing = (pdfSignature: typeof files | null) =>
  withPdfSignature(render, {
    clock: testClock(Date.parse("2026-11-04T02:30:00Z")),
    config: () => ({ pdfSignature }),
  });

describe.skipIf(noOpenssl)("a report that is rendered", () => {
  test("is signed as PDF, at the present time, when the configuration names a certificate", async () => {
    const pdf = await signing(files)(acmeDocument(), { format: "pdf", lang: "en" });
    const text = Buffer.from(pdf).toString("latin1");
    expect(text).toContain("/SubFilter /ETSI.CAdES.detached");
    expect(text).toContain("/M (D:20261104023000Z)");
  });

  test("is what it was without a certificate, and in the other forms", async () => {
    const plain = await signing(null)(acmeDocument(), { format: "pdf", lang: "en" });
    expect(Buffer.from(plain).toString("latin1")).not.toContain("/ByteRange");
    const order = { format: "csv", lang: "en" } as const;
    const csv = await signing(files)(acmeDocument(), order);
    expect(csv).toEqual(await render(acmeDocument(), order));
  });
});

test.skipIf(noOpenssl).each([
  [
    "a certificate that is not there",
    { certificateFile: at("none.crt") },
    "certificateFile",
    "ENOENT",
  ],
  [
    "a file without a certificate",
    { certificateFile: at("empty.crt") },
    "certificateFile",
    "holds no",
  ],
  ["a broken certificate", { certificateFile: at("bad.crt") }, "certificateFile", "cannot be read"],
  ["a certificate for a key", { keyFile: at("own.crt") }, "keyFile", "no private key"],
  ["a key with a passphrase", { keyFile: at("locked.key") }, "keyFile", "without a passphrase"],
  ["the key of another", { keyFile: at("other.key") }, "keyFile", "not that of the first"],
])("%s is refused by its place", async (_name, changes, place, message) => {
  const reading = readSignatory({ ...files, ...changes });
  const error = await reading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect((error as InvalidInputError).problems).toEqual([
    { place: `pdfSignature.${place}`, message: expect.stringContaining(message) },
  ]);
});
