import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { has } from "../helpers/programs.ts";

/** A Debian package that some tests want, and how to tell that it is there. */
const WANTED = [
  { name: "redis-server", present: () => has("redis-server") },
  { name: "mariadb-server", present: () => has("mariadbd") },
  { name: "nginx", present: () => has("nginx") },
  { name: "openssh-server", present: () => has("sshd") },
  { name: "openssl", present: () => has("openssl") },
  { name: "iputils-ping", present: () => has("ping") },
  { name: "prometheus", present: () => has("prometheus") && has("promtool") },
  { name: "prometheus-alertmanager", present: () => has("prometheus-alertmanager") },
  { name: "chromium", present: () => has("chromium") },
  { name: "fonts-noto-cjk", present: () => hasFont("NotoSansCJK") },
  { name: "poppler-utils", present: () => has("pdftotext") && has("pdfsig") },
  { name: "qpdf", present: () => has("qpdf") },
  { name: "libreoffice-calc-nogui", present: () => has("soffice") },
  { name: "docker-compose", present: () => has("docker-compose") },
] as const;

const POLICY = "/usr/sbin/policy-rc.d";

function hasFont(prefix: string): boolean {
  const directory = "/usr/share/fonts";
  if (!existsSync(directory)) return false;
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).some((path) =>
    path.split("/").at(-1)?.startsWith(prefix),
  );
}

function apt(parameters: readonly string[]): void {
  execFileSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...parameters], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 8 * 60_000,
  });
}

/** Installs packages without letting dpkg start their services: tests start their own, on free ports. */
function install(packages: readonly string[]): void {
  const mayWrite = !existsSync(POLICY);
  if (mayWrite) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    apt(["update"]);
    apt(["install", "-y", "--no-install-recommends", ...packages]);
  } finally {
    if (mayWrite) rmSync(POLICY, { force: true });
  }
}

/**
 * Sees to the servers that tests run against. As root on Debian what is missing is installed,
 * unless NINES_TEST_INSTALL is `no`; elsewhere the tests that need it are skipped, and it is said how to get it.
 */
export function setup(): void {
  const missing = WANTED.filter(({ present }) => !present()).map(({ name }) => name);
  if (missing.length === 0) return;

  const byHand = `apt-get install --no-install-recommends ${missing.join(" ")}`;
  const may =
    process.getuid?.() === 0 && has("apt-get") && process.env["NINES_TEST_INSTALL"] !== "no";
  if (!may) {
    console.warn(`Tests that need other programs are skipped. To run them too: ${byHand}`);
    return;
  }
  console.warn(`Installing what the tests run against: ${missing.join(" ")}`);
  try {
    install(missing);
  } catch (error) {
    console.warn(`It failed, so tests are skipped. By hand: ${byHand}\n${String(error)}`);
  }
}
