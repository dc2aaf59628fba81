import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { sandboxBanner } from "../../src/sandbox/banner.ts";
import { sandboxConfigYaml } from "../../src/sandbox/config-yaml.ts";
import { SERVER_SPECS } from "../../src/sandbox/fleet.ts";

const servers = SERVER_SPECS.map((spec, index) => ({
  ...spec,
  address: `127.0.0.1:${40_000 + index}`,
}));
const text = sandboxConfigYaml({ servers });
type Written = {
  id: string;
  product: string;
  region: string;
  zone?: string;
  account: string;
  inherits?: string;
  monthlyFee?: string;
  vantages: string[];
  probe: { kind: string; url?: string; address?: string; endpoint?: string };
};
const config = parse(text) as {
  timeZone: string;
  vantages: { id: string; controls: unknown[] }[];
  accounts: { id: string }[];
  targets: Written[];
};

describe("the sandbox's configuration", () => {
  test("has every product in every region but VPC and security, which stand once", () => {
    const places = config.targets.map(({ product, region }) => `${product} ${region}`);
    for (const product of ["ecs", "slb", "oss", "rds", "cdn"]) {
      for (const region of ["cn-hangzhou", "cn-shanghai", "cn-hongkong", "ap-southeast-1"]) {
        expect(places).toContain(`${product} ${region}`);
      }
    }
    expect(places.filter((place) => /^(vpc|security)/.test(place))).toHaveLength(2);
  });

  test("names only addresses of its own servers, and every server but the backends", () => {
    const named = new Set(
      config.targets.map(
        ({ probe }) => probe.address ?? probe.endpoint ?? new URL(probe.url ?? "").host,
      ),
    );
    const live = servers.filter(({ kind }) => kind !== "backend").map(({ address }) => address);
    expect([...named].toSorted()).toEqual(live.toSorted());
  });

  test("gives each target its own id, a known account and two known vantages", () => {
    const accounts = config.accounts.map(({ id }) => id);
    const vantages = new Set(config.vantages.map(({ id }) => id));
    expect(new Set(config.targets.map(({ id }) => id)).size).toBe(config.targets.length);
    for (const target of config.targets) {
      expect(accounts).toContain(target.account);
      expect(target.vantages).toHaveLength(2);
      expect(target.vantages.every((id) => vantages.has(id))).toBe(true);
      if (target.zone !== undefined) expect(target.zone.startsWith(`${target.region}-`)).toBe(true);
      if (target.monthlyFee !== undefined) expect(target.monthlyFee).toMatch(/^\d+\.\d\d$/);
    }
  });

  test("lets VPC and security inherit from an ECS target", () => {
    const heirs = config.targets.filter(({ product }) => /^(vpc|security)$/.test(product));
    for (const { inherits } of heirs) {
      expect(config.targets.find(({ id }) => id === inherits)?.product).toBe("ecs");
    }
    expect(config.timeZone).toBe("Asia/Shanghai");
  });

  test("has nothing measured outside this machine, the controls included", () => {
    expect(config.vantages.map(({ controls }) => controls)).toEqual([[], [], []]);
    const hosts = text.match(/\b(?:https?:\/\/)?[\w.]+:\d{2,5}\b/g) ?? [];
    expect(hosts.length).toBeGreaterThan(30);
    expect(hosts.filter((host) => !host.includes("127.0.0.1:"))).toEqual([]);
  });

  test("is written without anchors, so that it reads like one made by hand", () => {
    expect(text).not.toMatch(/[&*][a-z]\d/);
  });
});

test("the banner gives the page's address, the replays and the way to an own configuration", () => {
  const banner = sandboxBanner({
    url: "http://127.0.0.1:8080/",
    access: "this-machine",
    isLively: true,
  });
  for (const part of [
    "sandbox",
    "http://127.0.0.1:8080/",
    "2022-12",
    "2023-11",
    "2024-07",
    "nines.yaml",
    "without login",
  ]) {
    expect(banner).toContain(part);
  }
});

test("the banner says who may read", () => {
  const url = "http://127.0.0.1:8080/";
  expect(sandboxBanner({ url, access: "known", isLively: true })).not.toContain("without login");
  expect(sandboxBanner({ url, access: "nobody", isLively: false })).toContain("nines token create");
});
