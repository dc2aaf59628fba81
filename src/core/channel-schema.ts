import { z } from "zod";
import { HOST_AND_PORT, idText, shown, urlText } from "./config-forms.ts";

/** The settings of each kind of channel. To add a kind: its settings here, its file in `notify`. */

const secretText = (description: string) =>
  z.string().min(1, "is empty; give a secret, or remove the key").describe(description);

/** What every channel may say. */
const common = {
  id: idText,
  lang: z.enum(["en", "zh"]).optional().describe("Language of its messages; default en"),
  fallback: z
    .string()
    .optional()
    .describe("Id of the channel that takes over its messages, and is told, when it is dead"),
};

// What is wrong is not shown where a secret may have been put by mistake.
const phoneText = z
  .string()
  .regex(/^\+?\d{5,15}$/, { error: `is no telephone number; write digits, such as "13800000000"` });

export const mailText = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, {
  error: (issue) => `${shown(issue)} is no mail address; write one such as ops@example.com`,
});

export const channelEntry = z
  .discriminatedUnion("kind", [
    z
      .strictObject({
        ...common,
        kind: z.literal("webhook"),
        url: urlText,
        secret: secretText("Key of the HMAC-SHA256 in the header X-Nines-Signature").optional(),
      })
      .describe("Each message as JSON by POST"),
    z
      .strictObject({ ...common, kind: z.literal("slack"), url: urlText })
      .describe("An incoming webhook of Slack, Mattermost and their like"),
    z
      .strictObject({
        ...common,
        kind: z.literal("dingtalk"),
        url: urlText,
        secret: secretText("Of the robot that signs (加签)").optional(),
        mobiles: z.array(phoneText).max(50).optional().describe("Who is called by @"),
      })
      .describe("A robot of a DingTalk group; 20 messages a minute"),
    z
      .strictObject({
        ...common,
        kind: z.literal("feishu"),
        url: urlText,
        secret: secretText("Of the robot that verifies signatures").optional(),
      })
      .describe("A robot of a Feishu or Lark group"),
    z
      .strictObject({ ...common, kind: z.literal("wecom"), url: urlText })
      .describe("A robot of a WeCom group; 20 messages a minute"),
    z
      .strictObject({
        ...common,
        kind: z.literal("email"),
        server: z
          .string()
          .regex(HOST_AND_PORT, { error: "is no address; write host:port" })
          .describe("SMTP server, host:port"),
        security: z
          .enum(["starttls", "tls", "none"])
          .optional()
          .describe("Default starttls, which must then be offered; tls from the first byte on"),
        user: z.string().min(1).optional(),
        password: secretText("Of the user").optional(),
        from: mailText,
        to: z.array(mailText).min(1, "is empty; name a receiver").max(100),
      })
      .describe("Mail by SMTP"),
    z
      .strictObject({
        ...common,
        kind: z.literal("sms"),
        accessKeyId: z.string().min(1),
        accessKeySecret: secretText("Of the access key"),
        signName: z.string().min(1).describe("The approved signature (签名)"),
        template: z
          .string()
          .regex(/^SMS_\d+$/, {
            error: (issue) =>
              `${shown(issue)} is no template; write its code, such as SMS_123456789`,
          })
          .describe("Its variables are title, state, time: 35 characters at most each"),
        mobiles: z.array(phoneText).min(1, "is empty; name a receiver").max(1000),
        url: urlText.optional().describe("Default https://dysmsapi.aliyuncs.com"),
      })
      .describe("Short messages by Alibaba Cloud, SendSms"),
    z
      .strictObject({
        ...common,
        kind: z.literal("alertmanager"),
        url: urlText.describe("Of Alertmanager, such as http://127.0.0.1:9093"),
        token: secretText("Sent as a bearer token").optional(),
      })
      .describe("An alert by Alertmanager's API v2"),
    z
      .strictObject({
        ...common,
        kind: z.literal("pagerduty"),
        routingKey: secretText("Of the integration, Events API v2"),
        url: urlText.optional().describe("Default https://events.pagerduty.com/v2/enqueue"),
      })
      .describe("An event by PagerDuty's Events API v2"),
    z
      .strictObject({ ...common, kind: z.literal("inbox") })
      .describe("Letters on the pages and in the API"),
  ])
  .describe("A way by which people and programs are told");
export type ChannelSettings = Readonly<z.output<typeof channelEntry>>;
export type ChannelKind = ChannelSettings["kind"];
