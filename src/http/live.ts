import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Actor } from "../core/access.ts";
import { compareText } from "../core/subject.ts";
import { findChanges, type Changes } from "../store/changes.ts";
import { requireMay } from "./actor.ts";
import { createWhoAsks } from "./authenticate.ts";
import type { HttpDeps } from "./deps.ts";
import { sendProblem } from "./problems.ts";

/** How often is looked for changes, once for all who listen. */
const LOOK_MS = 2_000;
/** A line that says nothing, so that no proxy takes the silence for an end; and who listens is asked for anew. */
const BEAT_LOOKS = 5;
/** A browser that lost the line asks again after so long. */
const RETRY_MS = 5_000;
const MOST_LISTENERS = 200;
/** Of one user or token: a page holds one, in each tab that is in front. */
const MOST_EACH = 12;

/** `once`: the line ends with its first word, for those who ask now and then. */
const querystring = z.object({ once: z.stringbool().default(false) });

type Listener = {
  readonly request: FastifyRequest;
  readonly actor: Actor;
  readonly stream: ServerResponse;
  told: string;
};

/**
 * `GET /live`: says to pages that something they show may be another now, and nothing else. What
 * it is they ask for as they did before.
 */
export const liveRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const listeners = new Set<Listener>();
    const looking = createLooking(deps, listeners);
    // Lines that stay open would hold up the end of the process.
    app.addHook("preClose", async () => {
      looking.stop();
      for (const { stream } of listeners) stream.end();
    });

    app.get(
      "/live",
      { schema: { hide: true, querystring }, compress: false },
      async (request, reply) => {
        const actor = requireMay(request, "read");
        const changes = await looking.first();
        const own = [...listeners].filter((one) => one.actor.name === actor.name);
        if (listeners.size >= MOST_LISTENERS || own.length >= MOST_EACH) {
          return sendProblem(request, reply, {
            status: 503,
            detail: "too many pages listen already",
          });
        }
        const stream = reply.hijack().raw;
        // Who went away meanwhile will not be heard to go.
        if (stream.destroyed) return;
        const token = tokenOf(changes, actor);
        const listener = { request, actor, stream, told: token };
        listeners.add(listener);
        stream.on("close", () => listeners.delete(listener));
        stream.on("error", () => stream.destroy());
        stream.writeHead(200, {
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store",
          // nginx would keep it back until there is more.
          "x-accel-buffering": "no",
          "x-content-type-options": "nosniff",
        });
        stream.write(`retry: ${RETRY_MS}\n\n`);
        const last = request.headers["last-event-id"];
        tell(listener, last === undefined || last === token ? "hello" : "change");
        if (request.query.once) stream.end();
        else looking.start();
      },
    );
  };

/** Looks while anybody listens. */
function createLooking(deps: HttpDeps, listeners: Set<Listener>) {
  const { db } = deps.store;
  const whoAsks = createWhoAsks(deps);
  let timer: NodeJS.Timeout | null = null;
  let changes: Changes | null = null;
  let looks = 0;

  /** A login that ended, or a token that was taken back, hears nothing more. */
  const keepAlive = async ({ request, actor, stream }: Listener) => {
    if (isSame(actor, await whoAsks(request))) stream.write(": still here\n\n");
    else stream.end();
  };
  const look = async () => {
    changes = await findChanges(db, changes);
    looks += 1;
    for (const listener of listeners) {
      const token = tokenOf(changes, listener.actor);
      if (looks % BEAT_LOOKS === 0) await keepAlive(listener);
      if (token === listener.told) continue;
      listener.told = token;
      tell(listener, "change");
    }
  };
  const again = () => {
    timer = null;
    if (listeners.size === 0) return;
    look()
      // A database that is away has no changes to tell of; the readiness says that it is.
      .catch((error: unknown) => deps.log.warn({ err: error }, "changes could not be looked for"))
      .finally(start);
  };
  const start = () => {
    timer ??= setTimeout(again, LOOK_MS);
    timer.unref();
  };
  return {
    start,
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
    /** What stands now, for one who begins to listen. */
    first: async (): Promise<Changes> => {
      if (changes === null || listeners.size === 0) changes = await findChanges(db, changes);
      return changes;
    },
  };
}

/** One and the same, who may still see the same. */
function isSame(a: Actor, b: Actor | null): boolean {
  return b !== null && knownBy(a) === knownBy(b);
}

function knownBy({ name, role, accounts }: Actor): string {
  return JSON.stringify([name, role, accounts]);
}

function tell({ stream, told }: Listener, event: "hello" | "change"): void {
  stream.write(`event: ${event}\nid: ${told}\ndata: {}\n\n`);
}

/** Another one when something changes that the actor may see; it says nothing of what. */
function tokenOf({ figures, events }: Changes, { accounts }: Actor): string {
  const seen = [...events].filter(([account]) => accounts === null || accounts.includes(account));
  const text = JSON.stringify([figures, seen.toSorted(([a], [b]) => compareText(a, b))]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
