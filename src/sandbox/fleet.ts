import type { ServerKind } from "./faults.ts";
import type { Region } from "./places.ts";
import { TARGET_SPECS } from "./target-specs.ts";

export type ServerSpec = {
  readonly name: string;
  readonly kind: ServerKind;
  readonly region: Region;
  readonly account: string;
};

type RegionSpec = { readonly region: Region; readonly city: string; readonly zones: string };

/** `zones`: the letters of the two zones with an ECS instance each. */
const REGION_SPECS: readonly RegionSpec[] = [
  { region: "cn-hangzhou", city: "hangzhou", zones: "hi" },
  { region: "cn-shanghai", city: "shanghai", zones: "mn" },
  { region: "cn-hongkong", city: "hongkong", zones: "bc" },
  { region: "ap-southeast-1", city: "singapore", zones: "ab" },
];

/** The servers of one region: two instances, a balancer with two backends, and the managed services. */
function serversOf({ region, city, zones }: RegionSpec): ServerSpec[] {
  const named: readonly (readonly [ServerKind, string])[] = [
    ...Array.from(zones, (zone) => ["ssh", `ecs-${city}-${zone}1`] as const),
    ["backend", `slb-${city}-backend-1`],
    ["backend", `slb-${city}-backend-2`],
    ["balancer", `slb-${city}`],
    ["oss", `oss-${city}`],
    ["mysql", `mysql-${city}`],
    ["postgres", `postgres-${city}`],
    ["cdn", `cdn-${city}`],
    ["openapi", `openapi-${city}`],
  ];
  return named.map(([kind, name]) => ({ name, kind, region, account: ownerOf(name) }));
}

/** A backend belongs to whoever owns the balancer before it. */
function ownerOf(server: string): string {
  const front = server.replace(/-backend-\d$/, "");
  return TARGET_SPECS.find((target) => target.server === front)?.account ?? "";
}

/** Backends come before their balancer: it needs their addresses. */
export const SERVER_SPECS: readonly ServerSpec[] = REGION_SPECS.flatMap(serversOf);
