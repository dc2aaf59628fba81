import { PRODUCTS, type Product } from "./target.ts";
import type { Lang } from "./views.ts";

type ProductName = readonly [short: string, long: string];

/** The products' names, short and in full. */
export const productNames: Readonly<Record<Lang, Readonly<Record<Product, ProductName>>>> = {
  en: {
    ecs: ["ECS", "Elastic Compute Service"],
    slb: ["SLB", "Server Load Balancer"],
    oss: ["OSS", "Object Storage Service"],
    rds: ["RDS", "Relational Database Service"],
    cdn: ["CDN", "Content Delivery Network"],
    vpc: ["VPC", "Virtual Private Cloud"],
    security: ["Security", "Alibaba Cloud Security"],
  },
  zh: {
    ecs: ["ECS", "云服务器"],
    slb: ["SLB", "负载均衡"],
    oss: ["OSS", "对象存储"],
    rds: ["RDS", "云数据库"],
    cdn: ["CDN", "内容分发网络"],
    vpc: ["VPC", "专有网络"],
    security: ["云安全", "云盾安全产品"],
  },
};

/** A product's short name; one that the catalogue does not know, as it stands. */
export function productShort(product: string, lang: Lang): string {
  const known = PRODUCTS.find((candidate) => candidate === product);
  return known === undefined ? product : productNames[lang][known][0];
}
