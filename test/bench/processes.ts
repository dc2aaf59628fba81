import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

type Stat = { readonly ppid: number; readonly ownTicks: number; readonly childTicks: number };

function readStat(pid: number | string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in parentheses and may hold spaces.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const at = (index: number) => Number(fields[index - 3]);
    return { ppid: at(4), ownTicks: at(14) + at(15), childTicks: at(16) + at(17) };
  } catch {
    return null;
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => readStat(pid)?.ppid === parent);
}

/** CPU seconds of a process, its living children and those that have ended. */
export function cpuSeconds(pid: number): number {
  const own = readStat(pid);
  const living = childrenOf(pid).reduce((sum, child) => sum + (readStat(child)?.ownTicks ?? 0), 0);
  return ((own?.ownTicks ?? 0) + (own?.childTicks ?? 0) + living) / TICKS_PER_SECOND;
}

/** CPU seconds of one process alone. */
export function ownCpuSeconds(pid: number): number {
  return (readStat(pid)?.ownTicks ?? 0) / TICKS_PER_SECOND;
}

/** Resident memory of one process now and at its peak, MiB. */
export function memoryMiB(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "mu").exec(status)?.[1] ?? 0) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

/** Memory of a process and its children without counting shared pages twice, MiB. */
export function familyMiB(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, one) => {
    try {
      const text = readFileSync(`/proc/${one}/smaps_rollup`, "utf8");
      return sum + Number(/^Pss:\s+(\d+) kB/mu.exec(text)?.[1] ?? 0) / 1024;
    } catch {
      return sum;
    }
  }, 0);
}
