import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { seesAccount } from "../core/access.ts";
import { BURN_RULES, WINDOWS } from "../core/burn.ts";
import { formatFraction, percentCut } from "../core/fraction.ts";
import type { Outlook, Projection } from "../core/projection.ts";
import { describeFigure, stateOf, SUBJECT_STATES, type Standing } from "../core/standing.ts";
import { requireAccount } from "../report-month.ts";
import { readPresent } from "../standings.ts";
import { listSubjectStates, stateKey, type StoredState } from "../store/subject-states.ts";
import { actorOf, requireSees } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { wordSchema } from "./schemas.ts";

const PERCENT_PLACES = 3;

const slots = z.string().meta({ description: "Slots, as a decimal" });
const percent = z.string().meta({ description: "Percent, cut to three decimals" });
const outlook = z.strictObject({
  bad: z.string().meta({ description: "Bad slots of the whole month, an exact fraction" }),
  availabilityPercent: percent,
});

const standAnswer = z
  .strictObject({
    month: z.string(),
    agreement: z.string(),
    subject: z.string(),
    product: z.string(),
    region: z.string(),
    account: z.string(),
    state: z.enum(SUBJECT_STATES),
    since: z.iso.datetime().nullable().meta({ description: "Null until it was told once" }),
    objectivePercent: z.string(),
    availabilityPercent: percent.nullable(),
    bad: z.string().meta({ description: "Exact fraction", example: "41/60" }),
    counted: z.int(),
    slotsToCome: z.int(),
    slotSeconds: z.number(),
    allowedBad: slots.meta({ description: "Bad slots allowed by what counts so far" }),
    budgetLeft: slots.meta({ description: "Of these; negative when overspent" }),
    monthAllowedBad: slots.meta({ description: "Bad slots allowed in the whole month" }),
    monthBudgetLeft: slots.meta({ description: "Of these; negative when overspent" }),
    mayStillLoseSeconds: z
      .int()
      .meta({ description: "Whole slots that may be lost with the objective met, as time" }),
    burn: z.array(
      z.strictObject({
        window: z.enum(WINDOWS),
        rate: z.string().nullable().meta({ description: "Null when nothing counted" }),
        counted: z.int(),
        badSlots: z.int(),
      }),
    ),
    rules: z
      .array(
        z.strictObject({
          severity: z.enum(BURN_RULES.map(({ severity }) => severity)),
          long: z.enum(WINDOWS),
          short: z.enum(WINDOWS),
        }),
      )
      .meta({ description: "Burn-rate rules that fire" }),
    projection: z
      .strictObject({
        days: z.int().meta({ description: "Days with data that it goes by" }),
        expected: outlook,
        best: outlook,
        worst: outlook,
      })
      .nullable()
      .meta({
        description:
          "The month's end, should the slots to come be as bad as the last seven days on average, as the best and as the worst of them. Null when fewer than two have data",
      }),
  })
  .meta({ id: "Stand" });

export const runningAnswer = z
  .strictObject({
    settledUntil: z.iso.datetime().nullable(),
    subjects: z.array(standAnswer),
  })
  .meta({ id: "Running" });

/** The running month: how each subject stands, and where it is heading. */
export const runningRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/running",
      {
        schema: {
          tags: ["running"],
          summary: "How every subject stands in the running month: state, burn, budget, projection",
          querystring: z.strictObject({ account: wordSchema.optional() }),
          response: { 200: runningAnswer, ...problems },
        },
      },
      async (request) => {
        const config = deps.config();
        const actor = actorOf(request);
        const { account } = request.query;
        requireSees(actor, account);
        requireAccount(config, account);
        const { db } = deps.store;
        const isWanted = ({ subject }: Standing) =>
          seesAccount(actor, subject.account) &&
          (account === undefined || subject.account === account);
        const subjects: z.infer<typeof standAnswer>[] = [];
        let settledUntilMs = 0;
        for (const present of await readPresent({ db, config, clock: deps.clock })) {
          const { month, standings } = present;
          const told = new Map(
            (await listSubjectStates(db, month)).map((state) => [stateKey(state), state]),
          );
          for (const standing of standings.filter(isWanted)) {
            const { agreement, id } = standing.subject;
            const last = told.get(stateKey({ agreement: agreement.id, subject: id }));
            subjects.push({ month, ...describeStanding(standing, last) });
          }
          ({ settledUntilMs } = present);
        }
        const settledUntil = settledUntilMs === 0 ? null : instant(settledUntilMs);
        return { settledUntil, subjects };
      },
    );
  };

function describeStanding({ subject, figure }: Standing, told: StoredState | undefined) {
  const { agreement, id, product, region, account } = subject;
  const state = stateOf(figure);
  return {
    agreement: agreement.id,
    subject: id,
    product,
    region,
    account,
    state,
    // What was settled a moment ago is told with the next look.
    since: told?.state === state ? instant(told.sinceMs) : null,
    ...describeFigure(figure, agreement.objectivePercent),
    projection: figure.projection === null ? null : describeProjection(figure.projection),
  };
}

function describeProjection({ days, expected, best, worst }: Projection) {
  return {
    days,
    expected: describeOutlook(expected),
    best: describeOutlook(best),
    worst: describeOutlook(worst),
  };
}

function describeOutlook({ bad, availability }: Outlook) {
  return {
    bad: formatFraction(bad),
    availabilityPercent: percentCut(availability, PERCENT_PLACES),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
