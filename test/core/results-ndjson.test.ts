import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REASONS } from "../../src/core/outcome.ts";
import {
  formatResultLine,
  parseInstant,
  parseResultLine,
  type ResultLine,
} from "../../src/core/results-ndjson.ts";

const known = { targets: new Set(["web-1"]), vantages: new Set(["a"]) };

const line = {
  target: "web-1",
  vantage: "a",
  plannedAt: "2026-10-01T00:00:15.000Z",
  outcome: "ok",
  latencyMs: 12.4,
};

const parse = (changes: Record<string, unknown>) =>
  parseResultLine(JSON.stringify({ ...line, ...changes }), known);

describe("a line of results", () => {
  test("is read with its defaults", () => {
    expect(parse({})).toEqual({
      target: "web-1",
      vantage: "a",
      plannedAtMs: Date.parse("2026-10-01T00:00:15Z"),
      outcome: "ok",
      latencyMs: 12.4,
      reason: "",
      offsetMs: 0,
      detail: "",
      requestId: "",
      address: "",
    });
  });

  test("that failed without saying why was imported so", () => {
    expect(parse({ outcome: "failed" })).toMatchObject({ outcome: "failed", reason: "imported" });
    expect(parse({ outcome: "failed", reason: "bad luck" })).toMatchObject({
      reason: "imported",
      detail: "bad luck",
    });
    expect(parse({ latencyMs: null, reason: null })).toMatchObject({ latencyMs: 0, reason: "" });
  });

  test("comes back from its own form", () => {
    const text = fc.string({ unit: "binary", maxLength: 100 });
    const result: fc.Arbitrary<ResultLine> = fc
      .record({
        plannedAtMs: fc.nat(4e12),
        offsetMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
        latencyMs: fc.double({ min: 0, max: 2_147_483, noNaN: true }),
        bad: fc.option(
          fc.record({
            outcome: fc.constantFrom("failed", "invalid", "unknown"),
            reason: fc.constantFrom(...REASONS.filter((reason) => reason !== "")),
          }),
        ),
        detail: text,
        requestId: text,
        address: text,
      })
      .filter(({ plannedAtMs, offsetMs }) => plannedAtMs + offsetMs >= 0)
      .map(({ bad, ...rest }) => ({
        target: "web-1",
        vantage: "a",
        outcome: bad?.outcome ?? ("ok" as const),
        reason: bad?.reason ?? ("" as const),
        ...rest,
        // -0 is written as 0.
        latencyMs: rest.latencyMs + 0,
      }));
    fc.assert(
      fc.property(result, (one) => {
        const written = formatResultLine(one);
        expect(written).not.toContain("\n");
        expect(parseResultLine(written, known)).toEqual(one);
      }),
    );
  });

  test.each([
    ["not JSON", "{", "not JSON"],
    ["two on one line", `${JSON.stringify(line)}${JSON.stringify(line)}`, "not JSON"],
    ["a list", "[]", "not a JSON object"],
    ["null", "null", "not a JSON object"],
    ["a number", "17", "not a JSON object"],
    ["nested without end", "[".repeat(30_000), "not JSON"],
    ["a nested list", `${"[".repeat(30_000)}${"]".repeat(30_000)}`, "not a JSON object"],
  ])("that is %s is refused", (_name, text, message) => {
    expect(parseResultLine(text, known)).toMatch(message);
  });

  test.each([
    ["target", { target: "web-9" }, '"web-9" is not in the configuration'],
    ["target", { target: undefined }, "(missing)"],
    ["target", { target: "" }, "not in the configuration"],
    ["target", { target: ["web-1"] }, "(not a text)"],
    ["target", { target: null }, "(missing)"],
    ["target", { target: "x".repeat(50_000) }, "xxx"],
    ["vantage", { vantage: "z" }, 'vantage "z"'],
    ["vantage", { vantage: 1 }, "vantage 1"],
    ["plannedAt", { plannedAt: 1_790_812_815_000 }, "plannedAt must be an instant"],
    ["plannedAt", { plannedAt: "2026-10-01" }, "plannedAt must be an instant"],
    ["plannedAt", { plannedAt: "2026-10-01T00:00:15" }, "plannedAt must be an instant"],
    ["plannedAt", { plannedAt: "2026-02-30T00:00:00Z" }, "plannedAt must be an instant"],
    ["plannedAt", { plannedAt: "1969-12-31T23:59:59Z" }, "plannedAt must be an instant"],
    ["startedAt", { startedAt: "yesterday" }, "startedAt must be an instant"],
    ["startedAt", { startedAt: "2026-10-03T00:00:15Z" }, "more than a day"],
    ["outcome", { outcome: "OK" }, "outcome must be one of ok, failed, invalid, unknown"],
    ["outcome", { outcome: undefined }, "outcome must be one of"],
    ["latencyMs", { latencyMs: -1 }, "latencyMs must be a number"],
    ["latencyMs", { latencyMs: "12" }, "latencyMs must be a number"],
    ["latencyMs", { latencyMs: 2_147_484 }, "latencyMs must be a number"],
    ["reason", { reason: "no-reply" }, "an ok result has no reason"],
    ["reason", { outcome: "failed", reason: { a: 1 } }, "reason must be a text"],
    ["detail", { detail: 5 }, "detail must be a text"],
    ["detail", { detail: "x".repeat(301) }, "up to 300 characters"],
    ["requestId", { requestId: "x".repeat(201) }, "up to 200 characters"],
    ["address", { address: "x".repeat(101) }, "up to 100 characters"],
    ["an unknown key", { colour: "red" }, 'unknown key "colour"'],
  ])("with a wrong %s is refused: %j", (_key, changes, message) => {
    const said = parse(changes);
    expect(said).toEqual(expect.stringContaining(message));
    expect((said as string).length).toBeLessThan(200);
  });

  test("with a number beyond all measure is refused", () => {
    const text = JSON.stringify(line).replace("12.4", "1e999");
    expect(parseResultLine(text, known)).toMatch("latencyMs");
  });

  test.each(["target", "plannedAt", "outcome", "reason", "detail", "startedAt", "latencyMs"])(
    "with a deep nest as its %s is refused like any other",
    (key) => {
      const nest = `${"[".repeat(15_000)}${"]".repeat(15_000)}`;
      const rest = Object.entries({ ...line, outcome: "failed" }).filter(([name]) => name !== key);
      const text = `{"${key}":${nest},${JSON.stringify(Object.fromEntries(rest)).slice(1)}`;
      expect(parseResultLine(text, known)).toEqual(expect.any(String));
    },
  );

  test.each(["__proto__", "constructor", "toString"])("with the key %s is refused", (key) => {
    const text = `{"${key}":{"target":"web-1"},${JSON.stringify(line).slice(1)}`;
    expect(parseResultLine(text, known)).toBe(`unknown key "${key}": take it out`);
    expect(({} as Record<string, unknown>)["target"]).toBeUndefined();
  });

  test("takes no value from the prototype of objects", () => {
    expect(parseResultLine(`{"__proto__":${JSON.stringify(line)}}`, known)).toEqual(
      expect.any(String),
    );
    expect(parseResultLine(`{"target":"constructor"}`, { ...known, targets: new Set() })).toMatch(
      "not in",
    );
  });

  test("that is any text at all is a result or a message", () => {
    const value = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((one) => JSON.stringify({ ...line, detail: one })),
    );
    fc.assert(
      fc.property(value, (text) => {
        const parsed = parseResultLine(text, known);
        expect(typeof parsed === "string" ? parsed : parsed.target).not.toBe("");
      }),
    );
  });
});

describe("an instant", () => {
  test.each([
    ["2026-10-01T00:00:15Z", "2026-10-01T00:00:15.000Z"],
    ["2026-10-01t00:00:15z", "2026-10-01T00:00:15.000Z"],
    ["2026-10-01T08:00:15.5+08:00", "2026-10-01T00:00:15.500Z"],
    ["2026-10-01T00:00:15.123999Z", "2026-10-01T00:00:15.123Z"],
    ["2024-02-29T23:30:00-01:00", "2024-03-01T00:30:00.000Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
  ])("%s is %s", (text, iso) => {
    expect(new Date(parseInstant(text)!).toISOString()).toBe(iso);
  });

  test.each([
    "2026-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T23:60:00Z",
    "2026-01-01T23:59:60Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01 00:00:00Z",
    "2026-01-01T00:00Z",
    "+002026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.Z",
    "",
    "2026-01-01T00:00:00Z\n",
    "２０２６-01-01T00:00:00Z",
  ])("%j is none", (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});
