import { stringify } from "yaml";
import type { SandboxCloud } from "./cloud.ts";
import type { ServerKind } from "./faults.ts";
import { ACCESS_KEY_ID, ACCESS_KEY_SECRET, ACCOUNTS, CDN_DOMAIN, CDN_PATH } from "./places.ts";
import { OSS_BUCKET, OSS_KEY, OSS_PUBLIC_BUCKET, TIME_ZONE } from "./places.ts";
import { VANTAGES, VANTAGES_OF } from "./places.ts";
import { TARGET_SPECS } from "./target-specs.ts";
import type { TargetSpec } from "./target-specs.ts";

const HEADER = `# The sandbox cloud: every address below is a server inside this very process.
# Its keys are made up and open nothing else.
`;

/** The whole of a nines.yaml that says nothing else. */
const ALONE = `version: 1\ntimeZone: ${TIME_ZONE}\n`;

/**
 * The configuration that measures exactly the servers of this cloud, as the text of a nines.yaml.
 * `own` is the text of a file that asks for the sandbox: it goes first, so that its lines keep
 * their numbers.
 */
export function sandboxConfigYaml(
  cloud: Pick<SandboxCloud, "servers">,
  own: string = ALONE,
): string {
  const config = {
    // No controls: those by default are elsewhere, and a first look must not leave the machine.
    vantages: VANTAGES.map((id) => ({ id, controls: [] })),
    accounts: ACCOUNTS,
    defaults: { interval: "5s", timeout: "2s" },
    targets: TARGET_SPECS.map((spec) => targetOf(spec, cloud)),
  };
  // Without anchors: the accounts and vantages are few, and a reader should not have to look them up.
  return `${own}\n${HEADER}${stringify(config, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}

function targetOf(spec: TargetSpec, cloud: Pick<SandboxCloud, "servers">): object {
  const server = cloud.servers.find(({ name }) => name === spec.server);
  if (server === undefined) throw new Error(`target ${spec.id} names no server: ${spec.server}`);
  const { id, product, region, account, inherits, labels, monthlyFee } = spec;
  return {
    id,
    product,
    region,
    ...(spec.zone === undefined ? {} : { zone: `${region}-${spec.zone}` }),
    account,
    ...(spec.class === undefined ? {} : { class: spec.class }),
    ...(labels === undefined ? {} : { labels }),
    ...(inherits === undefined ? {} : { inherits }),
    ...(monthlyFee === undefined ? {} : { monthlyFee }),
    vantages: VANTAGES_OF[region],
    probe: probeOf(spec, server),
  };
}

type Place = { readonly kind: ServerKind; readonly address: string };

/** The settings of the probe that fits the server, in the words of the probe kinds. */
function probeOf({ ask, region }: TargetSpec, { kind, address }: Place): object {
  const keys = { accessKeyId: ACCESS_KEY_ID, accessKeySecret: ACCESS_KEY_SECRET };
  const signing = ask === "anonymous" ? {} : keys;
  const bucket = ask === "anonymous" ? OSS_PUBLIC_BUCKET : OSS_BUCKET;
  const operation = ask === "round-trip" ? "canary" : "GET";
  if (ask === "tcp") return { kind: "tcp", address };
  const probes = {
    ssh: { kind: "ssh", address },
    balancer: { kind: "http", url: `http://${address}/` },
    backend: { kind: "http", url: `http://${address}/` },
    oss: {
      kind: "oss",
      endpoint: address,
      scheme: "http",
      pathStyle: true,
      region,
      bucket,
      key: OSS_KEY,
      operation,
      ...signing,
    },
    openapi: {
      kind: "openapi",
      endpoint: address,
      scheme: "http",
      version: "2014-05-26",
      ...signing,
    },
    mysql: { kind: "mysql", address },
    postgres: { kind: "postgres", address },
    cdn: { kind: "cdn", scheme: "http", domain: CDN_DOMAIN, path: CDN_PATH, address },
  } satisfies Record<ServerKind, object>;
  return probes[kind];
}
