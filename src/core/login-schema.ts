import { z } from "zod";
import { ROLES } from "./access.ts";
import { durationText, shown, urlText } from "./config-forms.ts";

/** What the configuration says of logging in. */

const LOOPBACK = /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?=[:/]|$)/iu;

const issuerText = urlText.refine((text) => text.startsWith("https://") || LOOPBACK.test(text), {
  error: (issue) => `${shown(issue)} is not encrypted; write its address with https://`,
});

const claimText = z
  .string()
  .min(1, "is empty; name a claim, such as groups")
  .max(200)
  .describe("Name of a claim; one inside another as realm_access.roles");

const grantEntry = z
  .strictObject({
    claim: claimText,
    value: z
      .string()
      .min(1, "is empty; give a value, or remove the key")
      .optional()
      .describe("What the claim must be, or have in its list; default: anything"),
    role: z.enum(ROLES).describe(ROLES.join(" | ")),
    accounts: z
      .array(z.string())
      .min(1, "is empty; name an account, or remove the key")
      .optional()
      .describe("Ids of the accounts of an account manager"),
    accountsClaim: claimText
      .optional()
      .describe("Claim that lists the ids of the accounts instead"),
  })
  .describe("Who gets which role");

const oidcEntry = z
  .strictObject({
    issuer: issuerText.describe("Address of the OpenID provider, as it calls itself"),
    clientId: z.string().min(1, "is empty; give the id that the provider gave this service"),
    clientSecret: z
      .string()
      .min(1, "is empty; give a secret, or remove the key")
      .optional()
      .describe("Without one the client is public and proves itself by PKCE alone"),
    clientAuth: z
      .enum(["basic", "post"])
      .optional()
      .describe("How the secret is sent; default basic, where the provider takes it"),
    label: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .describe("What the login page calls the provider; default: its host"),
    scopes: z
      .array(
        z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "is no scope; write one such as groups"),
      )
      .min(1)
      .optional()
      .describe("Asked for besides openid; default profile and email"),
    nameClaim: claimText
      .optional()
      .describe("Claim that gives the name here at the first login; default preferred_username"),
    grants: z
      .array(grantEntry)
      .min(1, "is empty; say who gets which role")
      .max(500)
      .describe("The first one that fits gives the role; whom none fits does not get in"),
  })
  .describe("Logging in at an OpenID provider");

export const loginEntry = z
  .strictObject({
    idle: durationText("A login that is not used for so long ends; default 2h", {
      from: "15m",
      until: "12h",
    }).optional(),
    oidc: oidcEntry.optional(),
  })
  .describe("How people log in");
export type LoginEntry = z.output<typeof loginEntry>;
