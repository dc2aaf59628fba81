import { seededRandom } from "./random.ts";

/** What a probe of each kind typically takes inside one region, milliseconds. */
const BASE_MS: Readonly<Record<string, number>> = {
  tcp: 0.4,
  ssh: 4,
  http: 9,
  oss: 14,
  openapi: 38,
  mysql: 2.5,
  postgres: 3,
  cdn: 5,
};

/** Regions differ a little: distance to the vantage and age of the machines. */
const REGION_FACTOR: Readonly<Record<string, number>> = {
  "cn-hangzhou": 1,
  "cn-shanghai": 1.15,
  "cn-hongkong": 1.4,
  "ap-southeast-1": 1.9,
};

/** Median latency of a probe kind in a region, milliseconds; history and live servers share it. */
export function typicalLatencyMs(kind: string, region: string): number {
  return (BASE_MS[kind] ?? 5) * (REGION_FACTOR[region] ?? 1);
}

/** How busy the day is at a minute of the day (0 to 1439): slow evenings, fast nights. */
export function dailyFactor(minuteOfDay: number): number {
  const hour = minuteOfDay / 60;
  const evening = Math.exp(-(((hour - 20.5) / 2.8) ** 2));
  const morning = Math.exp(-(((hour - 10.5) / 2.6) ** 2));
  return 0.85 + 0.45 * evening + 0.25 * morning;
}

const NOISE_SIZE = 4096;

/** A table of factors with median 1 and a long right tail: drawing from it costs one look-up. */
export function lognormalNoise(seed: number): Float64Array {
  const random = seededRandom(seed);
  const table = new Float64Array(NOISE_SIZE);
  for (let i = 0; i < NOISE_SIZE; i += 1) {
    // Box and Muller; 1 - random() is never 0, whose logarithm would be infinite.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    table[i] = Math.exp(0.22 * normal);
  }
  return table;
}

/** The factor at any integer position of the table. */
export function noiseAt(table: Float64Array, position: number): number {
  return table[position & (NOISE_SIZE - 1)] ?? 1;
}
