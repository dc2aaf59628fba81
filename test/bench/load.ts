import { startNginx } from "../helpers/nginx.ts";
import { cpuSeconds, familyMiB, memoryMiB, ownCpuSeconds } from "./processes.ts";
import { sleep, startService, targetsYaml, type Service } from "./service.ts";

const SITE = `server { listen $PORT backlog=4096; location / { return 200 "ok\\n"; } }`;

async function withTargets<Result>(
  input: { readonly count: number; readonly interval: string },
  work: (service: Service) => Promise<Result>,
): Promise<Result> {
  const nginx = await startNginx(SITE);
  const probe = (index: number) => `{ kind: http, url: "http://127.0.0.1:${nginx.port}/${index}" }`;
  const service = await startService(targetsYaml({ ...input, probe }));
  try {
    return await work(service);
  } finally {
    await service.stop();
    await nginx.kill();
  }
}

/** 1,000 HTTP targets every 20 s: what the whole service takes. */
export async function benchThousandTargets(measureMs: number): Promise<string[]> {
  return withTargets({ count: 1_000, interval: "20s" }, async (service) => {
    await sleep(30_000);
    const before = [ownCpuSeconds(service.pid), cpuSeconds(service.postgresPid)] as const;
    await sleep(measureMs);
    const after = [ownCpuSeconds(service.pid), cpuSeconds(service.postgresPid)] as const;
    const percent = (index: 0 | 1) => ((after[index] - before[index]) / (measureMs / 1000)) * 100;
    const postgresMiB = familyMiB(service.postgresPid);
    const { now, peak } = memoryMiB(service.pid);
    return [
      "1,000 HTTP targets every 20 s, all roles",
      `  of a core: nines ${percent(0).toFixed(1)} %, PostgreSQL ${percent(1).toFixed(1)} %, together ${(percent(0) + percent(1)).toFixed(1)} % (wanted under 15 %; Uptime Kuma 2.5.3 took 29.7 %)`,
      `  resident: nines ${now.toFixed(0)} MiB (peak ${peak.toFixed(0)}), PostgreSQL ${postgresMiB.toFixed(0)} MiB (wanted under 250 MiB)`,
    ];
  });
}

/** 200 HTTP targets: resident memory of the one process with all roles. */
export async function benchMemory(): Promise<string[]> {
  return withTargets({ count: 200, interval: "15s" }, async (service) => {
    await sleep(60_000);
    await (await fetch(`${service.url}/`)).text();
    await (await fetch(`${service.url}/targets/t-1`)).text();
    const { now, peak } = memoryMiB(service.pid);
    return [
      "200 targets, all roles in one process, after a minute and both pages",
      `  resident ${now.toFixed(0)} MiB (peak ${peak.toFixed(0)}; wanted at most 180)`,
    ];
  });
}

/** 2,000 HTTP targets every second: slots missed, lag of the starts, bytes on disk. */
export async function benchTwoThousandASecond(measureMs: number): Promise<string[]> {
  return withTargets({ count: 2_000, interval: "1s" }, async (service) => {
    await sleep(10_000);
    const fromMs = Math.ceil(Date.now() / 1000) * 1000;
    const untilMs = fromMs + measureMs;
    const before = [ownCpuSeconds(service.pid), cpuSeconds(service.postgresPid)] as const;
    await sleep(untilMs - Date.now());
    const cpu = [ownCpuSeconds(service.pid), cpuSeconds(service.postgresPid)] as const;
    await sleep(8_000);
    const range = [new Date(fromMs).toISOString(), new Date(untilMs).toISOString()];
    const { rows } = await service.db.query<{
      results: number;
      ok: number;
      p50: number;
      p99: number;
      most: number;
    }>(
      `select count(*) as results, count(*) filter (where letter = 'o') as ok,
         percentile_disc(0.5) within group (order by lag) as p50,
         percentile_disc(0.99) within group (order by lag) as p99, max(lag) as most
       from round r, unnest(r.offsets_ms, string_to_array(r.outcomes, null)) as t (lag, letter)
       where planned_at >= $1 and planned_at < $2`,
      range,
    );
    const [row] = rows;
    const expected = (2_000 * measureMs) / 1000;
    const seconds = measureMs / 1000;
    const percent = (index: 0 | 1) => ((cpu[index] - before[index]) / seconds) * 100;
    await service.db.query("vacuum analyze round");
    const size = await service.db.query<{ bytes: number; results: number }>(
      `select sum(pg_total_relation_size(i.inhrelid))::bigint as bytes,
         (select sum(cardinality(targets)) from round)::bigint as results
       from pg_inherits i where i.inhparent = 'round'::regclass`,
    );
    const { bytes = 0, results = 1 } = size.rows[0] ?? {};
    return [
      `2,000 HTTP targets every second for ${seconds} s, one process`,
      `  results ${row?.results} of ${expected} planned (${expected - (row?.results ?? 0)} missed), ${row?.ok} ok`,
      `  start lag p50 ${row?.p50} ms, p99 ${row?.p99} ms, most ${row?.most} ms (wanted p99 at most 250 ms, none missed)`,
      `  of a core: nines ${percent(0).toFixed(0)} %, PostgreSQL ${percent(1).toFixed(0)} %; nines resident ${memoryMiB(service.pid).now.toFixed(0)} MiB`,
      `  on disk: ${(bytes / results).toFixed(1)} bytes a result kept raw (wanted at most 20)`,
    ];
  });
}
