import { parentPort } from "node:worker_threads";
import type { RenderAnswer, RenderQuestion } from "./render-apart.ts";
import { reportFormats } from "./reports/index.ts";
import { yearFormats } from "./reports/year-index.ts";

// What runs in the thread that `render-apart.ts` starts: an entry of the bundle of its own.

/** Its bytes in memory that nobody else uses, so that they can be handed over and not copied. */
function ownBytes(rendered: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof rendered === "string"
    ? new TextEncoder().encode(rendered)
    : new Uint8Array(rendered);
}

function render(question: RenderQuestion): Promise<string | Uint8Array> {
  return question.of === "month"
    ? reportFormats[question.format].render(question.document, question.lang)
    : yearFormats[question.format].render(question.document, question.lang);
}

parentPort?.on("message", (question: RenderQuestion) => {
  render(question).then(
    (rendered) => {
      const bytes = ownBytes(rendered);
      parentPort?.postMessage({ bytes } satisfies RenderAnswer, [bytes.buffer]);
    },
    (error: unknown) => parentPort?.postMessage({ error } satisfies RenderAnswer, []),
  );
});
