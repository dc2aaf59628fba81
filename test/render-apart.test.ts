import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MonthDocument } from "../src/core/month-document.ts";
import { openRenderer, TOO_LARGE, type RendererSettings } from "../src/render-apart.ts";
import { FORMAT_NAMES, reportFormats } from "../src/reports/index.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { renderThread } from "./helpers/renderer.ts";
import { waitFor } from "./helpers/wait.ts";
import { acmeDocument } from "./reports/pdf-document.ts";

const onEnd = cleanUpAfterEach();
const folder = mkdtempSync(join(tmpdir(), "nines-render-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Stands in for the thread's program: it does what the document is called. */
const puppet = pathToFileURL(join(folder, "puppet.mjs"));
beforeAll(() => {
  writeFileSync(
    puppet,
    `import { parentPort, threadId } from "node:worker_threads";
    parentPort.on("message", ({ document, format }) => {
      if (document === "die") process.exit(3);
      if (document === "hang") return;
      if (document === "eat") for (const eaten = []; ; ) eaten.push(Array(1000).fill(eaten.length));
      setImmediate(() => {
        if (document === "throw") throw new Error("a bug in the thread");
        const error = new RangeError("no such column");
        if (document === "refuse") return parentPort.postMessage({ error });
        parentPort.postMessage({ bytes: new TextEncoder().encode(document + format + threadId) });
      });
    });`,
  );
});

function open(settings: RendererSettings) {
  const renderer = openRenderer(settings);
  onEnd(() => renderer.close());
  return renderer;
}

const named = (name: string) => name as unknown as MonthDocument;

/** A renderer over the puppet: what it says, without the number of the thread, and that number. */
function openPuppet(settings: RendererSettings = {}) {
  const { render } = open({ entry: puppet, ...settings });
  return async (name: string) => {
    const bytes = await render(named(name), { format: "pdf", lang: "en" });
    const [, said = "", thread = ""] = /^(\D+)(\d+)$/u.exec(Buffer.from(bytes).toString()) ?? [];
    return { said, thread };
  };
}

test("gives the bytes that rendering here gives, in every form, one after the other", async () => {
  const { render } = open({ entry: renderThread() });
  const document = acmeDocument();
  const orders = [...FORMAT_NAMES, "pdf"] as const;
  const apart = await Promise.all(orders.map((format) => render(document, { format, lang: "zh" })));
  for (const [at, format] of orders.entries()) {
    const here = await reportFormats[format].render(document, "zh");
    expect(Buffer.from(apart[at]!).equals(Buffer.from(here as Uint8Array)), format).toBe(true);
  }
});

test("what dies over one document is the thread of that one alone", async () => {
  const render = openPuppet();
  const [first, dies, throws, last] = await Promise.allSettled(
    ["a", "die", "throw", "b"].map((name) => render(name)),
  );
  expect(first).toMatchObject({ value: { said: "apdf" } });
  expect(dies).toMatchObject({ reason: { message: expect.stringContaining("ended before") } });
  expect(throws).toMatchObject({ reason: { message: "a bug in the thread" } });
  expect(last).toMatchObject({ value: { said: "bpdf" } });
});

test("a document that cannot be rendered, or not be sent, costs no thread", async () => {
  const { render } = open({ entry: puppet });
  const before = openPuppet();
  const { thread } = await before("a");
  await expect(before("refuse")).rejects.toThrow(new RangeError("no such column"));
  expect((await before("b")).thread).toBe(thread);
  const unsendable = { report: () => 1 } as unknown as MonthDocument;
  await expect(render(unsendable, { format: "pdf", lang: "en" })).rejects.toThrow(/clone/u);
  expect(await render(named("a"), { format: "csv", lang: "en" })).toHaveLength(5);
});

test("one that takes more memory than it may is told so, and the next one is rendered", async () => {
  const render = openPuppet({ heapMib: 30 });
  await expect(render("eat")).rejects.toThrow(TOO_LARGE);
  expect((await render("a")).said).toBe("apdf");
});

test("one that never ends is ended", async () => {
  const render = openPuppet({ limitMs: 50 });
  await expect(render("hang")).rejects.toThrow("longer than 0.05 s");
  const slow = openPuppet({ limitMs: 20_000 });
  expect((await slow("a")).said).toBe("apdf");
});

test("a thread without work ends, and the next document gets another", async () => {
  const render = openPuppet({ idleMs: 1 });
  const { thread } = await render("a");
  let next = thread;
  await waitFor(async () => {
    ({ thread: next } = await render("a"));
    return next !== thread;
  });
  expect(next).not.toBe(thread);
});

test("closing ends what is being rendered, and what waits", async () => {
  const renderer = openRenderer({ entry: puppet });
  const order = { format: "pdf", lang: "en" } as const;
  const waiting = ["hang", "a"].map((name) => renderer.render(named(name), order));
  const settled = Promise.allSettled(waiting);
  // The second is not begun before the first is over.
  await new Promise((done) => setImmediate(done));
  await renderer.close();
  expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(renderer.render(named("a"), order)).rejects.toThrow("the service stops");
});
