import { spawn, type ChildProcess } from "node:child_process";
import { startMariadb } from "../helpers/mariadb.ts";
import { startNginx } from "../helpers/nginx.ts";
import { accepts } from "../helpers/ports.ts";
import { startSshd } from "../helpers/sshd.ts";
import { sleep, startService } from "./service.ts";

const MINUTE_MS = 60_000;
const INTERVAL_MS = 5_000;
const LENGTH_MS = 10 * MINUTE_MS;

type Server = {
  readonly target: string;
  readonly product: string;
  readonly probe: string;
  readonly child: ChildProcess;
  readonly port: number;
};

/** Seconds after the start: when a server goes, how, and when it comes back. */
const PLAN: readonly { target: string; from: number; until: number; how: "kill" | "stop" }[] = [
  { target: "ecs", from: 62.5, until: 182.5, how: "kill" },
  { target: "ecs", from: 297.5, until: 422.5, how: "kill" },
  { target: "slb", from: 117.5, until: 242.5, how: "stop" },
  { target: "rds", from: 177.5, until: 362.5, how: "kill" },
  { target: "oss", from: 197.5, until: 232.5, how: "kill" },
  { target: "cdn", from: 402.5, until: 452.5, how: "stop" },
];

type Gap = { readonly target: string; readonly fromMs: number; readonly untilMs: number };

/**
 * Ten minutes of five products on real servers that are killed, stopped and revived. What
 * nines calls bad must be what the log of kills implies, slot by slot.
 */
export async function benchKillLog(): Promise<string[]> {
  const servers = await startServers();
  const service = await startService(configOf(servers));
  try {
    await sleep(15_000);
    const startMs = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
    const gaps = await Promise.all(PLAN.map((gap) => play(servers, gap, startMs)));
    await sleep(startMs + LENGTH_MS + 100_000 - Date.now());
    const lines = [`Ten minutes, five products, ${gaps.length} servers killed or stopped`];
    for (const { target, product } of servers) {
      const slotMs = product === "oss" || product === "cdn" ? 5 * MINUTE_MS : MINUTE_MS;
      const range = { fromMs: Math.ceil(startMs / slotMs) * slotMs, untilMs: startMs + LENGTH_MS };
      const mine = gaps.filter((gap) => gap.target === target);
      const expected = expectedBad(mine, slotMs, range);
      const seen = await seenBad(service.url, target, { ...range, slotMs });
      const isSame = JSON.stringify(expected) === JSON.stringify(seen);
      lines.push(`  ${target}: ${isSame ? "exactly" : "NOT"} as implied: ${JSON.stringify(seen)}`);
      if (!isSame) lines.push(`       implied: ${JSON.stringify(expected)}`);
    }
    return lines;
  } finally {
    await service.stop();
    for (const { child } of servers) child.kill("SIGKILL");
  }
}

async function startServers(): Promise<Server[]> {
  const sshd = await startSshd();
  const site = (body: string, headers = "") => `server { listen $PORT; ${headers}
    location / { return 200 "${body}"; } }`;
  const slb = await startNginx(site("ok"));
  const oss = await startNginx(
    site("object", "add_header x-oss-request-id 5C06A3B67B8B5A3DA422299D always;"),
  );
  const cdn = await startNginx(site("edge", 'add_header X-Cache "HIT TCP_MEM_HIT" always;'));
  const mariadb = await startMariadb();
  const address = (port: number) => `127.0.0.1:${port}`;
  return [
    {
      target: "ecs",
      product: "ecs",
      port: sshd.port,
      child: sshd.child,
      probe: `{ kind: ssh, address: "${address(sshd.port)}" }`,
    },
    {
      target: "slb",
      product: "slb",
      port: slb.port,
      child: slb.child,
      probe: `{ kind: http, url: "http://${address(slb.port)}/" }`,
    },
    {
      target: "rds",
      product: "rds",
      port: mariadb.port,
      child: mariadb.child,
      probe: `{ kind: mysql, address: "${mariadb.address}", user: probe, password: right }`,
    },
    {
      target: "oss",
      product: "oss",
      port: oss.port,
      child: oss.child,
      probe: `{ kind: oss, endpoint: "${address(oss.port)}", scheme: http, pathStyle: true, bucket: bucket, key: object, operation: GET }`,
    },
    {
      target: "cdn",
      product: "cdn",
      port: cdn.port,
      child: cdn.child,
      probe: `{ kind: cdn, domain: "cdn.example.com", address: "${address(cdn.port)}", scheme: http }`,
    },
  ];
}

function configOf(servers: readonly Server[]): string {
  const targets = servers.map(
    ({ target, product, probe }) =>
      `  - { id: ${target}, product: ${product}, region: cn-hangzhou, probe: ${probe} }`,
  );
  return `version: 1
vantages: [{ id: cn-hangzhou, controls: [] }, { id: cn-shanghai, controls: [] }]
defaults: { interval: ${INTERVAL_MS / 1000}s, timeout: 2s }
targets:
${targets.join("\n")}
`;
}

async function play(
  servers: Server[],
  { target, from, until, how }: (typeof PLAN)[number],
  startMs: number,
): Promise<Gap> {
  const index = servers.findIndex((server) => server.target === target);
  const read = () => servers[index]!;
  await sleep(startMs + from * 1000 - Date.now());
  read().child.kill(how === "kill" ? "SIGKILL" : "SIGSTOP");
  const fromMs = Date.now();
  await sleep(startMs + until * 1000 - Date.now());
  if (how === "stop") read().child.kill("SIGCONT");
  else {
    const [program = "", ...args] = read().child.spawnargs;
    const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` };
    servers[index] = { ...read(), child: spawn(program, args, { stdio: "ignore", env }) };
    while (!(await accepts(read().port))) await sleep(50);
  }
  return { target, fromMs, untilMs: Date.now() };
}

/** Bad slots, by start, that a log of gaps implies for two vantages on the grid of the interval. */
function expectedBad(
  gaps: readonly Gap[],
  slotMs: number,
  range: { readonly fromMs: number; readonly untilMs: number },
): Record<string, string> {
  const bad: Record<string, string> = {};
  for (let slot = range.fromMs; slot + slotMs <= range.untilMs; slot += slotMs) {
    let failed = 0;
    const planned = slotMs / INTERVAL_MS;
    for (let at = slot; at < slot + slotMs; at += INTERVAL_MS) {
      if (gaps.some((gap) => gap.fromMs < at && at < gap.untilMs)) failed += 1;
    }
    const key = new Date(slot).toISOString().slice(11, 16);
    if (slotMs === MINUTE_MS && failed === planned) bad[key] = "1";
    if (slotMs > MINUTE_MS && failed > 0) bad[key] = `${2 * failed} of ${2 * planned}`;
  }
  return bad;
}

async function seenBad(
  url: string,
  target: string,
  query: { readonly fromMs: number; readonly untilMs: number; readonly slotMs: number },
): Promise<Record<string, string>> {
  const params = new URLSearchParams({
    from: new Date(query.fromMs).toISOString(),
    until: new Date(query.untilMs).toISOString(),
  });
  const answer = await fetch(`${url}/api/v1/targets/${target}/slots?${params}`);
  const { slots } = (await answer.json()) as {
    slots: { from: string; valid: number; failed: number; bad: string | null }[];
  };
  const whole = slots.filter(({ from }) => Date.parse(from) + query.slotMs <= query.untilMs);
  if (whole.length === 0) throw new Error("no slot was settled");
  return Object.fromEntries(
    whole
      .filter(({ bad }) => bad !== "0")
      .map(({ from, valid, failed, bad }) => [
        from.slice(11, 16),
        query.slotMs === MINUTE_MS ? String(bad) : `${failed} of ${valid}`,
      ]),
  );
}
