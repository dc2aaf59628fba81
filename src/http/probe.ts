import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { probeText } from "../blackbox-text.ts";
import { TEXT_TYPES } from "../core/metrics-text.ts";
import type { Result } from "../core/outcome.ts";
import type { Target } from "../core/target.ts";
import { InvalidInputError } from "../errors.ts";
import { createGate } from "../gate.ts";
import { problems, textOf } from "./answers.ts";
import type { HttpDeps, OpsDeps } from "./deps.ts";
import { checkReader } from "./metrics.ts";
import { wordSchema } from "./schemas.ts";

/** Probes that are made at once for those who ask, and that wait for their turn. */
const AT_ONCE = 20;
const WAITING = 200;
/** Left of the scraper's time for the answer itself, as blackbox_exporter has it. */
const ANSWER_MS = 500;
/** Prometheus' own, for who does not say. */
const SCRAPE_MS = 10_000;

/**
 * `/probe` as blackbox_exporter has it, for a target of the configuration alone: an address that
 * somebody sends is never connected to. Who may read metrics may ask.
 */
export const probeRoutes =
  (deps: OpsDeps, api: HttpDeps | null): FastifyPluginAsyncZod =>
  async (app) => {
    const gate = createGate({ atOnce: AT_ONCE, waiting: WAITING });
    app.get(
      "/probe",
      {
        schema: {
          tags: ["metrics"],
          summary: "Probes a target now, and answers as blackbox_exporter does; stores nothing",
          querystring: z.strictObject({
            target: wordSchema.meta({ description: "Id of a target of the configuration" }),
            module: wordSchema.optional().meta({
              description: "Taken and not looked at: the configuration says how a target is probed",
            }),
            debug: z.enum(["true", "false"]).optional(),
          }),
          response: { 200: textOf("text/plain"), ...problems },
        },
      },
      async (request, reply) => {
        await checkReader(request, deps, api);
        const { target: id, debug } = request.query;
        const target = findTarget(deps, id);
        const timeoutMs = Math.min(target.timeoutMs, scrapeMs(request.headers[TIMEOUT_HEADER]));
        const done = await gate.run(() => deps.probeNow(target, timeoutMs));
        if (done === null) {
          return reply.code(503).header("retry-after", "1").send("too many probes wait");
        }
        const { result } = done;
        const text = probeText({ labels: "", kind: target.probe.kind, result });
        return reply
          .type(TEXT_TYPES.prometheus)
          .send(debug === "true" ? debugText(target, result, text) : text);
      },
    );
  };

const TIMEOUT_HEADER = "x-prometheus-scrape-timeout-seconds";

function findTarget({ config }: OpsDeps, id: string): Target {
  const target = config().targets.find((one) => one.id === id);
  if (target !== undefined) return target;
  const message = `"${id}" is no target of the configuration; name one by its id, addresses are not probed`;
  throw new InvalidInputError([{ place: "target", message }]);
}

/** What the scraper's own time limit leaves for a probe. */
function scrapeMs(header: string | string[] | undefined): number {
  const seconds = Number(header);
  const limitMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : SCRAPE_MS;
  return Math.max(ANSWER_MS, limitMs - ANSWER_MS);
}

function debugText({ id, probe }: Target, result: Result, text: string): string {
  const { outcome, reason, detail, address } = result;
  const facts = Object.entries({ target: id, kind: probe.kind, address, outcome, reason, detail });
  const said = facts.filter(([, value]) => value !== undefined && value !== "");
  const lines = said.map(([name, value]) => `${name}: ${value}`);
  return `${lines.join("\n")}\n\nMetrics that would have been returned:\n${text}`;
}
