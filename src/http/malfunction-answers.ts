import { z } from "zod";
import { LEVELS, MALFUNCTION_ORIGINS, MALFUNCTION_STATES } from "../core/malfunction.ts";
import { TIMELINE_KINDS } from "../core/malfunction-view.ts";

const instant = z.iso.datetime();
const instantOrNull = instant.nullable();
const names = z.array(z.string()).readonly();
const markdown = z.string().nullable().meta({ description: "Markdown, of the review" });

const shape = {
  id: z.int(),
  origin: z.enum(MALFUNCTION_ORIGINS),
  reference: z.string().nullable().meta({ description: "The ticket's own number" }),
  title: z.string().nullable().meta({ description: "Null for one of outages" }),
  account: z.string().nullable(),
  product: z.string().nullable(),
  region: z.string().nullable(),
  level: z.enum(LEVELS),
  levelBy: z.string().meta({ description: '"rules", or who set it' }),
  state: z.enum(MALFUNCTION_STATES),
  beganAt: instant,
  openedAt: instant,
  openedBy: z.string(),
  respondBy: instant.meta({ description: "Somebody must have acknowledged it by then" }),
  acknowledgedAt: instantOrNull,
  acknowledgedBy: z.string().nullable(),
  owner: z.string().nullable(),
  restoredAt: instantOrNull,
  closedAt: instantOrNull,
  closedBy: z.string().nullable(),
  cause: markdown,
  impact: markdown,
  resolution: markdown,
  followUps: markdown,
};

/** What `malfunctionJson` gives. */
export const malfunctionAnswer = z.strictObject(shape).meta({ id: "Malfunction" });

const scope = z
  .strictObject({ accounts: names, products: names, regions: names, targets: names })
  .meta({ id: "MalfunctionScope", description: "Whom and what it struck" });

export const malfunctionsAnswer = z
  .strictObject({
    malfunctions: z.array(z.strictObject({ ...shape, scope }).meta({ id: "MalfunctionLine" })),
  })
  .meta({ id: "Malfunctions" });

const outages = z
  .array(
    z.strictObject({
      agreement: z.string(),
      subject: z.string(),
      account: z.string(),
      product: z.string(),
      region: z.string(),
      targets: names,
      from: instant,
      until: instantOrNull.meta({ description: "Null while it lasts" }),
      reason: z.string(),
    }),
  )
  .meta({ id: "MalfunctionOutages" });

const timeline = z
  .array(
    z.strictObject({
      at: instant,
      kind: z.enum(TIMELINE_KINDS),
      by: z.string().nullable(),
      text: z.string().nullable().meta({ description: "A note, the new level, the new owner" }),
    }),
  )
  .meta({ id: "MalfunctionTimeline" });

const inTime = z.boolean().nullable().meta({
  description: "Acknowledged in time; null while there is time left, or when it was over before",
});

export const malfunctionViewAnswer = z
  .strictObject({
    ...shape,
    scope,
    inTime,
    outages,
    timeline,
    related: z.array(malfunctionAnswer).meta({
      description: "Others that began within an hour and struck the same product or region",
    }),
  })
  .meta({ id: "MalfunctionView" });

export const incidentAnswer = z
  .strictObject({
    id: z.int(),
    title: z.string().nullable(),
    level: z.enum(LEVELS),
    state: z.enum(MALFUNCTION_STATES),
    origin: z.enum(MALFUNCTION_ORIGINS),
    reference: z.string().nullable(),
    from: instant,
    until: instantOrNull,
    seconds: z.number().nullable().meta({ description: "Null while it lasts" }),
    openedAt: instant,
    respondBy: instant,
    acknowledgedAt: instantOrNull,
    responseSeconds: z.number().nullable(),
    inTime,
    scope,
    outages,
    cause: markdown,
    impact: markdown,
    resolution: markdown,
    followUps: markdown,
    timeline,
    timeZone: z.string(),
    writtenAt: instant,
  })
  .meta({ id: "IncidentReport" });
