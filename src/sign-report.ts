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

/**
 * Renders as the renderer does, and signs what is a PDF as `signWanted` does. What is wrong with the
 * files is our fault and not that of who asks for a report: it is told as an Error.
 */
export function withPdfSignature(render: Renderer["render"], deps: SignDeps): Renderer["render"] {
  return async (document, order) => {
    const bytes = await render(document, order);
    if (order.format !== "pdf") return bytes;
    return signWanted(deps, bytes).catch((error: unknown) => {
      const isOfFiles = error instanceof InvalidInputError;
      throw isOfFiles ? new Error(`the PDF cannot be signed: ${error.message}`) : error;
    });
  };
}

/** Roles that render reports; the others need not have the files. */
const SIGNING_ROLES = new Set(["all", "api", "recorder"]);

/** At the start and at each reload, and not when the first report is rendered. Throws as `readSignatory`. */
export async function checkSignatory(
  { pdfSignature }: Pick<Config, "pdfSignature">,
  role: string,
): Promise<void> {
  if (pdfSignature !== null && SIGNING_ROLES.has(role)) await readSignatory(pdfSignature);
}

/**
 * A PDF of ours signed, when the configuration wants it; else as it is. The files are read each
 * time, so that a renewed certificate counts at once. Throws as `readSignatory`, and InvalidInputError
 * for a certificate that is not valid at present: what is signed is kept for good.
 */
export async function signWanted(
  { clock, config }: SignDeps,
  pdf: Uint8Array,
): Promise<Uint8Array> {
  const { pdfSignature } = config();
  if (pdfSignature === null) return pdf;
  const signatory = await readSignatory(pdfSignature);
  const nowMs = clock.nowMs();
  const { validFrom, validTo } = signatory.certificate;
  if (nowMs < Date.parse(validFrom) || nowMs > Date.parse(validTo)) {
    const message = `${pdfSignature.certificateFile} is valid from ${validFrom} until ${validTo}; renew it`;
    throw refusal("certificateFile", message);
  }
  return signPdf(pdf, signatory, new Date(nowMs));
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
