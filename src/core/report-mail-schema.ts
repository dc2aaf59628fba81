import { z } from "zod";
import { durationText } from "./config-forms.ts";

/** The forms that a monthly report can be mailed in. */
export const MAILED_FORMATS = ["pdf", "xlsx", "html", "csv", "json", "zip"] as const;
export type MailedFormat = (typeof MAILED_FORMATS)[number];

export const reportMailEntry = z
  .strictObject({
    channel: z
      .string()
      .describe("Id of the channel of kind email whose server and sender are taken, not its `to`"),
    formats: z
      .array(z.enum(MAILED_FORMATS))
      .min(1, "is empty; name a form such as pdf, or remove the key")
      .optional()
      .describe("Forms of the report that are attached; default pdf and xlsx"),
    delay: durationText("Time from the closing to the mail; a later revision begins it anew", {
      from: "0s",
      until: "7d",
    })
      .optional()
      .describe(
        "Time from the closing to the mail, between 0s and 7d, default 10m; a revision made " +
          "meanwhile is mailed instead, and begins it anew",
      ),
  })
  .describe("Mails each closed month's report to the `contacts` of its account");
export type ReportMailEntry = z.output<typeof reportMailEntry>;
