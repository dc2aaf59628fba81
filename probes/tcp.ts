import { z } from "zod";
import { addressSetting, endpointOf, familySetting } from "./address.ts";
import { connectTcp, measure } from "./net.ts";
import { defineProbe } from "./probe.ts";

/** Opens a TCP connection, and closes it. */
export const tcp = defineProbe(
  z.strictObject({ kind: z.literal("tcp"), address: addressSetting, family: familySetting }),
  (settings, context) =>
    measure(context, async (measurement) => {
      await connectTcp(measurement, endpointOf(settings));
      return {};
    }),
);
