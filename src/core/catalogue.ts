import { DateTime } from "luxon";
import { REGION_ROWS, type RegionRow } from "./regions.ts";

/** Products whose public endpoints the catalogue knows. */
export const CATALOGUE_PRODUCTS = ["ecs", "slb", "rds", "vpc", "oss", "cdn"] as const;
export type CatalogueProduct = (typeof CATALOGUE_PRODUCTS)[number];

/** Host names; null where there is none. `internal` is reached from inside a VPC only. */
export type EndpointHosts = { readonly public: string; readonly internal: string | null };

export type Region = {
  readonly id: string;
  readonly name: string;
  readonly nameZh: string;
  readonly country: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly inScope2017: boolean;
  /** The region closed at this instant; null while it is open. */
  readonly validUntilMs: number | null;
  readonly endpoints: Readonly<Record<CatalogueProduct, EndpointHosts | null>>;
};

/** Versions of the RPC APIs (github.com/aliyun/aliyun-openapi-meta, 2026-04-21). */
const API_VERSIONS = {
  ecs: "2014-05-26",
  slb: "2014-05-15",
  rds: "2014-08-15",
  vpc: "2016-04-28",
  cdn: "2018-05-10",
} as const;

function controlPlane(product: string, id: string, shared?: string | null): EndpointHosts | null {
  if (shared === null) return null;
  return {
    public: shared ?? `${product}.${id}.aliyuncs.com`,
    internal: `${product}-vpc.${id}.aliyuncs.com`,
  };
}

function toRegion(row: RegionRow): Region {
  const { id, name, nameZh, country, timeZone } = row;
  const validUntil = row.validUntil === undefined ? null : DateTime.fromISO(row.validUntil);
  return {
    id,
    name,
    nameZh,
    country,
    timeZone,
    inScope2017: row.inScope2017 ?? false,
    validUntilMs: validUntil?.toMillis() ?? null,
    endpoints: {
      ecs: controlPlane("ecs", id),
      slb: controlPlane("slb", id, row.slb),
      rds: controlPlane("rds", id, row.rds),
      vpc: controlPlane("vpc", id),
      oss: { public: `oss-${id}.aliyuncs.com`, internal: `oss-${id}-internal.aliyuncs.com` },
      cdn: row.cdn === null ? null : { public: row.cdn, internal: row.cdnInternal ?? null },
    },
  };
}

export const REGIONS: readonly Region[] = REGION_ROWS.map(toRegion);

const byId = new Map(REGIONS.map((region) => [region.id, region]));

/** Null for a region that the catalogue does not know, such as a private one. */
export function findRegion(id: string): Region | null {
  return byId.get(id) ?? null;
}

/** Whether the region is open at an instant; it is not at the instant of its closing. */
export function isRegionOpen(region: Region, atMs: number): boolean {
  return region.validUntilMs === null || atMs < region.validUntilMs;
}

export function openRegions(atMs: number): Region[] {
  return REGIONS.filter((region) => isRegionOpen(region, atMs));
}

const HEADER = `# yaml-language-server: $schema=nines.schema.json
#
# The public endpoints of Alibaba Cloud in every open region. Needs no account and no key.
# Written by publicConfigYaml in src/core/catalogue.ts.
#
# What it shows: whether the control planes of ECS, SLB, RDS and CDN and the object storage of a
# region answer. Nobody is logged in, so that a well-formed refusal counts as an answer. This is
# reachability, and no figure to claim a credit by: for that, measure your own instances.
#
# One host may stand for several regions: rds.aliyuncs.com for seven, and two hosts for CDN in all
# of them. Such a host is measured once a round, and what it answered stands for each region.
# That of a region's edge nodes takes a probe of kind cdn and a domain of your own.
version: 1
timeZone: Asia/Shanghai
vantages:
  - { id: local }
accounts:
  - { id: public, name: Public endpoints, currency: CNY }
defaults: { interval: 30s, timeout: 10s }
targets:
`;

function publicTarget(region: Region, product: "ecs" | "slb" | "rds" | "oss" | "cdn"): string {
  const host = region.endpoints[product]?.public;
  if (host === undefined) return "";
  // The API of CDN knows no regions to describe.
  const action = product === "cdn" ? ", action: DescribeCdnService" : "";
  const probe =
    product === "oss"
      ? `{ kind: oss, endpoint: ${host}, operation: GET, reachability: true }`
      : `{ kind: openapi, endpoint: ${host}, version: "${API_VERSIONS[product]}"${action} }`;
  return `  - id: ${product}-${region.id}
    product: ${product}
    region: ${region.id}
    probe: ${probe}
`;
}

/** A configuration that measures the public endpoints of the regions without a closing date. */
export function publicConfigYaml(): string {
  const products = ["ecs", "slb", "rds", "oss", "cdn"] as const;
  const targets = REGIONS.filter(({ validUntilMs }) => validUntilMs === null).flatMap((region) =>
    products.map((product) => publicTarget(region, product)),
  );
  return HEADER + targets.join("");
}
