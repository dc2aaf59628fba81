import { isIP } from "node:net";
import { z } from "zod";
import { addressSetting, endpointOf, familySetting } from "./address.ts";
import { failed } from "./failure.ts";
import { connectTls, daysLeft, measure } from "./net.ts";
import { defineProbe } from "./probe.ts";

/** Setting: certificates that a private authority needs, PEM. */
export const caSetting = z
  .string()
  .includes("-----BEGIN CERTIFICATE-----", { error: "write the authority's certificate as PEM" })
  .optional();

/**
 * A TLS handshake with the chain and the name verified.
 * `servername`: the name to ask for and to verify, default the address's host.
 * `minDaysLeft`: a certificate that ends sooner is failed, `tls-expired`.
 */
export const tls = defineProbe(
  z.strictObject({
    kind: z.literal("tls"),
    address: addressSetting,
    servername: z
      .string()
      .min(1)
      .refine((name) => isIP(name) === 0, { error: "write a name, not an address" })
      .optional(),
    minDaysLeft: z.int().min(0).optional(),
    family: familySetting,
    ca: caSetting,
  }),
  (settings, context) =>
    measure(context, async (measurement) => {
      const endpoint = endpointOf(settings);
      const secured = await connectTls(measurement, endpoint, {
        servername: settings.servername ?? endpoint.host,
        ca: settings.ca,
      });
      const days = daysLeft(secured.getPeerCertificate(), context.clock.nowMs());
      if (settings.minDaysLeft !== undefined && days < settings.minDaysLeft) {
        throw failed("tls-expired", `${days} days left, ${settings.minDaysLeft} wanted`);
      }
      return { detail: `${days} days left` };
    }),
);
