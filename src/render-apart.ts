import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { MonthDocument } from "./core/month-document.ts";
import type { Lang } from "./core/views.ts";
import type { YearDocument } from "./core/year-report.ts";
import { packageRoot } from "./paths.ts";
import type { FormatName } from "./reports/index.ts";
import type { YearFormatName } from "./reports/year-index.ts";

export type RenderOrder = { readonly format: FormatName; readonly lang: Lang };

export type RenderYearOrder = { readonly format: YearFormatName; readonly lang: Lang };

/** What the thread is sent, and what it answers. */
export type RenderQuestion =
  | (RenderOrder & { readonly of: "month"; readonly document: MonthDocument })
  | (RenderYearOrder & { readonly of: "year"; readonly document: YearDocument });
export type RenderAnswer = { readonly bytes: Uint8Array } | { readonly error: unknown };

/**
 * Renders reports in a thread of its own: the largest takes seconds, in which this thread goes on
 * measuring and answering. One document at a time, in the order in which they were asked for.
 */
export type Renderer = {
  /** Rejects when it cannot be rendered, or the thread is lost over it; the next one is not touched. */
  readonly render: (document: MonthDocument, order: RenderOrder) => Promise<Uint8Array>;
  readonly renderYear: (document: YearDocument, order: RenderYearOrder) => Promise<Uint8Array>;
  /** Ends the thread; what is not rendered yet is rejected. */
  readonly close: () => Promise<void>;
};

export type RendererSettings = {
  /** The thread's program. */
  readonly entry?: URL;
  /** How long a thread without work stays: it has the fonts in memory. */
  readonly idleMs?: number;
  /** The longest that one document may take. */
  readonly limitMs?: number;
  /** What the thread may have on its heap; whoever needs more is told so. */
  readonly heapMib?: number;
};

const IDLE_MS = 60_000;
const LIMIT_MS = 180_000;
const HEAP_MIB = 512;

/** As it begins when a document needs more memory than there is; pages know it by that. */
export const TOO_LARGE = "rendering the report takes more memory than it may";

/** Starts no thread before the first document comes. */
export function openRenderer(settings: RendererSettings = {}): Renderer {
  const { entry, idleMs = IDLE_MS, limitMs = LIMIT_MS, heapMib = HEAP_MIB } = settings;
  let thread: Worker | null = null;
  let idling: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const start = (): Worker => {
    const started = new Worker(entry ?? builtEntry(), { resourceLimits: limitsOf(heapMib) });
    const forget = () => {
      if (thread === started) thread = null;
    };
    // An error that nobody listens for would end the process, also while there is no work.
    started.on("error", forget);
    started.on("exit", forget);
    return started;
  };
  const end = async (): Promise<void> => {
    const ended = thread;
    thread = null;
    await ended?.terminate();
  };
  const take = async (question: RenderQuestion): Promise<Uint8Array> => {
    if (isClosed) throw new Error("the service stops: nothing is rendered any more");
    clearTimeout(idling);
    const taken = (thread ??= start());
    taken.ref();
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      void taken.terminate();
    }, limitMs);
    try {
      return await ask(taken, question);
    } catch (error) {
      throw isLate ? new Error(`rendering the report took longer than ${limitMs / 1000} s`) : error;
    } finally {
      clearTimeout(late);
      // Without work it keeps no process from ending.
      taken.unref();
      idling = setTimeout(() => void end(), idleMs);
      idling.unref();
    }
  };
  const inTurn = (question: RenderQuestion): Promise<Uint8Array> => {
    const turn = last.then(() => take(question));
    last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  };
  return {
    render: (document, { format, lang }) => inTurn({ of: "month", document, format, lang }),
    renderYear: (document, { format, lang }) => inTurn({ of: "year", document, format, lang }),
    close: async () => {
      isClosed = true;
      clearTimeout(idling);
      await end();
    },
  };
}

/** Beside the bundle that runs; and from the sources, in what was built of them. */
function builtEntry(): URL {
  const beside = new URL("./render-thread.js", import.meta.url);
  if (existsSync(beside)) return beside;
  return pathToFileURL(join(packageRoot(), "dist/render-thread.js"));
}

function limitsOf(heapMib: number) {
  return { maxOldGenerationSizeMb: heapMib };
}

/** Sends one question and waits for its answer, or for the end of the thread. */
function ask(thread: Worker, question: RenderQuestion): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      thread.off("message", onMessage);
      thread.off("error", onError);
      thread.off("exit", onExit);
      act();
    };
    const onMessage = (answer: RenderAnswer) =>
      settle(() => ("bytes" in answer ? resolve(answer.bytes) : reject(asError(answer.error))));
    const onError = (error: unknown) => settle(() => reject(describe(asError(error))));
    const onExit = () =>
      settle(() => reject(new Error("the thread that renders ended before it was done")));
    thread.on("message", onMessage);
    thread.on("error", onError);
    thread.on("exit", onExit);
    try {
      // A copy: nothing of it is handed over.
      thread.postMessage(question, []);
    } catch (error) {
      settle(() => reject(asError(error)));
    }
  });
}

function describe(error: Error): Error {
  if (!("code" in error) || error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  return new Error(`${TOO_LARGE}; have it as csv or json, or for one account at a time`, {
    cause: error,
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
