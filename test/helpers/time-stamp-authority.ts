import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type TimeStampAuthority = {
  /** The reply (DER) to a request (DER). */
  readonly reply: (request: Buffer) => Buffer;
  /** What `openssl ts -verify` says of a reply about this hash; throws when it does not hold. */
  readonly verify: (reply: Buffer, hash: Uint8Array) => string;
  /** A reply as text. */
  readonly show: (reply: Buffer) => string;
  readonly remove: () => void;
};

const CONFIG = `
[tsa]
default_tsa = one
[one]
dir = .
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.crt
certs = ./ca.crt
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`;

/** A time-stamp authority of its own, by the machine's openssl. */
export function createTimeStampAuthority(): TimeStampAuthority {
  const folder = mkdtempSync(join(tmpdir(), "nines-tsa-"));
  const openssl = (...args: string[]): string =>
    execFileSync("openssl", args, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
    });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const put = (name: string, content: string | Buffer) =>
    writeFileSync(join(folder, name), content);
  put("tsa.cnf", CONFIG);
  put("serial", "01\n");
  put("tsa.ext", "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n");
  openssl("req", "-x509", ...ec, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=Test CA");
  openssl("req", "-new", ...ec, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA");
  const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "tsa.ext"];
  openssl("x509", "-req", "-in", "tsa.csr", "-out", "tsa.crt", "-days", "30", ...signer);
  return {
    reply: (request) => {
      put("request.tsq", request);
      const files = ["-queryfile", "request.tsq", "-out", "reply.tsr"];
      openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "one", ...files);
      return readFileSync(join(folder, "reply.tsr"));
    },
    verify: (reply, hash) => {
      put("verified.tsr", reply);
      const digest = Buffer.from(hash).toString("hex");
      const what = ["-digest", digest, "-in", "verified.tsr", "-CAfile", "ca.crt"];
      return openssl("ts", "-verify", ...what);
    },
    show: (reply) => {
      put("shown.tsr", reply);
      return openssl("ts", "-reply", "-in", "shown.tsr", "-text");
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
