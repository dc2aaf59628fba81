import { does, type Context, type Reloadable } from "./context.ts";
import type { OpenThings } from "./lifecycle.ts";
import { startProbing } from "./probing.ts";
import { startRecording } from "./recording.ts";
import { startScheduling } from "./scheduling.ts";

/**
 * Starts the roles of this process, from the end of a round's way to its start, so that each
 * finds the next one; they are closed in the opposite order.
 */
export async function startRoles(context: Context, open: OpenThings): Promise<Reloadable> {
  const { store } = context;
  const roles: Reloadable[] = [];
  if (does(context, "recorder") && store !== null) await startRecording(context, store, open);
  if (does(context, "worker")) roles.push(await startProbing(context, open));
  if (does(context, "scheduler")) roles.push(await startScheduling(context, open));
  return {
    reload: async () => {
      for (const role of roles) await role.reload();
    },
  };
}
