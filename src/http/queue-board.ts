import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { Queue } from "bullmq";
import { NotFoundError } from "../errors.ts";
import { requireMay } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { toAnswer } from "./problems.ts";

const PATH = "/monitor/queues";

/** A program of others, from files of ours alone, that sets styles as it runs. */
const BOARD_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** The program asks a service elsewhere for its fonts. */
const FONTS = /<link href="https:\/\/fonts\.googleapis\.com[^>]*>/gu;

/** The only ones that the program knows. */
const STATUSES = [400, 403, 404, 409, 500] as const;

function statusOf(status: number): (typeof STATUSES)[number] {
  return STATUSES.find((known) => known === status) ?? (status < 500 ? 403 : 500);
}

/** What jobs are in the queues, to look at only: for admins, where the configuration has it. */
export const queueBoard =
  ({ boardQueues }: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    if (boardQueues === null) return;
    // It takes its time and room: only where it is wanted.
    const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
      import("@bull-board/api"),
      import("@bull-board/api/bullMQAdapter"),
      import("@bull-board/fastify"),
    ]);
    const serverAdapter = new FastifyAdapter();
    createBullBoard({
      queues: boardQueues
        .filter((queue) => queue instanceof Queue)
        .map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
      serverAdapter,
      options: {
        uiConfig: {
          boardTitle: "nines",
          hideDocsLink: true,
          // Without it nothing on it leads back.
          miscLinks: [{ text: "nines", url: "/monitor" }],
        },
      },
    });
    serverAdapter.setBasePath(PATH);
    // Its own would answer whatever is refused as a fault of the service.
    serverAdapter.setErrorHandler((error) => {
      const answer = toAnswer(error);
      return { status: statusOf(answer.status), body: { type: "about:blank", ...answer } };
    });
    app.addHook("preHandler", async (request) => {
      requireMay(request, "manage-access");
      // Each queue refuses changes by itself; what concerns all of them at once must not slip by.
      if (request.method !== "GET" && request.method !== "HEAD") {
        throw new NotFoundError(`nothing at ${request.method} ${request.url}`);
      }
    });
    app.addHook("onSend", async (_request, reply, payload) => {
      void reply.header("content-security-policy", BOARD_POLICY);
      return typeof payload === "string" ? payload.replaceAll(FONTS, "") : payload;
    });
    await app.register(serverAdapter.registerPlugin(), { prefix: PATH });
  };
