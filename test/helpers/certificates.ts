import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type KeyPair = { readonly key: string; readonly cert: string };

export type Certificates = {
  /** The authority to trust: signs all but `selfSigned` and `untrusted`. PEM. */
  readonly ca: string;
  /** For localhost, service.test, 127.0.0.1 and ::1; 90 days. */
  readonly good: KeyPair;
  /** As `good`; 5 days and a bit. */
  readonly soon: KeyPair;
  /** As `good`; ended yesterday. */
  readonly expired: KeyPair;
  /** For other.test alone. */
  readonly wrongName: KeyPair;
  readonly selfSigned: KeyPair;
  /** As `good`, by an authority that is not `ca`. */
  readonly untrusted: KeyPair;
  /** As `good`, followed by its authority, which ends in 3 days and a bit. */
  readonly shortChain: KeyPair & { readonly ca: string };
};

const names = "DNS:localhost,DNS:service.test,IP:127.0.0.1,IP:::1";

/** Makes an authority and certificates with the machine's openssl. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "nines-tls-"));
  const openssl = (args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const selfSign = (name: string, extra: string[]): KeyPair => {
    openssl(["req", "-x509", ...ec, "-keyout", `${name}.key`, "-out", `${name}.crt`, ...extra]);
    return pair(name);
  };
  const sign = (name: string, options: { names: string; days: string; by?: string }): KeyPair => {
    const by = options.by ?? "ca";
    openssl([
      "req",
      "-new",
      ...ec,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      `/CN=${name}`,
    ]);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${options.names}\n`);
    openssl([
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-out",
      `${name}.crt`,
      "-days",
      options.days,
      "-CA",
      `${by}.crt`,
      "-CAkey",
      `${by}.key`,
      "-CAcreateserial",
      "-extfile",
      `${name}.ext`,
    ]);
    return pair(name);
  };
  const pair = (name: string): KeyPair => ({
    key: readFileSync(join(folder, `${name}.key`), "utf8"),
    cert: readFileSync(join(folder, `${name}.crt`), "utf8"),
  });
  try {
    const ca = selfSign("ca", ["-subj", "/CN=Test authority", "-days", "365"]);
    const brief = selfSign("brief", ["-subj", "/CN=Authority of three days", "-days", "3"]);
    const underBrief = sign("under-brief", { names, days: "90", by: "brief" });
    selfSign("stranger", ["-subj", "/CN=Unknown authority", "-days", "365"]);
    return {
      ca: ca.cert,
      good: sign("good", { names, days: "90" }),
      soon: sign("soon", { names, days: "5" }),
      expired: sign("expired", { names, days: "-1" }),
      wrongName: sign("wrong", { names: "DNS:other.test", days: "90" }),
      selfSigned: selfSign("self", [
        "-subj",
        "/CN=localhost",
        "-addext",
        `subjectAltName=${names}`,
      ]),
      shortChain: { ...underBrief, cert: underBrief.cert + brief.cert, ca: brief.cert },
      untrusted: sign("untrusted", { names, days: "90", by: "stranger" }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
