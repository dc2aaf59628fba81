import { systemClock } from "../../src/clock.ts";
import { openEmbedded } from "../../src/store/embedded.ts";

/**
 * A process of its own that opens an embedded database as the service does, prints one line, and holds
 * it until SIGTERM. Argument: the data directory. See `startHolder` in the tests of the embedded database.
 */
const [, , dataDir = ""] = process.argv;
const log = { info: () => {}, warn: () => {}, error: () => {} };
const options = { dataDir, exclusive: true, purpose: "start --role all" };
const embedded = await openEmbedded({ clock: systemClock, log }, options);
process.once("SIGTERM", () => void embedded.stop().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ pid: embedded.pid, url: embedded.url })}\n`);
