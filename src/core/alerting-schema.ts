import { z } from "zod";
import { durationText, shown } from "./config-forms.ts";
import { LEVELS } from "./malfunction.ts";
import { PRODUCTS } from "./target.ts";
import { ROUTE_TOPICS } from "./topic.ts";

/** What the configuration says of routes, malfunctions and the public page. */

const names = (description: string) =>
  z.array(z.string()).min(1, "is empty; name one, or remove the key").describe(description);

const clockText = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
  error: (issue) => `${shown(issue)} is no time of day; write it like "22:00"`,
});

export const routeEntry = z
  .strictObject({
    channels: names("Ids of the channels that are told"),
    events: z
      .array(z.enum(ROUTE_TOPICS))
      .min(1, "is empty; name one, or remove the key")
      .optional()
      .describe(`${ROUTE_TOPICS.join(" | ")}; default: all`),
    products: z.array(z.enum(PRODUCTS)).min(1).optional().describe("Default: all"),
    regions: names("Default: all").optional(),
    accounts: names("Only what is theirs is told; default: all").optional(),
    levels: z.array(z.enum(LEVELS)).min(1).optional().describe("Of malfunctions; default: all"),
    delay: durationText("What follows within this time goes into the same message; default 10s", {
      from: "0s",
      until: "1h",
    }).optional(),
    interval: durationText("Shortest time between two messages about the same thing; default 1m", {
      from: "0s",
      until: "1d",
    }).optional(),
    quietHours: z
      .strictObject({
        from: clockText,
        until: clockText,
        timeZone: z.string().optional().describe("Default: the file's"),
      })
      .optional()
      .describe("Messages wait until they are over"),
    escalate: z
      .strictObject({
        after: durationText("When nobody has acknowledged for this long", {
          from: "1m",
          until: "7d",
        }),
        channels: names("Ids of the channels that are told then"),
      })
      .optional()
      .describe("Of malfunctions"),
  })
  .describe("Which events go to which channels; the first route of a channel that fits is taken");
export type RouteEntry = z.output<typeof routeEntry>;

const respondWithin = durationText("Time until somebody must have acknowledged", {
  from: "1m",
  until: "30d",
});

const shareText = z
  .string()
  .regex(/^(0(\.\d{1,9})?|1|\d{1,3}(\.\d{1,7})?%)$/, {
    error: (issue) => `${shown(issue)} is no share; write it as "0.05" or "5%"`,
  })
  .meta({ type: ["string", "number"] });

const malfunctionRule = z.strictObject({
  level: z.enum(LEVELS),
  products: z.array(z.enum(PRODUCTS)).min(1).optional(),
  targets: z.int().min(1).max(1_000_000).optional().describe("At least so many targets fail"),
  regions: z.int().min(1).max(1000).optional().describe("In at least so many regions"),
  lasts: durationText("It lasts at least so long", { from: "1m", until: "31d" }).optional(),
  bad: shareText
    .optional()
    .describe("The worst slot is bad by at least this share, such as 5%; default 5%"),
});

export const malfunctionsEntry = z
  .strictObject({
    joinWithin: durationText(
      "Outages of one region or product that begin within this time are one malfunction; default 10m",
      { from: "0s", until: "1d" },
    ).optional(),
    respondWithin: z
      .strictObject(Object.fromEntries(LEVELS.map((level) => [level, respondWithin.optional()])))
      .optional()
      .describe("Default P1 15m, P2 30m, P3 4h, P4 24h"),
    rules: z
      .array(malfunctionRule)
      .min(1, "is empty; write a rule, or remove the key")
      .optional()
      .describe("The first one that fits gives the level; without one there is no malfunction"),
  })
  .describe("How outages become malfunctions");
export type MalfunctionsEntry = z.output<typeof malfunctionsEntry>;

export const statusPageEntry = z
  .strictObject({
    title: z.string().min(1).max(100).optional(),
    all: z.boolean().optional().describe("/status shows all accounts together to everybody"),
    accounts: names("/status?account=ID shows each of these to everybody").optional(),
  })
  .describe("Pages that anybody may read without login; off without this key");
export type StatusPageEntry = z.output<typeof statusPageEntry>;
