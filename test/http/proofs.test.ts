import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { problemAnswer } from "../../src/http/answers.ts";
import { roundProofAnswer, sealAnswer } from "../../src/http/proofs.ts";
import { rootFromPath } from "../../src/core/merkle.ts";
import { sealDays } from "../../src/seal.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { sha256 } from "../../src/store/sha256.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DAY_MS, NOON, testRound } from "../helpers/rounds.ts";

const CONFIG = `version: 1
vantages: [{ id: a }]
accounts: [{ id: acme }, { id: globex }]
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: web-2, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: api-1, product: ecs, region: cn-hangzhou, account: globex, probe: { kind: tcp, address: "127.0.0.1:1" } }
`;

let served: TestApp;
beforeAll(async () => {
  const clock = testClock(NOON + DAY_MS);
  served = await createTestApp({ config: CONFIG, clock });
  const { store } = served;
  const round = (at: number, shard: string, targets: string[]) =>
    testRound({
      plannedAtMs: NOON + at * 15_000,
      shard,
      targets,
      outcomes: "f".repeat(targets.length),
    });
  await storeRounds(
    store,
    [0, 1, 2, 3, 4].flatMap((at) => [
      round(at, "15s-0", ["web-1", "web-2"]),
      round(at, "15s-1", ["web-1", "api-1"]),
      round(at, "15s-2", ["web-1", "gone"]),
    ]),
    NOON,
  );
  await sealDays({ db: store.db, clock });
  await storeRounds(store, [round(-1, "15s-0", ["web-1", "web-2"])], NOON);
  await sealDays({ db: store.db, clock });
  await store.db.query(
    `insert into anchor select day, revision, 'far', 'file', to_timestamp(1800000000), 'abc' from seal where revision = 1`,
  );
});
afterAll(() => served.close());

async function get<Body>(url: string, expected = 200): Promise<Body> {
  const answer = await served.app.inject(`/api/v1/proofs/${url}`);
  expect(answer.statusCode, answer.body).toBe(expected);
  const schemas = url.includes("/rounds") ? roundProofAnswer : sealAnswer;
  const schema = expected === 200 ? schemas : problemAnswer;
  expect(schema.parse(answer.json())).toEqual(answer.json());
  return answer.json<Body>();
}

type Day = {
  root: string;
  hash: string;
  previousHash: string | null;
  text: string;
  revision: number;
  chains: { shard: string }[];
  revisions: { revision: number; hash: string }[];
};
type Path = { leaf: string; index: number; size: number; path: string[]; root: string };
type Proof = {
  text: string | null;
  hash: string;
  previousHash: string;
  inChain: Path;
  inDay: Path;
};

const bytes = (text: string) => Buffer.from(text.replace("sha256:", ""), "hex");
const climb = (leaf: Buffer, { index, size, path }: Path) =>
  Buffer.from(rootFromPath(leaf, { index, size, path: path.map(bytes) }, sha256)!).toString("hex");

test("a day's newest seal, with the revisions before it and their anchors", async () => {
  const day = await get<Day>("2026-10-15");
  expect(day).toMatchObject({
    day: "2026-10-15",
    revision: 2,
    seq: 2,
    rounds: 16,
    sealedAt: "2026-10-16T12:00:00.000Z",
    chains: [
      { vantage: "a", shard: "15s-0", rounds: 6, lastSeq: 6 },
      { vantage: "a", shard: "15s-1", rounds: 5, lastSeq: 5 },
      { vantage: "a", shard: "15s-2", rounds: 5, lastSeq: 5 },
    ],
    revisions: [
      { revision: 1, rounds: 15 },
      { revision: 2, rounds: 16 },
    ],
    anchors: [
      { revision: 1, name: "far", kind: "file", at: "2027-01-15T08:00:00.000Z", receipt: "YWJj" },
    ],
  });
  const [before, now] = day.revisions;
  expect([before?.hash, now?.hash]).toEqual([day.previousHash, day.hash]);
  const hash = createHash("sha256").update(bytes(day.previousHash!)).update(day.text).digest("hex");
  expect(day.hash).toBe(`sha256:${hash}`);
  expect(JSON.parse(day.text).at(-1)).toBe(day.root.replace("sha256:", ""));
});

test("an earlier revision, as it was", async () => {
  const day = await get<Day>("2026-10-15?revision=1");
  expect(day).toMatchObject({ revision: 1, rounds: 15, previousHash: null });
  expect(day.hash).toBe(`sha256:${createHash("sha256").update(day.text).digest("hex")}`);
});

test.each([1, 2])("a round's proof leads to the root of revision %i", async (revision) => {
  const { root } = await get<Day>(`2026-10-15?revision=${revision}`);
  const query = `vantage=a&shard=15s-0&plannedAt=2026-10-15T12:00:30Z&revision=${revision}`;
  const proof = await get<Proof>(`2026-10-15/rounds?${query}`);
  const hash = createHash("sha256").update(bytes(proof.previousHash)).update(proof.text!).digest();
  expect(hash.toString("hex")).toBe(proof.hash);
  expect(climb(hash, proof.inChain)).toBe(proof.inChain.root);
  expect(JSON.parse(proof.inDay.leaf).at(-1)).toBe(proof.inChain.root);
  expect(`sha256:${climb(Buffer.from(proof.inDay.leaf), proof.inDay)}`).toBe(root);
  expect(proof.text).toContain('"web-2"');
});

test.each([
  ["2026-10-14", 404, "there is no seal of 2026-10-14"],
  ["2026-10-15?revision=3", 404, "there is no revision 3 of the seal of 2026-10-15"],
  ["2026-10-32", 400, "must be a UTC day such as 2026-10-01"],
  ["2026-10-15?revision=0", 400, "revision"],
  ["2026-10-15/rounds?vantage=a&shard=15s-0", 400, "plannedAt"],
  [
    "2026-10-15/rounds?vantage=a&shard=15s-0&plannedAt=2026-10-16T00:00:00Z",
    400,
    "must lie on the day that the path names, in UTC",
  ],
  [
    "2026-10-15/rounds?vantage=a&shard=15s-0&plannedAt=2026-10-15T12:00:31Z",
    404,
    "no round of a/15s-0 planned at 2026-10-15T12:00:31.000Z is stored",
  ],
  [
    "2026-10-15/rounds?vantage=a&shard=15s-0&plannedAt=2026-10-15T11:59:45Z&revision=1",
    404,
    "that round was stored after revision 1 of the seal of 2026-10-15 was made",
  ],
])("%s is answered with %i", async (url, status, detail) => {
  const problem = await get<{ detail: string }>(url, status);
  expect(problem.detail).toContain(detail);
});

test("a round's text is for those who may see it whole", async () => {
  const clock = testClock(NOON + DAY_MS);
  const tokens = {
    viewer: await giveToken(served, { role: "viewer" }, clock),
    acme: await giveToken(served, { role: "account-manager", accounts: ["acme"] }, clock),
    globex: await giveToken(served, { role: "account-manager", accounts: ["globex"] }, clock),
    both: await giveToken(served, { role: "account-manager", accounts: ["acme", "globex"] }, clock),
  };
  const seen: Record<string, string[]> = {};
  for (const [who, token] of Object.entries(tokens)) {
    seen[who] = [];
    for (const shard of ["15s-0", "15s-1", "15s-2"]) {
      const url = `/api/v1/proofs/2026-10-15/rounds?vantage=a&shard=${shard}&plannedAt=2026-10-15T12:00:00Z`;
      const answer = await served.app.inject({ url, headers: bearer(token) });
      expect(answer.statusCode).toBe(200);
      const proof = answer.json<Proof>();
      expect(climb(bytes(proof.hash), proof.inChain)).toBe(proof.inChain.root);
      if (proof.text !== null) seen[who].push(shard);
    }
    const day = await served.app.inject({
      url: "/api/v1/proofs/2026-10-15",
      headers: bearer(token),
    });
    expect(day.statusCode).toBe(200);
  }
  // Of a target that is not in the configuration any more nobody knows whose it was.
  expect(seen).toEqual({
    viewer: ["15s-0", "15s-1", "15s-2"],
    acme: ["15s-0"],
    globex: [],
    both: ["15s-0", "15s-1"],
  });
  for (const url of [
    "2026-10-15",
    "2026-10-15/rounds?vantage=a&shard=b&plannedAt=2026-10-15T12:00:00Z",
  ]) {
    expect((await served.app.inject(`/api/v1/proofs/${url}`)).statusCode).toBe(401);
  }
});
