import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidInputError } from "../src/errors.ts";
import type { Renderer } from "../src/render-apart.ts";
import { reportFormats } from "../src/reports/index.ts";
import { checkSignatory, readSignatory, withPdfSignature } from "../src/sign-report.ts";
import { testClock } from "./helpers/clock.ts";
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
const DAY_MS = 86_400_000;
/** A day after the certificate was made. */
const signedAtMs = () =>
  Date.parse(new X509Certificate(readFileSync(files.certificateFile)).validFrom) + DAY_MS;
const signing = (pdfSignature: typeof files | null, nowMs = signedAtMs()) =>
  withPdfSignature(render, { clock: testClock(nowMs), config: () => ({ pdfSignature }) });

describe.skipIf(noOpenssl)("a report that is rendered", () => {
  test("is signed as PDF, at the present time, when the configuration names a certificate", async () => {
    const pdf = await signing(files)(acmeDocument(), { format: "pdf", lang: "en" });
    const text = Buffer.from(pdf).toString("latin1");
    expect(text).toContain("/SubFilter /ETSI.CAdES.detached");
    const signedAt = new Date(signedAtMs()).toISOString().replaceAll(/[-:T]|\.\d+/gu, "");
    expect(text).toContain(`/M (D:${signedAt})`);
  });

  test("is what it was without a certificate, and in the other forms", async () => {
    const plain = await signing(null)(acmeDocument(), { format: "pdf", lang: "en" });
    expect(Buffer.from(plain).toString("latin1")).not.toContain("/ByteRange");
    const order = { format: "csv", lang: "en" } as const;
    const csv = await signing(files)(acmeDocument(), order);
    expect(csv).toEqual(await render(acmeDocument(), order));
  });

  test("is refused as a fault of ours when a file cannot be read any more", async () => {
    const lost = signing({ ...files, keyFile: at("gone.key") });
    const asked = lost(acmeDocument(), { format: "pdf", lang: "en" });
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(InvalidInputError);
    expect(String(error)).toMatch(/cannot be signed: pdfSignature\.keyFile: .*gone\.key.*ENOENT/u);
    const csv = await lost(acmeDocument(), { format: "csv", lang: "en" });
    expect(csv.length).toBeGreaterThan(1_000);
  });

  test("is not signed by a certificate that has ended, or has not begun", async () => {
    for (const days of [-2, 40]) {
      const late = signing(files, signedAtMs() + days * DAY_MS);
      await expect(late(acmeDocument(), { format: "pdf", lang: "en" })).rejects.toThrow(
        /own\.crt is valid from .* until .*; renew it/u,
      );
    }
  });
});

test("the files are asked for where reports are rendered, and nowhere else", async () => {
  const pdfSignature = { ...files, keyFile: at("gone.key") };
  for (const role of ["all", "api", "recorder"]) {
    await expect(checkSignatory({ pdfSignature }, role)).rejects.toThrow(InvalidInputError);
    await checkSignatory({ pdfSignature: null }, role);
  }
  for (const role of ["worker", "scheduler"]) await checkSignatory({ pdfSignature }, role);
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
