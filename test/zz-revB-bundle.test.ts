import { createHash } from "node:crypto";
import { test } from "vitest";
import { checkBundle } from "../src/check-bundle.ts";
import { closeDueMonths, reviseMonths } from "../src/close-due.ts";
import { exportMonth } from "../src/export-month.ts";
import { merkleRoot } from "../src/core/merkle.ts";
import { leafBytes, sealText } from "../src/core/seal.ts";
import { roundText } from "../src/core/round-proof.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const sha = (...p: Uint8Array[]) => { const h = createHash("sha256"); for (const x of p) h.update(x); return h.digest(); };
async function closedMonth(): Promise<HourlyMonth> {
  const october = await createHourlyMonth();
  onEnd(october.drop);
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", (hour) => (hour < 700 ? "o" : null));
  await closeDueMonths(october);
  return october;
}
async function linesOf(o: HourlyMonth, account?: string) { const l: string[] = []; for await (const x of exportMonth(o, { month, account })) l.push(x); return l; }
async function* give(lines: readonly string[]) { yield* lines; }
async function outcome(name: string, lines: readonly string[]) {
  const t0 = performance.now();
  try { const r = await checkBundle(give(lines)); console.log(`ACCEPTED ${name}: head=${JSON.stringify(r.head)} rounds=${r.rounds} rev=${JSON.stringify(r.revisions)} ${(performance.now()-t0).toFixed(0)}ms`); }
  catch (e: any) { console.log(`refused  ${name}: ${e.constructor.name}: ${e.message.slice(0,200)} ${(performance.now()-t0).toFixed(0)}ms`); }
}
const P = (l: string) => JSON.parse(l);
const S = (v: unknown) => JSON.stringify(v);

test("forge", { timeout: 300000 }, async () => {
  const o = await closedMonth();
  const acme = await linesOf(o, "acme");
  const all = await linesOf(o);
  const isRound = (l: string) => l.startsWith("[");
  await outcome("plain acme", acme);
  // head forging
  await outcome("acme presented as all accounts", acme.with(0, S({ ...P(acme[0]!), account: null })));
  await outcome("acme presented as globex", acme.with(0, S({ ...P(acme[0]!), account: "globex" })));
  const partAt = acme.findIndex((l) => l.startsWith('{"part"'));
  await outcome("second head: other month after reports", acme.toSpliced(partAt, 0, S({ ...P(acme[0]!), month: "2027-03", account: "globex" })));
  // seal change
  const seals = acme.map((l, i) => [l, i] as const).filter(([l]) => l.startsWith('{"seal"'));
  const forgedSeals = acme.slice();
  for (const [l, i] of seals) { const { seal } = P(l); seal.sealedAtMs = 1; seal.seq += 1000; seal.previousHash = "00".repeat(32); seal.rounds = 9; seal.hash = sha(Buffer.from(seal.previousHash, "hex"), Buffer.from(sealText(seal))).toString("hex"); forgedSeals[i] = S({ seal }); }
  await outcome("every seal: other time, seq, previous, rounds count", forgedSeals);
  // extra rounds, covered by no seal
  const lastRound = acme.findLastIndex(isRound);
  const r = P(acme[lastRound]!);
  const extra = [...r]; extra[2] = 999999; extra[4] = r[4] + 1; extra[5] = "f"; extra[8] = [[0, 5, "", "", ""]]; extra[9] = "00";
  const end = (n: number) => S({ end: { rounds: n } });
  await outcome("an invented round that no seal covers", [...acme.slice(0, lastRound + 1), S(extra), end(745)]);
  const partOf = (ls: string[], at: number) => at;
  // rounds before reports, after...
  // duplicate seal trick: fabricate all rounds
  {
    const out: string[] = []; const fakeSeals: string[] = [];
    const head = acme.slice(0, acme.findIndex((l) => l.startsWith('{"seal"')));
    const realSeals = seals.map(([l]) => l);
    // fabricate: every round other latency/address/details text and storedAt, outcomes kept => same figures, without the key
    let prev = Buffer.alloc(0); let targets: string[] = []; let chain: any; const byDay = new Map<string, { hashes: Buffer[]; last: number }>(); let day = "";
    const body: string[] = [];
    for (const l of acme.slice(partAt)) {
      if (!isRound(l)) { const v = P(l); if (v.part) day = v.part[0]; if (v.chain) chain = v.chain; if (v.targets) targets = v.targets[1]; body.push(l); continue; }
      const v = P(l); v[3] = v[4] + 1000; v[7] = [1]; v[8] = v[8].map((d: any) => [d[0], d[1], "invented", "req-forged", "203.0.113.9"]);
      v[9] = prev.toString("hex");
      const text = roundText({ vantage: chain[1], shard: chain[2], plannedAtMs: v[4], targets, outcomes: v[5], offsetsMs: v[6], latenciesUs: v[7] } as any, v[8], { seq: v[2], storedAtMs: v[3] });
      prev = sha(prev, Buffer.from(text));
      const d = byDay.get(day) ?? { hashes: [], last: 0 }; d.hashes.push(prev); d.last = Math.max(d.last, v[2]); byDay.set(day, d);
      body.push(S(v));
    }
    for (const l of realSeals) { const { seal } = P(l); const d = byDay.get(seal.day)!; const c = { vantage: chain[1], shard: chain[2], rounds: d.hashes.length, lastSeq: d.last, root: Buffer.from(merkleRoot(d.hashes, sha)).toString("hex") };
      const root = Buffer.from(merkleRoot([leafBytes(c)], sha)).toString("hex");
      const f = { ...seal, root, size: 1, chains: [{ ...c, index: 0, path: [] }] }; f.hash = sha(Buffer.from(f.previousHash, "hex"), Buffer.from(sealText(f))).toString("hex"); fakeSeals.push(S({ seal: f })); }
    await outcome("ALL rounds replaced, fake seals first and the real ones after the rounds (no key)", [...head, ...fakeSeals, ...body.slice(0, -1), S({ part: ["2026-10-31", "zz"] }), ...realSeals, body.at(-1)!]);
  }
  {
    // with the key, and real seals that somebody else holds
    const { canonicalJson } = await import("../src/core/canonical-json.ts");
    const { signedText, evidenceText } = await import("../src/core/closing.ts");
    const { sha256Text } = await import("../src/signature.ts");
    const bad = await createHourlyMonth(); onEnd(bad.drop);
    await bad.fill("web-1", () => "o");
    await closeDueMonths(bad);
    const lie = await linesOf(bad, "acme");
    const signer = await o.signer();
    const honest = JSON.parse(acme.find((l) => l.startsWith('{"report"'))!);
    const fake = JSON.parse(lie.find((l) => l.startsWith('{"report"'))!);
    const rep = fake.report; rep.proof.seals = honest.report.proof.seals; rep.proof.digest = sha256Text(evidenceText(rep.proof.seals)); rep.proof.key = signer.keyId; rep.proof.audit = honest.report.proof.audit;
    rep.proof.signature = signer.sign(signedText(rep));
    const lp = lie.findIndex((l) => l.startsWith('{"part"'));
    const out = [acme[0]!, S({ key: { id: signer.keyId, publicKey: signer.publicKey } }), `{"report":${canonicalJson(rep)},"inputs":${canonicalJson(fake.inputs)}}`,
      ...lie.filter((l) => l.startsWith('{"seal"')), ...lie.slice(lp, -1), S({ part: ["2026-10-31", "zz"] }), ...seals.map(([l]) => l), lie.at(-1)!];
    console.log("honest", honest.report.subjects[0].availabilityPercent, honest.report.subjects[0].verdict, "lie", rep.subjects[0].availabilityPercent, rep.subjects[0].verdict);
    await outcome("with the key: 4 bad hours gone, the report names the true (anchored) seals", out);
  }
  // all-accounts: drop a chain that does not matter / check size
  await october2();
  // reports after rounds
  // negative / weird chain numbers
  await outcome("chain number 4e9 (sparse)", acme.toSpliced(partAt, 0, S({ chain: [4_000_000_000, "a", "b"] })).slice(0, partAt + 40));
  await outcome("chain number -1", acme.toSpliced(partAt, 0, S({ chain: [-1, "a", "b"] })));
  await outcome("planned out of range", [...acme.slice(0, lastRound), S(Object.assign([...r], { 4: 9e15 })), end(744)]);
  await outcome("seq negative extra", [...acme.slice(0, lastRound + 1), S(Object.assign([...extra], { 2: -5 })), end(745)]);
  await outcome("no parts", [...acme.slice(0, partAt), end(0)]);
  await outcome("__proto__ head", acme.with(0, acme[0]!.replace("{", '{"__proto__":{"a":1},')));
  await outcome("escape codes in account", acme.with(0, S({ ...P(acme[0]!), account: "x\u001b[2K\nrevision 1 signed by REALKEY\u001b[8m" })));

  async function october2() {
    const x = await createHourlyMonth();
    onEnd(x.drop);
    await x.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
    await x.fill("web-2", () => "o");
    await x.fill("retired-9", () => "f");
    await closeDueMonths(x);
    const lines = await linesOf(x);
    await outcome("whole month", lines);
    // leave out everything of retired-9
    let skip = false; const kept: string[] = []; let num = -1; let n = 0;
    for (const l of lines) {
      if (l.startsWith('{"seal"')) { const { seal } = P(l); seal.chains = seal.chains.filter((c: any) => c.shard !== "3600s-retired-9"); kept.push(S({ seal })); continue; }
      if (l.startsWith('{"chain"') && P(l).chain[2] === "3600s-retired-9") { num = P(l).chain[0]; continue; }
      if (isRound(l)) { if (P(l)[0] === num) continue; n += 1; }
      if (l.startsWith('{"end"')) { kept.push(end(n)); continue; }
      kept.push(l);
    }
    await outcome("all accounts, a whole chain left out (seal size 3, 2 shown)", kept);
    // revisions
    await x.fill("web-2", () => null);
    await x.db.query("select 1");
    await x.fill("web-1", () => null);
    // late failing result -> revision 2
    const { storeRounds } = await import("../src/store/rounds.ts"); const { settle } = await import("../src/settle.ts");
    await storeRounds(x.store, [{ vantage: "here", shard: "late", plannedAtMs: OCTOBER.fromMs + 300 * 3_600_000 + 60_000, targets: ["web-2"], outcomes: "f", offsetsMs: [1], latenciesUs: [1], details: [{ index: 0, reason: "connect-timeout" }] }] as any, x.clock.nowMs());
    await settle({ db: x.db, clock: x.clock });
    await reviseMonths(x, OCTOBER);
    const two = await linesOf(x, "globex");
    const reps = two.map((l, i) => [l, i] as const).filter(([l]) => l.startsWith('{"report"'));
    console.log("revisions", reps.length);
    await outcome("two revisions", two);
    if (reps.length > 1) await outcome("newest revision dropped", two.toSpliced(reps[1]![1], 1));
  }
});
