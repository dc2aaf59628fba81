import { requireChannel, testChannel } from "../notify-test.ts";
import type { SendDeps, Sent } from "../notify/channel.ts";
import { saveLetter } from "../store/letters.ts";
import { viewChannels, type ChannelView } from "../view-channels.ts";
import { readArguments, throwProblems } from "./arguments.ts";
import { readConfig, withStore } from "./open.ts";
import { printTable } from "./print.ts";
import { withSubverbs } from "./subverbs.ts";
import type { ExitStatus, Verb } from "./verb.ts";

const test: Verb = {
  summary: "sends a test message by a channel, now, and prints what became of it",
  usage: "nines notify test CHANNEL [--config FILE]",
  run: async (args, terminal) => {
    const { values, positionals, problems } = readArguments(args, { config: { type: "string" } }, [
      "CHANNEL",
    ]);
    throwProblems(problems);
    const [id = ""] = positionals;
    const { settings, config } = readConfig(terminal, values.config);
    const { clock, out } = terminal;
    const send = async (save: SendDeps["saveLetter"]): Promise<ExitStatus> => {
      const { sent, tookMs } = await testChannel({ clock, config, saveLetter: save }, id);
      out(`${id}  ${describeSent(sent)}`);
      out(`  took    ${tookMs.toFixed(0)} ms`);
      if (sent.detail !== "") out(`  detail  ${sent.detail}`);
      return sent.outcome === "sent" ? 0 : 1;
    };
    // Only a letter needs the database, which may be in the service's hands.
    if (requireChannel(config, id).kind !== "inbox") return send(() => Promise.resolve());
    return withStore<ExitStatus>(terminal, { settings, purpose: "notify" }, ({ db }) =>
      send((channel, message) =>
        saveLetter(db, { channel, message, messageId: null, accounts: null, atMs: clock.nowMs() }),
      ),
    );
  },
};

const list: Verb = {
  summary: "lists the channels, and the last message by each",
  usage: "nines notify list [--config FILE]",
  run: async (args, terminal) => {
    const { values, problems } = readArguments(args, { config: { type: "string" } });
    throwProblems(problems);
    const { settings, config } = readConfig(terminal, values.config);
    return withStore<ExitStatus>(terminal, { settings, purpose: "notify" }, async ({ db }) => {
      const rows = (await viewChannels({ db, config })).map(rowOf);
      const titles = ["CHANNEL", "KIND", "STATE", "WAITING", "LAST ATTEMPT", "OUTCOME", "MESSAGE"];
      printTable(terminal, titles, rows);
      return 0;
    });
  },
};

export const notify = withSubverbs(
  "notify",
  "tests and lists the channels by which people are told",
  {
    test,
    list,
  },
);

function describeSent(sent: Sent): string {
  if (sent.outcome === "sent") return "sent";
  if (sent.outcome === "permanent") return "refused: another try is of no use";
  const { retryAfterMs } = sent;
  const when = retryAfterMs === null ? "later" : `after ${Math.ceil(retryAfterMs / 1000)} s`;
  return `not sent: try again ${when}`;
}

function rowOf({ id, kind, state, waiting, last }: ChannelView): string[] {
  const attempt = last === null ? "" : new Date(last.atMs).toISOString();
  return [id, kind, state, String(waiting), attempt, last?.outcome ?? "", last?.title ?? ""];
}
