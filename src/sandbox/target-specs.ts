import type { Product } from "../core/target.ts";
import type { Region } from "./places.ts";

export type TargetSpec = {
  readonly id: string;
  readonly product: Product;
  readonly region: Region;
  /** The letter of its zone. */
  readonly zone?: string;
  readonly account: string;
  readonly server: string;
  readonly monthlyFee?: string;
  readonly class?: string;
  readonly inherits?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** How to ask, where the server alone does not say. */
  readonly ask?: "tcp" | "anonymous" | "round-trip";
};

type Row = Omit<TargetSpec, "region">;

const HANGZHOU: readonly Row[] = [
  {
    id: "ecs-hangzhou-h1",
    product: "ecs",
    zone: "h",
    account: "acme",
    server: "ecs-hangzhou-h1",
    monthlyFee: "680.00",
    labels: { service: "shop" },
  },
  {
    id: "ecs-hangzhou-i1",
    product: "ecs",
    zone: "i",
    account: "acme",
    server: "ecs-hangzhou-i1",
    monthlyFee: "680.00",
    labels: { service: "shop" },
  },
  {
    id: "ecs-api-hangzhou",
    product: "ecs",
    account: "acme",
    server: "openapi-hangzhou",
    labels: { plane: "control" },
  },
  {
    id: "ecs-api-hangzhou-anonymous",
    product: "ecs",
    account: "acme",
    server: "openapi-hangzhou",
    ask: "anonymous",
    labels: { plane: "control" },
  },
  {
    id: "slb-hangzhou-shop",
    product: "slb",
    account: "acme",
    server: "slb-hangzhou",
    monthlyFee: "320.00",
    labels: { service: "shop" },
  },
  {
    id: "oss-hangzhou-assets",
    product: "oss",
    account: "acme",
    server: "oss-hangzhou",
    monthlyFee: "450.00",
    class: "standard-zrs",
    ask: "round-trip",
  },
  {
    id: "rds-hangzhou-orders",
    product: "rds",
    zone: "h",
    account: "acme",
    server: "mysql-hangzhou",
    monthlyFee: "1280.00",
    labels: { service: "shop" },
  },
  {
    id: "rds-hangzhou-ledger",
    product: "rds",
    zone: "i",
    account: "acme",
    server: "postgres-hangzhou",
    monthlyFee: "1580.00",
    labels: { service: "billing" },
  },
  {
    id: "cdn-hangzhou-static",
    product: "cdn",
    account: "acme",
    server: "cdn-hangzhou",
    monthlyFee: "960.00",
  },
  {
    id: "waf-hangzhou-shop",
    product: "security",
    account: "acme",
    server: "slb-hangzhou",
    monthlyFee: "3880.00",
    inherits: "ecs-hangzhou-h1",
    labels: { service: "shop" },
  },
];

const SHANGHAI: readonly Row[] = [
  {
    id: "ecs-shanghai-m1",
    product: "ecs",
    zone: "m",
    account: "acme",
    server: "ecs-shanghai-m1",
    monthlyFee: "740.00",
  },
  {
    id: "ecs-shanghai-n1",
    product: "ecs",
    zone: "n",
    account: "acme",
    server: "ecs-shanghai-n1",
    monthlyFee: "740.00",
  },
  {
    id: "ecs-api-shanghai",
    product: "ecs",
    account: "globex",
    server: "openapi-shanghai",
    labels: { plane: "control" },
  },
  {
    id: "vpc-shanghai-n1",
    product: "vpc",
    zone: "n",
    account: "acme",
    server: "ecs-shanghai-n1",
    monthlyFee: "120.00",
    inherits: "ecs-shanghai-n1",
    ask: "tcp",
  },
  {
    id: "slb-shanghai-api",
    product: "slb",
    account: "globex",
    server: "slb-shanghai",
    monthlyFee: "52.00",
    labels: { service: "api" },
  },
  {
    id: "oss-shanghai-media",
    product: "oss",
    account: "globex",
    server: "oss-shanghai",
    monthlyFee: "38.50",
    class: "standard-lrs",
  },
  {
    id: "oss-shanghai-public",
    product: "oss",
    account: "globex",
    server: "oss-shanghai",
    monthlyFee: "21.00",
    class: "standard-zrs",
    ask: "anonymous",
  },
  {
    id: "rds-shanghai-crm",
    product: "rds",
    zone: "m",
    account: "globex",
    server: "mysql-shanghai",
    monthlyFee: "210.00",
  },
  {
    id: "rds-shanghai-search",
    product: "rds",
    zone: "n",
    account: "acme",
    server: "postgres-shanghai",
    monthlyFee: "1580.00",
  },
  {
    id: "cdn-shanghai-media",
    product: "cdn",
    account: "globex",
    server: "cdn-shanghai",
    monthlyFee: "145.00",
  },
];

const HONG_KONG: readonly Row[] = [
  {
    id: "ecs-hongkong-b1",
    product: "ecs",
    zone: "b",
    account: "globex",
    server: "ecs-hongkong-b1",
    monthlyFee: "128.00",
    labels: { service: "booking" },
  },
  {
    id: "ecs-hongkong-c1",
    product: "ecs",
    zone: "c",
    account: "globex",
    server: "ecs-hongkong-c1",
    monthlyFee: "128.00",
    labels: { service: "booking" },
  },
  {
    id: "ecs-api-hongkong",
    product: "ecs",
    account: "globex",
    server: "openapi-hongkong",
    labels: { plane: "control" },
  },
  {
    id: "slb-hongkong-checkout",
    product: "slb",
    account: "globex",
    server: "slb-hongkong",
    monthlyFee: "64.00",
    labels: { service: "booking" },
  },
  {
    id: "oss-hongkong-backup",
    product: "oss",
    account: "globex",
    server: "oss-hongkong",
    monthlyFee: "33.00",
    class: "standard-lrs",
  },
  {
    id: "oss-hongkong-catalog",
    product: "oss",
    account: "globex",
    server: "oss-hongkong",
    monthlyFee: "47.00",
    class: "standard-zrs",
  },
  {
    id: "rds-hongkong-booking",
    product: "rds",
    zone: "c",
    account: "globex",
    server: "mysql-hongkong",
    monthlyFee: "265.00",
    labels: { service: "booking" },
  },
  {
    id: "rds-hongkong-mirror",
    product: "rds",
    zone: "b",
    account: "globex",
    server: "postgres-hongkong",
    monthlyFee: "265.00",
  },
  {
    id: "cdn-hongkong-assets",
    product: "cdn",
    account: "acme",
    server: "cdn-hongkong",
    monthlyFee: "520.00",
  },
];

const SINGAPORE: readonly Row[] = [
  {
    id: "ecs-singapore-a1",
    product: "ecs",
    zone: "a",
    account: "lanting",
    server: "ecs-singapore-a1",
    monthlyFee: "96.00",
    labels: { service: "stream" },
  },
  {
    id: "ecs-singapore-b1",
    product: "ecs",
    zone: "b",
    account: "lanting",
    server: "ecs-singapore-b1",
    monthlyFee: "96.00",
    labels: { service: "stream" },
  },
  {
    id: "ecs-api-singapore",
    product: "ecs",
    account: "lanting",
    server: "openapi-singapore",
    labels: { plane: "control" },
  },
  {
    id: "slb-singapore-stream",
    product: "slb",
    account: "lanting",
    server: "slb-singapore",
    monthlyFee: "58.00",
    labels: { service: "stream" },
  },
  {
    id: "oss-singapore-video",
    product: "oss",
    account: "lanting",
    server: "oss-singapore",
    monthlyFee: "310.00",
    class: "standard-lrs",
    ask: "round-trip",
  },
  {
    id: "rds-singapore-users",
    product: "rds",
    zone: "b",
    account: "lanting",
    server: "mysql-singapore",
    monthlyFee: "240.00",
  },
  {
    id: "rds-singapore-billing",
    product: "rds",
    zone: "a",
    account: "lanting",
    server: "postgres-singapore",
    monthlyFee: "240.00",
  },
  {
    id: "cdn-singapore-video",
    product: "cdn",
    account: "lanting",
    server: "cdn-singapore",
    monthlyFee: "890.00",
  },
];

function inRegion(region: Region, rows: readonly Row[]): TargetSpec[] {
  return rows.map((row) => ({ ...row, region }));
}

export const TARGET_SPECS: readonly TargetSpec[] = [
  ...inRegion("cn-hangzhou", HANGZHOU),
  ...inRegion("cn-shanghai", SHANGHAI),
  ...inRegion("cn-hongkong", HONG_KONG),
  ...inRegion("ap-southeast-1", SINGAPORE),
];
