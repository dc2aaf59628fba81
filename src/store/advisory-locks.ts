/**
 * PostgreSQL advisory locks, as the two integers of `pg_advisory_lock(int, int)`. A lock of a session
 * dies with its connection, and so with the process, even one that is killed.
 */
export const lockClass = 0x6e696e65;

export const lockKeys = {
  /** Shared by all who use the embedded server: who gets it alone is the last one and stops the server. */
  embeddedUsers: 1,
  /** The one service on an embedded data directory. */
  embeddedService: 2,
  /** One migration at a time. */
  migration: 3,
  /** Entries of the audit log one after another. */
  audit: 4,
  /** Seals one after another. */
  seal: 5,
  /** One closing of months at a time. */
  closing: 6,
  /** One watch over the months' states at a time. */
  watch: 7,
  /** Seals given to places outside one after another. */
  anchor: 8,
  /** One who makes messages of events at a time. */
  announce: 9,
  /** One who notes which reports are to be mailed at a time. */
  reportMail: 10,
} as const;
