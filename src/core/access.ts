/** Who may do what (contract, section 8). */
export const ROLES = ["viewer", "account-manager", "sre", "approver", "admin"] as const;
export type Role = (typeof ROLES)[number];

const PERMISSIONS = {
  /** Figures, evidence, reports; an account manager those of the accounts named. */
  read: ["viewer", "account-manager", "sre", "approver", "admin"],
  /** The audit log, and rounds whole: they may hold every account's targets. */
  "read-all": ["viewer", "sre", "approver", "admin"],
  "import-results": ["sre", "approver", "admin"],
  "propose-exclusion": ["sre", "approver", "admin"],
  "approve-exclusion": ["approver", "admin"],
  /** Acknowledge, own, note, review malfunctions, and open them by hand. */
  "handle-malfunction": ["sre", "approver", "admin"],
  "close-month": ["approver", "admin"],
  "handle-claim": ["account-manager", "approver", "admin"],
  /** Have a closed month's report sent to the account's contacts. */
  "mail-report": ["account-manager", "approver", "admin"],
  "manage-access": ["admin"],
} as const satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof PERMISSIONS;

/** Who acts, and from where. */
export type Actor = {
  /** "user:li", "token:ci", "system", or "local" while there is neither user nor token. */
  readonly name: string;
  readonly role: Role;
  /** The only accounts that exist for an account manager; null for all. */
  readonly accounts: readonly string[] | null;
  /** An address, or "cli". */
  readonly origin: string;
};

/** The service itself. */
export const SYSTEM: Actor = { name: "system", role: "admin", accounts: null, origin: "service" };

export function may({ role }: Actor, permission: Permission): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission];
  return roles.includes(role);
}

/** Whether an account exists as far as the actor is concerned. */
export function seesAccount({ accounts }: Actor, account: string): boolean {
  return accounts === null || accounts.includes(account);
}
