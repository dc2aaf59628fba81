import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

const FLAGS = (
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run " +
  "--disable-background-networking --disable-component-update --disable-sync"
).split(" ");

/** A browser with a profile of its own, which goes when it is closed. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** Collects from now on what the console says, and what is asked for elsewhere. */
export function collectComplaints(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    // As the begin of a download looks, and what a page that is left had open.
    if (why !== "net::ERR_ABORTED") complaints.push(`${why}: ${request.url()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:")) complaints.push(url);
  });
  return complaints;
}

/** The policy that the service sends with its pages. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Serves fixed bodies by path, with its query or without, with the pages' policy, on a free loopback port. */
export async function serveFixed(
  bodies: Readonly<Record<string, { readonly type: string; readonly body: string }>>,
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const { url = "" } = request;
    const found = bodies[url] ?? bodies[url.split("?")[0] ?? ""];
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": found.type,
      "content-security-policy": PAGE_POLICY,
    });
    response.end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
