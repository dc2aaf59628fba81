import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock } from "./clock.ts";
import { signatoryProblem, type Signatory } from "./cms.ts";
import type { Config, PdfSignature } from "./config.ts";
import { InvalidInputError } from "./errors.ts";
import type { Renderer } from "./render-apart.ts";
import { signPdf } from "./reports/sign-pdf.ts";

type SignDeps = {
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: () => Pick<Config, "pdfSignature">;
};

/** Renders as the renderer does, and signs what is a PDF as `signWanted` does. */
export function withPdfSignature(render: Renderer["render"], deps: SignDeps): Renderer["render"] {
  return async (document, order) => {
    const bytes = await render(document, order);
    return order.format === "pdf" ? signWanted(deps, bytes) : bytes;
  };
}

/**
 * A PDF of ours signed, when the configuration wants it; else as it is. The files are read each
 * time, so that a renewed certificate counts at once. Throws as `readSignatory`.
 */
export async function signWanted(
  { clock, config }: SignDeps,
  pdf: Uint8Array,
): Promise<Uint8Array> {
  const { pdfSignature } = config();
  if (pdfSignature === null) return pdf;
  return signPdf(pdf, await readSignatory(pdfSignature), new Date(clock.nowMs()));
}

/** The key and the certificates of the files. Throws InvalidInputError for what cannot sign. */
export async function readSignatory(files: PdfSignature): Promise<Signatory> {
  const [certificate, ...chain] = await readCertificates(files.certificateFile);
  const key = await readKey(files.keyFile);
  if (certificate === undefined) {
    throw refusal("certificateFile", `${files.certificateFile} holds no certificate in PEM`);
  }
  const signatory = { key, certificate, chain };
  const problem = signatoryProblem(signatory);
  if (problem !== null) throw refusal("keyFile", `${files.keyFile}: ${problem}`);
  return signatory;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu;

async function readCertificates(file: string): Promise<X509Certificate[]> {
  const text = await readText(file, "certificateFile");
  try {
    return (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
  } catch {
    throw refusal("certificateFile", `${file} holds a certificate that cannot be read`);
  }
}

async function readKey(file: string): Promise<KeyObject> {
  const text = await readText(file, "keyFile");
  try {
    return createPrivateKey(text);
  } catch {
    const remedy = "write it in PEM without a passphrase, for its owner's eyes only";
    throw refusal("keyFile", `${file} holds no private key that can be read; ${remedy}`);
  }
}

async function readText(file: string, place: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const why = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw refusal(place, `${file} cannot be read${why}`);
  }
}

function refusal(place: string, message: string): InvalidInputError {
  return new InvalidInputError([{ place: `pdfSignature.${place}`, message }]);
}
