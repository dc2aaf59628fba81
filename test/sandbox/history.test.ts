import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Round } from "../../src/core/round.ts";
import type { Target } from "../../src/core/target.ts";
import { historyRounds, historyShard, historySize } from "../../src/sandbox/history.ts";
import type { HistoryOptions } from "../../src/sandbox/history.ts";
import { VANTAGES_OF } from "../../src/sandbox/places.ts";
import { TARGET_SPECS } from "../../src/sandbox/target-specs.ts";
import type { TargetSpec } from "../../src/sandbox/target-specs.ts";

const KINDS: Record<string, string> = {
  ecs: "ssh",
  slb: "http",
  oss: "oss",
  rds: "mysql",
  cdn: "cdn",
  vpc: "tcp",
  security: "http",
};

function target(spec: TargetSpec): Target {
  const kind = spec.server.startsWith("openapi") ? "openapi" : (KINDS[spec.product] ?? "tcp");
  const signed = kind === "openapi" || kind === "oss" ? spec.ask !== "anonymous" : false;
  return {
    id: spec.id,
    product: spec.product,
    region: spec.region,
    zone: spec.zone === undefined ? null : `${spec.region}-${spec.zone}`,
    account: spec.account,
    class: spec.class ?? "",
    labels: {},
    agreements: [spec.product],
    inherits: spec.inherits ?? null,
    monthlyFee: null,
    intervalMs: 15_000,
    timeoutMs: 2000,
    vantages: VANTAGES_OF[spec.region],
    fromMs: null,
    untilMs: null,
    probe: { kind, ...(signed ? { accessKeyId: "id" } : {}) },
  };
}

const config = { timeZone: "Asia/Shanghai", targets: TARGET_SPECS.map(target) };
const accounts = new Map(config.targets.map(({ id, account }) => [id, account]));
const accountOf = (id: string) => accounts.get(id) ?? "";
const accountNames = [...new Set(config.targets.map(({ account }) => account))];
const shardOf = (id: string) => historyShard(accountNames.indexOf(accountOf(id)));
const nowMs = Date.parse("2026-11-23T10:30:40.500+08:00");
const options: HistoryOptions = { nowMs, seed: 1 };

function* rounds(of: HistoryOptions = options): Generator<Round> {
  for (const batch of historyRounds(config, of)) yield* batch.rounds;
}

/** Every day that history has, newest first. */
const days = [...new Set([...historyRounds(config, options)].map(({ day }) => day))];
const except = (...kept: string[]) => new Set(days.filter((day) => !kept.includes(day)));

describe("the last 90 days", () => {
  test("come first, the newest day first, then whole months of outages", () => {
    expect(days.slice(0, 2)).toEqual(["2026-11-23", "2026-11-22"]);
    expect(days[90]).toBe("2026-08-25");
    expect(days.slice(91)).toHaveLength(31 + 30 + 31);
    expect(days.slice(91).every((day) => /^(2022-12|2023-11|2024-07)-/.test(day))).toBe(true);
  });

  test("end with the last whole minute and hold one round a minute, vantage and account", () => {
    const today = [...rounds({ ...options, skipDays: except("2026-11-23") })];
    expect(today).toHaveLength(630 * 8);
    expect(Math.max(...today.map(({ plannedAtMs }) => plannedAtMs))).toBe(
      Date.parse("2026-11-23T10:29:07+08:00"),
    );
    expect(new Set(today.map(({ vantage }) => vantage)).size).toBe(3);
  });

  test("measure each target once a minute, from each of its vantages", () => {
    const minute = Date.parse("2026-11-22T12:00:07+08:00");
    const at = [...rounds({ ...options, skipDays: except("2026-11-22") })].filter(
      ({ plannedAtMs }) => plannedAtMs === minute,
    );
    const seen = at.flatMap((round) => round.targets.map((id) => `${id} ${round.vantage}`));
    expect(seen.toSorted()).toEqual(
      config.targets
        .flatMap(({ id, vantages }) => vantages.map((one) => `${id} ${one}`))
        .toSorted(),
    );
  });

  test("are mostly calm: some failures, some invalid, some blind minutes, slow spells", () => {
    const letters: Record<string, number> = { o: 0, f: 0, i: 0, u: 0 };
    const unlucky = { failed: 0, all: 0 };
    for (const round of rounds()) {
      if (round.plannedAtMs < Date.UTC(2026, 7, 1)) break;
      for (const [index, letter] of Array.from(round.outcomes).entries()) {
        letters[letter]! += 1;
        if (accountOf(round.targets[index]!) !== "lanting") continue;
        unlucky.all += 1;
        if (letter === "f") unlucky.failed += 1;
      }
    }
    const all = 2 * 37 * (90 * 1440 + 630);
    expect(letters["o"]! + letters["f"]! + letters["i"]! + letters["u"]!).toBe(all);
    for (const letter of ["f", "i", "u"]) {
      expect(letters[letter]!).toBeGreaterThan(100);
      expect(letters[letter]! / all).toBeLessThan(0.001);
    }
    expect(unlucky.failed / unlucky.all).toBeGreaterThan(letters["f"]! / all);
  });
});

describe("every round", () => {
  test("has parallel arrays, whole non-negative numbers and a reason for what is not ok", () => {
    let wrong = 0;
    for (const round of rounds()) {
      const { length } = round.targets;
      const notOk = Array.from(round.outcomes).flatMap((letter, index) =>
        letter === "o" ? [] : [index],
      );
      const right =
        round.targets.every((id) => round.shard === shardOf(id)) &&
        round.outcomes.length === length &&
        round.offsetsMs.length === length &&
        round.latenciesUs.length === length &&
        round.plannedAtMs % 60_000 === 7000 &&
        round.latenciesUs.every((us) => Number.isInteger(us) && us >= 0 && us < 60_000_000) &&
        round.offsetsMs.every((ms) => Number.isInteger(ms) && ms >= 0 && ms < 1000) &&
        round.details.every(({ reason }) => reason !== "") &&
        round.details.map(({ index }) => index).join() === notOk.join();
      if (!right) wrong += 1;
    }
    expect(wrong).toBe(0);
  });

  test("has a key of its own, and their number is the one announced", () => {
    const keys = new Set<string>();
    let count = 0;
    for (const { vantage, shard, plannedAtMs } of rounds()) {
      keys.add(`${vantage} ${shard} ${plannedAtMs}`);
      count += 1;
    }
    expect(keys.size).toBe(count);
    expect(historySize(config, options)).toBe(count);
  });
});

test("a batch holds one vantage of one day, at most 480 rounds, and the last of a day says so", () => {
  const ended: string[] = [];
  for (const { day, endsDay, rounds: batch } of historyRounds(config, options)) {
    expect(ended).not.toContain(day);
    expect(batch.length).toBeGreaterThan(0);
    expect(batch.length).toBeLessThanOrEqual(480);
    expect(new Set(batch.map(({ vantage }) => vantage)).size).toBe(1);
    if (endsDay) ended.push(day);
  }
  expect(ended).toEqual(days);
});

describe("the real outages", () => {
  /** Target id to the minutes that are bad in a month, as local times: each of its vantages saw the same. */
  function badMinutes(month: string): { bad: Map<string, string[]>; good: Set<string> } {
    const kept = days.filter((day) => day.startsWith(month));
    const seen = new Map<string, string[]>();
    const good = new Set<string>();
    for (const round of rounds({ ...options, skipDays: except(...kept) })) {
      const local = new Date(round.plannedAtMs + 8 * 3_600_000).toISOString().slice(0, 16);
      for (const [index, id] of round.targets.entries()) {
        if (round.outcomes[index] === "o") good.add(id);
        else {
          const key = `${id} ${round.vantage}`;
          seen.set(key, [...(seen.get(key) ?? []), local]);
        }
      }
    }
    const bad = new Map<string, string[]>();
    for (const { id, vantages } of config.targets) {
      const [first, second, ...others] = vantages.map((one) => seen.get(`${id} ${one}`));
      expect(others).toEqual([]);
      expect(second).toEqual(first);
      if (first !== undefined) bad.set(id, first);
    }
    return { bad, good };
  }
  const span = (minutes: string[] | undefined) =>
    minutes && [minutes.length, minutes[0]?.slice(5), minutes.at(-1)?.slice(5)];

  test("2022-12: Hong Kong zone C is away for 807 minutes, and nothing else in the month", () => {
    const { bad, good } = badMinutes("2022-12");
    expect(Object.fromEntries([...bad].map(([id, minutes]) => [id, span(minutes)]))).toEqual({
      "ecs-hongkong-c1": [807, "12-18T09:23", "12-18T22:49"],
      "rds-hongkong-booking": [673, "12-18T10:17", "12-18T21:29"],
      "oss-hongkong-backup": [807, "12-18T09:23", "12-18T22:49"],
      "slb-hongkong-checkout": [199, "12-18T10:49", "12-18T20:43"],
    });
    expect([...good].every((id) => id.includes("hongkong"))).toBe(true);
  });

  test("2023-11: valid keys are refused for 101 minutes everywhere, strangers are not", () => {
    const { bad, good } = badMinutes("2023-11");
    const signed = config.targets
      .filter(({ probe }) => probe["accessKeyId"] !== undefined)
      .map(({ id }) => id);
    expect([...bad.keys()].toSorted()).toEqual(signed.toSorted());
    for (const minutes of bad.values()) {
      expect(span(minutes)).toEqual([101, "11-12T17:39", "11-12T19:19"]);
    }
    expect([...good].filter((id) => !signed.includes(id)).toSorted()).toEqual([
      "ecs-api-hangzhou-anonymous",
      "oss-shanghai-public",
    ]);
  });

  test("2024-07: Shanghai zone N is away for 38 minutes", () => {
    const { bad, good } = badMinutes("2024-07");
    expect(Object.fromEntries([...bad].map(([id, minutes]) => [id, span(minutes)]))).toEqual({
      "ecs-shanghai-n1": [38, "07-02T10:04", "07-02T10:41"],
      "vpc-shanghai-n1": [38, "07-02T10:04", "07-02T10:41"],
      "slb-shanghai-api": [19, "07-02T10:04", "07-02T10:40"],
    });
    expect([...good].every((id) => id.includes("shanghai"))).toBe(true);
  });

  test("name what was wrong", () => {
    const of = (day: string, time: string, id: string) => {
      const planned = Date.parse(`${day}T${time}:07+08:00`);
      for (const round of rounds({ ...options, skipDays: except(day) })) {
        const index = round.targets.indexOf(id);
        if (round.plannedAtMs === planned && index >= 0) {
          return round.details.find((detail) => detail.index === index);
        }
      }
      return undefined;
    };
    expect(of("2022-12-18", "12:00", "ecs-hongkong-c1")?.reason).toBe("connect-timeout");
    expect(of("2023-11-12", "18:00", "oss-hangzhou-assets")).toMatchObject({
      reason: "key-refused",
      text: "replay: All regions, access-key service (2023-11-12)",
    });
    expect(of("2023-11-12", "18:00", "ecs-api-hangzhou-anonymous")).toBeUndefined();
  });

  test("a month that reaches into the last 90 days is left out", () => {
    const early = { ...options, nowMs: Date.parse("2024-09-01T00:00:00+08:00") };
    const months = new Set([...historyRounds(config, early)].map(({ day }) => day.slice(0, 7)));
    expect([...months]).toEqual(["2024-08", "2024-07", "2024-06", "2022-12", "2023-11"]);
  });
});

describe("history is the same again", () => {
  test("for the same seed, whatever days are skipped", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 182 }), fc.integer(), (position, seed) => {
        const skipDays = except(days[position]!);
        const once = [...rounds({ nowMs, seed, skipDays })];
        expect(once.length).toBe(historySize(config, { nowMs, seed, skipDays }));
        expect([...rounds({ nowMs, seed, skipDays })]).toEqual(once);
      }),
      { numRuns: 5 },
    );
  });

  test("and another seed makes another one", () => {
    const skipDays = except("2026-11-22");
    const [one] = rounds({ nowMs, seed: 1, skipDays });
    const [other] = rounds({ nowMs, seed: 2, skipDays });
    expect(other?.latenciesUs).not.toEqual(one?.latenciesUs);
  });
});

test("a target without a vantage has no history", () => {
  const [first] = config.targets;
  const alone = { ...config, targets: [{ ...first!, vantages: [] }] };
  expect(historySize(alone, options)).toBe(0);
  expect([...historyRounds(alone, options)]).toEqual([]);
});

test("says of as many rounds as it gives how many there are, and of the newest days' some their phases", () => {
  let count = 0;
  const withPhases = new Map<string, number>();
  for (const { day, rounds: some } of historyRounds(config, options)) {
    count += some.length;
    for (const { phasesUs, targets, latenciesUs, outcomes } of some) {
      if (phasesUs === undefined) continue;
      withPhases.set(day, (withPhases.get(day) ?? 0) + 1);
      const first = phasesUs.slice(0, 5).reduce((sum: number, us) => sum + (us ?? 0), 0);
      const expected = outcomes.startsWith("o") ? latenciesUs[0]! : 0;
      expect(phasesUs).toHaveLength(targets.length * 5);
      expect(Math.abs(first - expected)).toBeLessThanOrEqual(5);
    }
  }
  expect(count).toBe(historySize(config, options));
  expect([...withPhases.keys()]).toEqual(days.slice(0, 2));
});
