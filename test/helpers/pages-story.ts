import { SYSTEM } from "../../src/core/access.ts";
import { closeMonth } from "../../src/close-month.ts";
import { approveExclusion, proposeExclusion } from "../../src/exclude.ts";
import { handleMalfunction, openMalfunction } from "../../src/handle-malfunction.ts";
import type { HttpDeps } from "../../src/http/deps.ts";
import { saveLetter } from "../../src/store/letters.ts";
import { giveToken } from "./access.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "./hourly-month.ts";
import { outageMalfunction } from "./malfunctions.ts";
import { testMessage } from "./message.ts";

const HOUR_MS = 3_600_000;
/** Of a name that must not become a part of a page. */
export const EVIL = "<script>alert(1)</script>";

/** Acme missed October by one target, another account met it, and a third one has a hostile name. */
const CONFIG = `
version: 1
timeZone: Asia/Shanghai
publicUrl: https://nines.example.com
vantages: [{ id: here, controls: [] }]
accounts:
  - { id: acme, name: Acme Retail, currency: CNY, contacts: [sla@acme.example] }
  - { id: globex, name: Globex Travel, currency: JPY }
  - { id: mallory, name: "${EVIL}" }
channels:
  - { id: mail, kind: email, server: "127.0.0.1:1", security: none, from: nines@example.com,
      to: [ops@example.com] }
reportMail: { channel: mail }
agreements:
  - id: hourly
    from: 2026-01-01
    objective: "99.5"
    method: all-failed
    slot: 1h
    credits: [{ below: "99.5", credit: 10 }, { below: "99", credit: 25 }]
  - id: hourly
    from: 2027-01-01
    objective: "99.9"
    method: all-failed
    slot: 1h
defaults: { interval: 1h, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      monthlyFee: "1200.00", probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: web-2, product: ecs, region: cn-shanghai, account: acme, agreements: [hourly],
      monthlyFee: "800.00", probe: { kind: tcp, address: "127.0.0.1:2" } }
  - { id: db-1, product: rds, region: cn-shanghai, account: globex, agreements: [hourly],
      monthlyFee: "999", probe: { kind: tcp, address: "127.0.0.1:3" } }
  - { id: evil-1, product: oss, region: cn-beijing, account: mallory, agreements: [hourly],
      probe: { kind: tcp, address: "127.0.0.1:4" } }
`;

export const WHO = ["viewer", "sre", "approver", "admin", "acme", "globex"] as const;
export type Who = (typeof WHO)[number];

export type Story = {
  readonly served: TestApp;
  readonly month: HourlyMonth;
  readonly tokens: Readonly<Record<Who, string>>;
  /** Proposed by the SRE, and approved by the approver. */
  readonly exclusions: { readonly proposed: number; readonly planned: number };
  readonly malfunctions: { readonly measured: number; readonly told: number };
  readonly close: () => Promise<void>;
};

/** October closed with something missed, things proposed, open and written, and one who reads for each role. */
export async function tellStory(more: Partial<HttpDeps> = {}): Promise<Story> {
  const month = await createHourlyMonth(CONFIG);
  const { clock, store, signer, config, db } = month;
  await month.fill("web-1", (hour) => (hour >= 100 && hour < 106 ? "f" : "o"));
  for (const target of ["web-2", "db-1", "evil-1"]) await month.fill(target, () => "o");
  for (const target of ["web-1", "db-1"]) {
    await month.fill(target, () => "o", { from: 744, until: 780 });
  }
  const outage = {
    fromMs: OCTOBER.fromMs + 100 * HOUR_MS,
    untilMs: OCTOBER.fromMs + 106 * HOUR_MS,
  };
  const measured = await outageMalfunction(month, {
    ...outage,
    outages: [{ account: "acme", subject: "web-1", targets: ["web-1"] }],
  });
  const deps = { db, clock, config };
  const review = {
    cause: "A switch lost its power.",
    impact: "All requests.",
    resolution: "Replaced.",
  };
  await handleMalfunction(deps, { id: measured, step: { verb: "review", ...review } }, SYSTEM);
  await handleMalfunction(deps, { id: measured, step: { verb: "close" } }, SYSTEM);
  await closeMonth(month, { month: OCTOBER.month, by: SYSTEM, afresh: false });
  const told = await openMalfunction(
    deps,
    { title: `Slow ${EVIL}`, level: "P2", account: "acme" },
    SYSTEM,
  );
  const served = await createTestApp({
    config: "version: 1",
    clock,
    deps: { store, signer, config: () => config, ...more },
  });
  const give = (role: Who) =>
    role === "acme" || role === "globex"
      ? giveToken(
          { store, config },
          { role: "account-manager", accounts: [role], name: role },
          clock,
        )
      : giveToken({ store, config }, { role, name: role }, clock);
  const tokens = Object.fromEntries(
    await Promise.all(WHO.map(async (role) => [role, await give(role)])),
  ) as Record<Who, string>;
  const as = (name: string, role: "sre" | "approver") =>
    ({ name: `token:${name}`, role, accounts: null, origin: "test" }) as const;
  const propose = (changes: object) =>
    proposeExclusion(
      deps,
      {
        kind: "maintenance",
        scope: { targets: ["web-1"] },
        from: "2026-10-05T04:00:00+08:00",
        until: "2026-10-05T10:00:00+08:00",
        reason: `Cut-over ${EVIL}`,
        evidence: "https://status.example.com/1",
        ...changes,
      },
      as("sre", "sre"),
    );
  const proposed = await propose({});
  const planned = await propose({
    scope: { products: ["rds"] },
    from: "2026-11-08T02:00:00+08:00",
    until: "2026-11-08T04:00:00+08:00",
    recurrence: { rrule: "FREQ=WEEKLY;BYDAY=SU", timeZone: "Asia/Shanghai" },
    reason: "Weekly patches",
    evidence: "CHG-17",
  });
  await approveExclusion(deps, { id: planned.id }, as("approver", "approver"));
  await saveLetter(db, {
    channel: "inbox",
    message: testMessage({ title: `web-1 is down ${EVIL}`, labels: { account: "acme" } }),
    messageId: null,
    accounts: ["acme"],
    atMs: clock.nowMs(),
  });
  return {
    served,
    month,
    tokens,
    exclusions: { proposed: proposed.id, planned: planned.id },
    malfunctions: { measured, told: told.malfunction.id },
    close: async () => {
      await served.close();
      await month.drop();
    },
  };
}
