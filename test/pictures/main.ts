import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { openBrowser } from "../helpers/browser.ts";
import { freePort } from "../helpers/ports.ts";
import { waitFor } from "../helpers/wait.ts";
import { FILES, PAGES, PDF, type Picture } from "./list.ts";

// Takes the pictures of the documents anew: `npm run pictures`. The sandbox fills its history first.

const FOLDER = "docs/pictures";
const FILLED_MS = 300_000;
/** A page of A4 is 661 pixels wide then. */
const DOTS_AN_INCH = 80;
const QUALITY = 85;

const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
const work = mkdtempSync(join(tmpdir(), "nines-pictures-"));
const child = spawn(process.execPath, [join(process.cwd(), "bin/nines.js"), "start"], {
  cwd: work,
  env: {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    NINES_DATA_DIR: join(work, "data"),
    PORT: String(port),
  },
  stdio: ["ignore", "ignore", "inherit"],
});
const ended = new Promise((resolve) => child.once("close", resolve));

try {
  await waitFor(isFilled, { what: "the sandbox's history", timeoutMs: FILLED_MS });
  mkdirSync(FOLDER, { recursive: true });
  const browser = await openBrowser();
  for (const picture of PAGES) await takePicture(browser, picture);
  await browser.close();
  await takePdf();
  for (const name of readdirSync(FOLDER)) {
    if (!FILES.includes(name)) rmSync(join(FOLDER, name));
  }
} finally {
  child.kill("SIGTERM");
  await ended;
  rmSync(work, { recursive: true, force: true });
}

/** Whether all of the past is there, and the month of the pictures is closed. */
async function isFilled(): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`nines ended with ${child.exitCode}`);
  const report = await textOf(`${PAGES[2]?.path}&lang=en`);
  // Last, as the overview keeps its bars for a while.
  if (!report.includes("revision 1")) return false;
  const overview = await textOf("/?lang=en");
  return overview !== "" && !overview.includes("<progress");
}

async function textOf(path: string): Promise<string> {
  try {
    const answer = await fetch(origin + path, { headers: { accept: "text/html" } });
    return answer.ok ? await answer.text() : "";
  } catch {
    return "";
  }
}

async function takePicture(browser: Browser, picture: Picture): Promise<void> {
  const { file, path, lang, look, width, height } = picture;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: look });
  await page.goto(`${origin}${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
  // Of the same page a third of a PNG.
  const session = await page.context().newCDPSession(page);
  const shot = { format: "webp", quality: QUALITY } as const;
  const { data } = await session.send("Page.captureScreenshot", shot);
  writeFileSync(join(FOLDER, file), Buffer.from(data, "base64"));
  await page.close();
}

async function takePdf(): Promise<void> {
  const answer = await fetch(origin + PDF.path);
  if (!answer.ok) throw new Error(`${PDF.path}: ${answer.status} ${await answer.text()}`);
  const file = join(work, "report.pdf");
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  const picture = join(FOLDER, PDF.file.replace(/\.png$/u, ""));
  const options = ["-png", "-r", String(DOTS_AN_INCH), "-f", "1", "-l", "1", "-singlefile"];
  execFileSync("pdftoppm", [...options, file, picture]);
}
