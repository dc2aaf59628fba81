import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { alertmanager } from "../../src/notify/alertmanager.ts";
import type { Message } from "../../src/core/message.ts";
import { startAlertmanager } from "../helpers/alertmanager.ts";
import type { Alertmanager } from "../helpers/alertmanager.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { testClock } from "../helpers/clock.ts";
import { startHttpServer } from "../helpers/http-server.ts";
import type { HttpServer } from "../helpers/http-server.ts";
import { testMessage } from "../helpers/message.ts";
import { freePort } from "../helpers/ports.ts";
import { has } from "../helpers/programs.ts";
import { waitFor } from "../helpers/wait.ts";

const cleanUp = cleanUpAfterEach();
const nowMs = Date.parse("2026-10-01T08:05:20Z");
const saveLetter = () => Promise.resolve();

type Alert = {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
};

/** As the webhook is told. */
type ToldAlert = Alert & { readonly status: string };

type Settings = Parameters<typeof alertmanager.send>[1];

function settingsOf(url: string): Settings {
  return { id: "am", kind: "alertmanager", url };
}

describe("what is sent", () => {
  async function alertsOf(
    message: Message,
    reference: string | null = null,
  ): Promise<{ alerts: Alert[]; reference: string | null }> {
    const server = await startHttpServer((_request, response) => response.end());
    cleanUp(server.close);
    const deps = { clock: testClock(nowMs), saveLetter };
    const sent = await alertmanager.send(deps, settingsOf(server.url), { message, reference });
    return {
      alerts: JSON.parse(server.seen[0]?.body.toString() ?? "[]") as Alert[],
      reference: sent.outcome === "sent" ? sent.reference : null,
    };
  }

  test("an open alert says what and where, and ends far ahead unless it is told again", async () => {
    const { alerts, reference } = await alertsOf(testMessage({ more: 2 }));
    const labels = {
      alertname: "NinesOutage",
      severity: "critical",
      topic: "outage",
      thread: "nines-thread-4",
      product: "ecs",
      region: "cn-beijing",
      account: "main",
    };
    expect(alerts).toEqual([
      {
        labels,
        annotations: {
          summary: "ECS in cn-beijing does not answer",
          description: [
            "3 instances of ECS in cn-beijing have not answered since 08:00.",
            "Level: P1",
            "Respond by: 08:20",
            "- ecs/cn-beijing/i-1",
            "- ecs/cn-beijing/i-2",
            "- … and 2 more",
          ].join("\n"),
          level: "P1",
          message: "nines-message-17",
          url: "https://nines.example.com/malfunctions/7",
        },
        startsAt: "2026-10-01T08:00:00.000Z",
        endsAt: "2026-10-31T08:05:20.000Z",
        generatorURL: "https://nines.example.com/malfunctions/7",
      },
    ]);
    expect(JSON.parse(reference ?? "")).toEqual(labels);
  });

  test("without an address of the pages there is none", async () => {
    const { alerts } = await alertsOf(testMessage({ url: null, level: null }));
    expect(alerts[0]).not.toHaveProperty("generatorURL");
    expect(Object.keys(alerts[0]?.annotations ?? {})).toEqual([
      "summary",
      "description",
      "message",
    ]);
  });

  test("an outage that grows over a second region stays the same alert", async () => {
    const first = await alertsOf(testMessage());
    const wider = testMessage({
      id: "nines-message-18",
      status: "resolved",
      labels: { product: "ecs" },
      until: "2026-10-01T08:30:00.000Z",
    });
    const second = await alertsOf(wider, first.reference);
    expect(second.alerts).toHaveLength(1);
    expect(second.alerts[0]?.labels).toEqual(first.alerts[0]?.labels);
    expect(second.alerts[0]?.endsAt).toBe("2026-10-01T08:30:00.000Z");
  });

  test("another severity is another alert, and the old one ends with it", async () => {
    const first = await alertsOf(testMessage({ severity: "warning" }));
    const worse = testMessage({ status: "update", at: "2026-10-01T08:10:00.000Z" });
    const second = await alertsOf(worse, first.reference);
    expect(second.alerts.map(({ labels, endsAt }) => [labels["severity"], endsAt])).toEqual([
      ["warning", "2026-10-01T08:10:00.000Z"],
      ["critical", "2026-10-31T08:05:20.000Z"],
    ]);
    const over = testMessage({ status: "resolved", until: "2026-10-01T08:30:00.000Z" });
    const third = await alertsOf(over, second.reference);
    expect(third.alerts.map(({ labels, endsAt }) => [labels["severity"], endsAt])).toEqual([
      ["critical", "2026-10-01T08:30:00.000Z"],
    ]);
  });

  test("a reference that is none of ours is left alone", async () => {
    const { alerts } = await alertsOf(testMessage({ status: "update" }), "<what@ever>");
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.labels).toMatchObject({ alertname: "NinesOutage", product: "ecs" });
  });

  test("what stands alone is an alert of its own, and over within the hour", async () => {
    const notice = testMessage({ status: "notice", topic: "month-closed", severity: "info" });
    const { alerts } = await alertsOf(notice);
    expect(alerts[0]).toMatchObject({
      labels: { alertname: "NinesMonthClosed", message: "nines-message-17", severity: "info" },
      endsAt: "2026-10-01T09:05:20.000Z",
    });
  });

  test("an end before the start becomes the start, else it would be refused", async () => {
    const { alerts } = await alertsOf(
      testMessage({ status: "resolved", until: "2026-10-01T07:59:00.000Z" }),
    );
    expect(alerts[0]?.endsAt).toBe("2026-10-01T08:00:00.000Z");
  });

  test("no label of a message takes the place of our own", async () => {
    const { alerts } = await alertsOf(
      testMessage({ labels: { alertname: "Other", severity: "none", thread: "x" } }),
    );
    expect(alerts[0]?.labels).toEqual({
      alertname: "NinesOutage",
      severity: "critical",
      topic: "outage",
      thread: "nines-thread-4",
    });
  });

  test("a long description is cut where it shows", async () => {
    const members = Array.from({ length: 5_000 }, (_, index) => `ecs/cn-beijing/i-${index}`);
    const { alerts } = await alertsOf(testMessage({ members }));
    const description = alerts[0]?.annotations["description"] ?? "";
    expect(description.length).toBeLessThan(8_001);
    expect(description).toMatch(/\n- … and \d+ more$/);
  });

  test("a token is sent, and no answer holds it", async () => {
    const server = await startHttpServer((_request, response) => {
      response.statusCode = 401;
      response.end("Bearer t0ken is wrong");
    });
    cleanUp(server.close);
    const deps = { clock: testClock(nowMs), saveLetter };
    const settings: Settings = { ...settingsOf(`${server.url}/prefix/`), token: "t0ken" };
    const sent = await alertmanager.send(deps, settings, {
      message: testMessage(),
      reference: null,
    });
    expect(sent).toEqual({ outcome: "permanent", detail: "status 401" });
    expect(server.seen[0]).toMatchObject({
      method: "POST",
      url: "/prefix/api/v2/alerts",
      headers: { authorization: "Bearer t0ken" },
    });
  });

  test("a failing Alertmanager, or none, is tried again", async () => {
    const server = await startHttpServer((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    cleanUp(server.close);
    const deps = { clock: testClock(nowMs), saveLetter };
    const input = { message: testMessage(), reference: null };
    expect(await alertmanager.send(deps, settingsOf(server.url), input)).toMatchObject({
      outcome: "temporary",
      detail: "status 503",
    });
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await alertmanager.send(deps, settingsOf(url), input)).toMatchObject({
      outcome: "temporary",
      detail: "no answer: ECONNREFUSED",
    });
  });
});

describe.skipIf(!has("prometheus-alertmanager"))("a real Alertmanager", () => {
  let hook: HttpServer;
  let server: Alertmanager;
  beforeAll(async () => {
    hook = await startHttpServer((_request, response) => response.end());
    server = await startAlertmanager(`${hook.url}/hook`);
  });
  afterAll(async () => {
    await server?.kill();
    await hook?.close();
  });

  const clock = { nowMs: () => Date.now() };
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

  async function send(message: Message, reference: string | null): Promise<string | null> {
    const input = { message, reference };
    const sent = await alertmanager.send({ clock, saveLetter }, settingsOf(server.url), input);
    if (sent.outcome !== "sent") throw new Error(sent.detail);
    return sent.reference;
  }

  /** Active alerts of a thread. */
  async function active(thread: string): Promise<Alert[]> {
    const filter = encodeURIComponent(`thread="${thread}"`);
    const answer = await fetch(`${server.url}/api/v2/alerts?active=true&filter=${filter}`);
    return (await answer.json()) as Alert[];
  }

  /** What the webhook was told of a thread: status and severity, in the order of coming. */
  function told(thread: string): { status: string; severity: string; level: string }[] {
    return hook.seen
      .flatMap(({ body }) => (JSON.parse(body.toString()) as { alerts: ToldAlert[] }).alerts)
      .filter(({ labels }) => labels["thread"] === thread)
      .map(({ status, labels, annotations }) => ({
        status,
        severity: labels["severity"] ?? "",
        level: annotations["level"] ?? "",
      }));
  }

  test("lists one alert through opening and change, and ends it", async () => {
    const thread = "nines-thread-1";
    const since = ago(300);
    const opened = testMessage({ thread, since, at: ago(290), level: "P2" });
    const reference = await send(opened, null);
    // A second attempt, as after an answer that was lost.
    await send(opened, null);
    await waitFor(() => told(thread).length === 1);
    const [listed, ...others] = await active(thread);
    expect(others).toEqual([]);
    expect(listed).toMatchObject({
      labels: { alertname: "NinesOutage", severity: "critical", region: "cn-beijing" },
      annotations: { level: "P2" },
      startsAt: since,
      generatorURL: "https://nines.example.com/malfunctions/7",
    });
    // Not by the resolve_timeout of five minutes.
    expect(Date.parse(listed?.endsAt ?? "")).toBeGreaterThan(Date.now() + 29 * 86_400_000);

    const update = testMessage({
      id: "nines-message-18",
      thread,
      since,
      status: "update",
      at: ago(200),
      level: "P1",
      labels: { product: "ecs" },
    });
    await send(update, reference);
    await waitFor(async () => (await active(thread))[0]?.annotations["level"] === "P1");
    expect(await active(thread)).toHaveLength(1);

    const resolved = testMessage({
      id: "nines-message-19",
      thread,
      since,
      status: "resolved",
      at: ago(100),
      until: ago(120),
      level: "P1",
      labels: {},
    });
    await send(resolved, reference);
    await waitFor(async () => (await active(thread)).length === 0);
    await waitFor(() => told(thread).length === 2);
    expect(told(thread).map(({ status }) => status)).toEqual(["firing", "resolved"]);
  });

  test("hands a worse severity on as an alert of its own, and ends both", async () => {
    const thread = "nines-thread-2";
    const since = ago(300);
    const first = await send(testMessage({ thread, since, severity: "warning" }), null);
    await waitFor(() => told(thread).length === 1);
    const update = testMessage({ thread, since, status: "update", at: ago(10) });
    const second = await send(update, first);
    await waitFor(() => told(thread).length === 3);
    expect((await active(thread)).map(({ labels }) => labels["severity"])).toEqual(["critical"]);
    await send(testMessage({ thread, since, status: "resolved", until: ago(1) }), second);
    await waitFor(() => told(thread).length === 4);
    expect(await active(thread)).toEqual([]);
    const inOrder = (severity: string) =>
      told(thread)
        .filter((alert) => alert.severity === severity)
        .map(({ status }) => status);
    expect(inOrder("warning")).toEqual(["firing", "resolved"]);
    expect(inOrder("critical")).toEqual(["firing", "resolved"]);
  });

  test("takes a test message and a Chinese notice", async () => {
    const since = ago(1);
    const base = { thread: "nines-thread-3", since, at: since, url: null, labels: {} };
    await send(testMessage({ ...base, status: "test", topic: "test" }), null);
    const zh = { lang: "zh", title: "月度已定稿：未达标" } as const;
    await send(
      testMessage({ ...base, ...zh, id: "m-2", status: "notice", topic: "month-closed" }),
      null,
    );
    await waitFor(() => told("nines-thread-3").length === 2);
    const alerts = await active("nines-thread-3");
    expect(new Set(alerts.map(({ labels }) => labels["alertname"]))).toEqual(
      new Set(["NinesMonthClosed", "NinesTest"]),
    );
    expect(alerts.map(({ annotations }) => annotations["summary"])).toContain("月度已定稿：未达标");
  });
});
