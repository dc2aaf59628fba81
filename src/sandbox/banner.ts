import { REAL_OUTAGES } from "./real-outages.ts";

/** Who may read now. `nobody`: others reach the address, and no user or token was made yet. */
export type AccessNote = "this-machine" | "known" | "nobody";

const ACCESS = {
  "this-machine":
    "There is no user and no token yet, so everything is readable without login from this machine.",
  known: "Users or tokens were made: pages and API are for them alone.",
  nobody:
    "There is no user and no token yet, and others reach this address: make one to read anything, " +
    "with nines token create --role admin.",
} satisfies Record<AccessNote, string>;

/** What `npm start` says when nothing is configured. */
export function sandboxBanner({
  url,
  access,
  isLively,
}: {
  readonly url: string;
  readonly access: AccessNote;
  readonly isLively: boolean;
}): string {
  const replays = REAL_OUTAGES.map(({ month, title }) => `    ${month}  ${title}`);
  return [
    "",
    "  nines is measuring its sandbox cloud: servers on 127.0.0.1, made up for a first look.",
    "  Nothing in it is a statement about a real service.",
    "",
    `  Page   ${url}`,
    "",
    "  The last 90 days are being filled with generated history, and these outages replayed:",
    ...replays,
    isLively
      ? "  Every few minutes a sandbox server breaks for a minute or two; the log says which."
      : "  Nothing breaks by itself.",
    "  Break one: npx nines sandbox break ecs-hangzhou-h1 --for 3m",
    "",
    `  ${ACCESS[access]}`,
    "  To measure your own targets put a nines.yaml here, or name one with --config or NINES_CONFIG.",
    "",
  ].join("\n");
}
