import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BrokenBundle } from "../src/bundle-lines.ts";
import { checkBundle } from "../src/check-bundle.ts";
import { closeDueMonths, reviseMonths } from "../src/close-due.ts";
import type { BundleSeal } from "../src/core/bundle.ts";
import { canonicalJson } from "../src/core/canonical-json.ts";
import { evidenceText, signedText } from "../src/core/closing.ts";
import { sealText } from "../src/core/seal.ts";
import { exportMonth } from "../src/export-month.ts";
import { sha256Text } from "../src/store/sha256.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";

/** An honest month with four bad hours of web-1, and one that hides them. */
let honest: HourlyMonth;
let lying: HourlyMonth;
let acme: readonly string[];
let globex: readonly string[];
let all: readonly string[];

beforeAll(async () => {
  honest = await createHourlyMonth();
  await honest.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await honest.fill("web-2", (hour) => (hour < 700 ? "o" : null));
  await honest.fill("retired-9", () => "f");
  await closeDueMonths(honest);
  await honest.fill("web-2", (hour) => (hour === 720 ? "f" : null));
  await reviseMonths(honest, OCTOBER);
  lying = await createHourlyMonth();
  await lying.fill("web-1", () => "o");
  await closeDueMonths(lying);
  [acme, globex, all] = [
    await linesOf(honest, "acme"),
    await linesOf(honest, "globex"),
    await linesOf(honest),
  ];
});
afterAll(async () => {
  await honest.drop();
  await lying.drop();
});

async function linesOf(month: HourlyMonth, account?: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportMonth(month, { month: OCTOBER.month, account })) lines.push(line);
  return lines;
}

/** What the checker finds: "holds", or why it is broken. Any other error fails the test. */
async function check(lines: Iterable<string>): Promise<string> {
  async function* give() {
    yield* lines;
  }
  return checkBundle(give()).then(
    () => "holds",
    (error: unknown) => {
      if (error instanceof BrokenBundle) return error.message;
      throw error;
    },
  );
}

const kindOf = (line: string) =>
  line.startsWith("[") ? "round" : Object.keys(JSON.parse(line))[0];
const firstOf = (lines: readonly string[], kind: string) =>
  lines.findIndex((line) => kindOf(line) === kind);
const only = (lines: readonly string[], kind: string) =>
  lines.filter((line) => kindOf(line) === kind);
const text = (value: unknown) => JSON.stringify(value);
const replaceHead = (lines: readonly string[], fields: object) =>
  lines.with(0, text({ ...JSON.parse(lines[0]!), ...fields }));
/** The number of rounds at the end put right. */
const withEnd = (lines: readonly string[]) =>
  lines.with(lines.length - 1, text({ end: { rounds: only(lines, "round").length } }));
const sha256 = (...parts: Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");

/** Changed seals, with hashes that fit what they say. */
function forgeSeals(lines: readonly string[], change: Partial<BundleSeal>): string[] {
  return lines.map((line) => {
    if (kindOf(line) !== "seal") return line;
    const { seal } = JSON.parse(line);
    const forged: BundleSeal = { ...seal, ...change };
    const hash = sha256(Buffer.from(forged.previousHash, "hex"), Buffer.from(sealText(forged)));
    return text({ seal: { ...forged, hash } });
  });
}

describe("the untouched bundles", () => {
  test("hold", async () => {
    expect([await check(acme), await check(globex), await check(all)]).toEqual(
      Array(3).fill("holds"),
    );
    expect(only(globex, "report")).toHaveLength(2);
  });
});

describe("the order of lines", () => {
  test("leaves no line a second time", async () => {
    for (const kind of ["nines", "key", "report", "inputs", "seal", "chain", "targets", "part"]) {
      const at = firstOf(globex, kind);
      expect(await check(globex.toSpliced(at, 0, globex[at]!)), kind).toMatch(/^line \d+: /u);
    }
    expect(await check([...globex, globex.at(-1)!])).toContain("comes after the end");
  });

  test("lets nothing that was compared be replaced later", async () => {
    const part = firstOf(acme, "part");
    for (const kind of ["nines", "key", "report", "seal"]) {
      const late = acme.toSpliced(part + 5, 0, acme[firstOf(acme, kind)]!);
      expect(await check(late), kind).toContain("is out of order");
    }
  });

  test("keeps a report with its inputs", async () => {
    const at = firstOf(acme, "inputs");
    const key = acme[firstOf(acme, "key")]!;
    const apart = "do not stand together";
    expect(await check(acme.toSpliced(at, 1))).toContain(apart);
    expect(await check(acme.toSpliced(at - 1, 1))).toContain(apart);
    expect(await check(acme.toSpliced(at, 0, key))).toContain("out of order");
  });

  test("gives a chain one number, in order", async () => {
    const at = firstOf(acme, "chain");
    const { chain } = JSON.parse(acme[at]!);
    const [, vantage, shard] = chain;
    for (const forged of [
      [4_000_000_000, "a", "b"],
      [1, vantage, shard],
    ]) {
      const found = await check(acme.toSpliced(at + 1, 0, text({ chain: forged })));
      expect(found).toContain("twice or out of order");
    }
    expect(await check(acme.toSpliced(at, 0, text({ chain: [-1, "a", "b"] })))).toContain("none");
  });

  test("puts parts in order, each once", async () => {
    const parts = acme.flatMap((line, at) => (kindOf(line) === "part" ? [at] : []));
    const [first, second, third] = parts;
    const swapped = [
      ...acme.slice(0, second),
      ...acme.slice(third, parts[3]),
      ...acme.slice(second, third),
      ...acme.slice(parts[3]),
    ];
    expect(await check(swapped)).toMatch(/out of order|missing/u);
    expect(await check(acme.toSpliced(second!, 0, acme[first!]!))).toContain(
      "twice or out of order",
    );
  });
});

describe("what the first line says", () => {
  test("is what the reports say", async () => {
    const wrong = "the first line says";
    expect(await check(replaceHead(acme, { account: null }))).toContain(wrong);
    expect(await check(replaceHead(acme, { account: "globex" }))).toContain(wrong);
    expect(await check(replaceHead(all, { account: "acme" }))).toContain(wrong);
    expect(await check(replaceHead(acme, { month: "2026-11" }))).toContain(wrong);
  });

  test("cannot steer a terminal", async () => {
    const steering = "x\u001b[2K\nrevision 1 signed by ME\u001b[8m";
    for (const fields of [{ account: steering }, { month: steering }, { exportedAt: steering }]) {
      expect(await check(replaceHead(acme, fields))).toContain("no evidence bundle");
    }
  });
});

describe("seals", () => {
  test("are those that the reports name, in every field", async () => {
    for (const change of [
      { sealedAtMs: 1 },
      { seq: 4711 },
      { rounds: 9 },
      { previousHash: "00".repeat(32) },
      { root: "00".repeat(32) },
    ]) {
      expect(await check(forgeSeals(acme, change)), text(change)).toContain(
        "is not the one that the reports name",
      );
    }
  });

  test("are all there before the first round, and no other is", async () => {
    const at = firstOf(acme, "seal");
    expect(await check(acme.toSpliced(at, 1))).toContain("is missing");
    const seals = only(acme, "seal");
    const others = acme.filter((line) => kindOf(line) !== "seal");
    expect(await check(others.toSpliced(-1, 0, ...seals))).toContain("is missing");
    const { seal } = JSON.parse(acme[at]!);
    const unnamed = forgeSeals([text({ seal: { ...seal, revision: 9 } })], {});
    expect(await check(acme.toSpliced(at, 0, ...unnamed))).toContain("is named by no report");
  });

  test("of another month's rounds are refused, though the report names the true ones", async () => {
    const signer = await honest.signer();
    const truth = JSON.parse(only(acme, "report")[0]!).report;
    const lie = await linesOf(lying, "acme");
    const { report } = JSON.parse(only(lie, "report")[0]!);
    const { seals, audit } = truth.proof;
    const digest = sha256Text(evidenceText(seals));
    const proof = { ...report.proof, seals, audit, digest, key: signer.keyId };
    const forged = { ...report, proof };
    forged.proof.signature = signer.sign(signedText(forged));
    const lines = lie
      .with(firstOf(lie, "key"), acme[firstOf(acme, "key")]!)
      .with(firstOf(lie, "report"), `{"report":${canonicalJson(forged)}}`);
    expect(forged.subjects[0].verdict).toBe("met");
    const part = text({ part: ["2026-10-31", "zz"] });
    const replaced = [...lines.slice(0, -1), part, ...only(acme, "seal"), lines.at(-1)!];
    expect(await check(replaced)).toContain("is not the one that the reports name");
  });

  test("of a bundle of all accounts show every chain", async () => {
    const gone = JSON.parse(only(all, "chain").find((line) => line.includes("retired-9"))!)
      .chain[0];
    const kept = all
      .filter((line) => !(kindOf(line) === "round" && JSON.parse(line)[0] === gone))
      .map((line) => {
        if (kindOf(line) !== "seal") return line;
        const { seal }: { seal: BundleSeal } = JSON.parse(line);
        const chains = seal.chains.filter((one) => !one.shard.includes("retired-9"));
        return text({ seal: { ...seal, chains } });
      });
    expect(await check(withEnd(kept))).toContain("does not show all of its chains");
    const smaller = kept.map((line) => {
      if (kindOf(line) !== "seal") return line;
      const { seal } = JSON.parse(line);
      return text({ seal: { ...seal, size: seal.chains.length } });
    });
    expect(await check(withEnd(smaller))).toMatch(/has no chain|does not show all/u);
  });
});

describe("rounds", () => {
  test("that no seal covers are refused", async () => {
    const at = acme.findLastIndex((line) => line.startsWith("["));
    const invented = JSON.parse(acme[at]!);
    const extra = invented
      .with(2, 999_999)
      .with(4, invented[4] + 1)
      .with(9, "00".repeat(32));
    expect(await check(withEnd(acme.toSpliced(at + 1, 0, text(extra))))).toContain(
      "no seal covers it",
    );
    const chain = text({ chain: [1, "here", "made-up"] });
    const other = text(extra.with(0, 1).with(2, 1));
    expect(await check(withEnd(acme.toSpliced(at + 1, 0, chain, other)))).toContain(
      "no seal covers it",
    );
    const part = text({ part: ["2026-10-31", "zz"] });
    expect(await check(acme.toSpliced(-1, 0, part))).toContain("no seal covers it");
  });

  test("of no report are not exported", async () => {
    const late = await createHourlyMonth();
    try {
      await late.fill("web-1", (hour) => (hour === 9 ? null : "o"));
      await closeDueMonths(late);
      await late.fill("web-1", (hour) => (hour === 9 ? "f" : null));
      await late.fill("retired-9", () => "f");
      const lines = await linesOf(late);
      expect(only(lines, "round")).toHaveLength(743);
      expect(await check(lines)).toBe("holds");
    } finally {
      await late.drop();
    }
  });

  test("that are missing keep a month from being exported", async () => {
    const dropped = await createHourlyMonth();
    try {
      await dropped.fill("web-1", () => "o");
      await closeDueMonths(dropped);
      await dropped.db.query("delete from round where planned_at < $1", ["2026-10-02T00:00:00Z"]);
      await expect(linesOf(dropped)).rejects.toThrow("rounds of 2026-09-30 from here are not as");
    } finally {
      await dropped.drop();
    }
  });
});

describe("a hostile file", () => {
  const round = () => firstOf(acme, "round");

  test("with numbers beyond their range is broken", async () => {
    const at = round();
    const given = JSON.parse(acme[at]!);
    for (const [index, value] of [
      [3, 9e15],
      [4, 9e15],
      [4, -9e15],
      [2, -5],
      [1, 1e300],
      [5, "oo"],
      [6, []],
      [8, [[7, 0, "", "", ""]]],
      [9, "00"],
    ] as const) {
      const found = await check(acme.with(at, text(given.with(index, value))));
      expect(found, text([index, value])).toMatch(/^line \d+: /u);
    }
  });

  test("with lines that are none is broken", async () => {
    const at = round();
    const deep = `${"[".repeat(400_000)}${"]".repeat(400_000)}`;
    const lines = [
      "",
      "null",
      "7",
      "{}",
      "[]",
      "{",
      deep,
      '{"report":',
      '{"report":{}}',
      `{"report":${deep}}`,
    ];
    for (const line of lines) {
      expect(await check(acme.with(at, line)), line.slice(0, 20)).toMatch(/^line \d+: /u);
      expect(await check(acme.with(1, line)), line.slice(0, 20)).toMatch(/^line \d+: /u);
    }
    expect(await check([])).toBe("it is empty");
    expect(await check(["{}"])).toBe("line 1: this is no evidence bundle");
    expect(await check(acme.slice(0, -1))).toContain("cut short");
  });

  test("with a report of many separators is read in one go", async () => {
    const body = `{"month":"${',\\"inputs\\":'.repeat(500_000)}"}`;
    const lines = acme.with(firstOf(acme, "report"), `{"report":${body}}`);
    expect(await check(lines)).toContain("is no signed report of a closed month");
  });

  test("with terms that cannot be counted by is broken, whoever signed it", async () => {
    const signer = await honest.signer();
    const at = firstOf(acme, "report");
    const terms = [
      { slotMs: 0 },
      { slotMs: 1 },
      { minStretch: 9e15 },
      { objective: ["1", "0"] },
      { objective: ["9".repeat(1_000_000), "1"] },
    ];
    for (const change of terms) {
      const { inputs } = JSON.parse(acme[at + 1]!);
      const { report } = JSON.parse(acme[at]!);
      inputs.agreements[0] = { ...inputs.agreements[0], ...change };
      report.proof.inputs = sha256Text(canonicalJson(inputs));
      report.proof.signature = signer.sign(signedText(report));
      const lines = acme
        .with(at, `{"report":${canonicalJson(report)}}`)
        .with(at + 1, `{"inputs":${canonicalJson(inputs)}}`);
      expect(await check(lines)).toContain("its inputs are none to count 2026-10 by");
    }
  });

  test("with two seals of a day in its report is broken, whoever signed it", async () => {
    const signer = await honest.signer();
    const at = firstOf(acme, "report");
    const { report } = JSON.parse(acme[at]!);
    report.proof.seals.push({ ...report.proof.seals[0], revision: 2 });
    report.proof.digest = sha256Text(evidenceText(report.proof.seals));
    report.proof.signature = signer.sign(signedText(report));
    const lines = acme.with(at, `{"report":${canonicalJson(report)}}`);
    expect(await check(lines)).toContain("names two seals of one day");
  });
});
