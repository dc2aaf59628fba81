import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Config } from "../config.ts";
import { seesAccount, type Actor } from "../core/access.ts";
import { probeFacts } from "../core/target-view.ts";
import type { Target } from "../core/target.ts";
import { presentOf, presentSinceMs } from "../present.ts";
import { readSlots } from "../read-slots.ts";
import { requireAccount } from "../report-month.ts";
import { listLatest, type LatestResult } from "../store/results.ts";
import { actorOf, requireSees, targetFor } from "./actor.ts";
import { problems, slotsAnswer, targetAnswer, targetsAnswer } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { targetFilter } from "./filter.ts";
import { filterShape, idParams, slotsQuery } from "./schemas.ts";

/** Targets: configuration, present state, slots. */
export const targetRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/targets",
      {
        schema: {
          tags: ["targets"],
          summary: "All targets with their present state",
          querystring: z.strictObject(filterShape),
          response: { 200: targetsAnswer, ...problems },
        },
      },
      async (request) => {
        const config = deps.config();
        const actor = actorOf(request);
        requireSees(actor, request.query.account);
        requireAccount(config, request.query.account);
        const targets = config.targets.filter(targetFilter(actor, request.query));
        return { targets: targets.map(await readLatest(deps, { config, actor })) };
      },
    );

    app.get(
      "/api/v1/targets/:id",
      {
        schema: {
          tags: ["targets"],
          summary: "One target with its present state",
          params: idParams,
          response: { 200: targetAnswer, ...problems },
        },
      },
      async (request) => {
        const config = deps.config();
        const actor = actorOf(request);
        const target = targetFor(actor, config, request.params.id);
        return (await readLatest(deps, { config, actor }))(target);
      },
    );

    app.get(
      "/api/v1/targets/:id/slots",
      {
        schema: {
          tags: ["targets"],
          summary: "Counts and badness of each slot",
          params: idParams,
          querystring: slotsQuery,
          response: { 200: slotsAnswer, ...problems },
        },
      },
      async (request) => {
        const config = deps.config();
        const target = targetFor(actorOf(request), config, request.params.id);
        const { from, until, agreement } = request.query;
        return readSlots(
          { db: deps.store.db, config },
          { target, agreement, fromMs: from, untilMs: until },
        );
      },
    );
  };

/** Gives the function that describes a target with its present state. */
async function readLatest(
  { clock, store }: HttpDeps,
  { config, actor }: { readonly config: Config; readonly actor: Actor },
) {
  const nowMs = clock.nowMs();
  const latest = await listLatest(store.db, presentSinceMs(config, nowMs));
  const byTarget = new Map<string, LatestResult[]>();
  for (const one of latest) {
    byTarget.set(one.target, [...(byTarget.get(one.target) ?? []), one]);
  }
  const seen = new Set(
    config.targets.filter(({ account }) => seesAccount(actor, account)).map(({ id }) => id),
  );
  return (target: Target) => ({
    ...describe(target, byTarget.get(target.id) ?? [], nowMs),
    inherits: target.inherits !== null && seen.has(target.inherits) ? target.inherits : null,
  });
}

function describe(target: Target, latest: readonly LatestResult[], nowMs: number) {
  const { now } = presentOf(target, latest, nowMs);
  return {
    id: target.id,
    product: target.product,
    region: target.region,
    zone: target.zone,
    account: target.account,
    class: target.class,
    labels: target.labels,
    agreements: target.agreements,
    intervalSeconds: target.intervalMs / 1000,
    timeoutSeconds: target.timeoutMs / 1000,
    from: instantOrNull(target.fromMs),
    until: instantOrNull(target.untilMs),
    probe: { kind: target.probe.kind, settings: probeFacts(target.probe) },
    state: now,
    vantages: target.vantages.map((vantage) => {
      const last = latest.find((one) => one.vantage === vantage);
      return last === undefined
        ? { vantage, last: null }
        : {
            vantage,
            last: {
              plannedAt: new Date(last.plannedAtMs).toISOString(),
              outcome: last.outcome,
              reason: last.reason,
              latencyMs: last.latencyMs,
            },
          };
    }),
  };
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
