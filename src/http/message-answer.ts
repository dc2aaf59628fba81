import { z } from "zod";
import { LEVELS } from "../core/malfunction.ts";
import { MESSAGE_STATUSES, SEVERITIES } from "../core/message.ts";
import { ROUTE_TOPICS } from "../core/topic.ts";
import { LANGS } from "../core/views.ts";

export const messageAnswer = z
  .strictObject({
    id: z.string().meta({ description: "The same at every attempt" }),
    thread: z.string().meta({ description: "The same for all messages about one thing" }),
    status: z.enum(MESSAGE_STATUSES),
    topic: z.enum([...ROUTE_TOPICS, "test"]),
    severity: z.enum(SEVERITIES),
    level: z.enum(LEVELS).nullable().meta({ description: "Of a malfunction" }),
    lang: z.enum(LANGS),
    title: z.string(),
    summary: z.string(),
    facts: z.array(z.strictObject({ label: z.string(), value: z.string() })).readonly(),
    members: z.array(z.string()).readonly().meta({ description: "Whom it concerns, a line each" }),
    more: z.int().meta({ description: "Members that are left out" }),
    url: z.string().nullable(),
    at: z.iso.datetime(),
    since: z.iso.datetime(),
    until: z.iso.datetime().nullable(),
    labels: z.record(z.string(), z.string()).readonly(),
  })
  .meta({ id: "Message" });
