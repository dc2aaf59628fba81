import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { waitFor } from "./wait.ts";

export type RunningProgram = {
  readonly child: ChildProcess;
  /** What it wrote to both streams so far. */
  readonly output: () => string;
  /** SIGSTOP: the kernel still takes connections, nobody answers. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** SIGKILL, also when paused; comes back when it is gone. */
  readonly kill: () => Promise<void>;
};

/** Starts a program and waits until `ready`; throws with its output when it ends before. */
export async function startProgram(
  command: readonly [string, ...string[]],
  ready: () => boolean | Promise<boolean>,
): Promise<RunningProgram> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
  });
  let output = "";
  let failure: Error | undefined;
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.once("error", (error) => (failure = error));
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const running: RunningProgram = {
    child,
    output: () => output,
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
  try {
    await waitFor(
      () => {
        if (failure !== undefined) throw failure;
        if (child.exitCode !== null) throw new Error(`${program} ended: ${output}`);
        return ready();
      },
      { what: `${program} (${args.join(" ")})` },
    );
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return running;
}
