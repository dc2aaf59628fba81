/** What can be wrong with a sandbox server, on its real sockets. */
const FAULTS = [
  /** Nobody listens. */
  "refuse",
  /** Accepts and never answers. */
  "hang",
  /** Accepts and resets. */
  "reset",
  /** Answers, but after 1.2 s. */
  "slow",
  /** The server's own error: HTTP 5xx, or its like in MySQL and PostgreSQL. */
  "error-5xx",
  /** A valid key is rejected, as on 2023-11-12. */
  "key-refused",
  /** Too many requests. */
  "throttled",
] as const;
export type Fault = (typeof FAULTS)[number];

const SERVER_KINDS = [
  "ssh",
  "balancer",
  "backend",
  "oss",
  "openapi",
  "mysql",
  "postgres",
  "cdn",
] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

/** The faults that mean something on each kind of server. */
export const FAULTS_OF = {
  ssh: ["refuse", "hang", "reset", "slow"],
  balancer: ["refuse", "hang", "reset", "slow", "error-5xx", "throttled"],
  backend: ["refuse", "hang", "reset", "slow", "error-5xx"],
  oss: FAULTS,
  openapi: FAULTS,
  mysql: ["refuse", "hang", "reset", "slow", "error-5xx"],
  postgres: ["refuse", "hang", "reset", "slow", "error-5xx"],
  cdn: ["refuse", "hang", "reset", "slow", "error-5xx", "throttled"],
} as const satisfies Record<ServerKind, readonly Fault[]>;

/** Whether the fault means something on that kind of server. */
export function canHave(kind: ServerKind, fault: Fault): boolean {
  const possible: readonly Fault[] = FAULTS_OF[kind];
  return possible.includes(fault);
}
