import type { Role } from "./access.ts";

/** What an OpenID provider says of somebody: JSON. */
export type Claims = Readonly<Record<string, unknown>>;

/** A rule of the configuration. */
export type OidcGrant = {
  readonly claim: string;
  /** Null: any. */
  readonly value: string | null;
  readonly role: Role;
  /** Of an account manager; null when a claim lists them. */
  readonly accounts: readonly string[] | null;
  readonly accountsClaim: string | null;
};

export type Granted = { readonly role: Role; readonly accounts: readonly string[] };

/**
 * What somebody gets: the role of the first rule that fits. An account manager gets the accounts of
 * every rule for account managers that fits, those of them that are known; one who gets none does
 * not get in by such a rule. Null: no rule fits.
 */
export function grantOf(
  grants: readonly OidcGrant[],
  claims: Claims,
  knownAccounts: readonly string[],
): Granted | null {
  const fitting = grants.filter(({ claim, value }) => {
    const values = claimValues(claims, claim);
    return value === null ? values.length > 0 : values.includes(value);
  });
  const named = fitting
    .filter(({ role }) => role === "account-manager")
    .flatMap(({ accounts, accountsClaim }) =>
      accountsClaim === null ? (accounts ?? []) : claimValues(claims, accountsClaim),
    );
  const accounts = [...new Set(named)].filter((id) => knownAccounts.includes(id)).toSorted();
  for (const { role } of fitting) {
    if (role !== "account-manager") return { role, accounts: [] };
    if (accounts.length > 0) return { role, accounts };
  }
  return null;
}

/**
 * The claims that may be built on. Somebody may have given the provider another's mail address as
 * theirs: one of which it says that it has not looked is none. Some say nothing of it.
 */
export function provenClaims(claims: Claims): Claims {
  const { email: _email, email_verified: verified, ...others } = claims;
  const isProven = verified === undefined || verified === true || verified === "true";
  return isProven ? claims : others;
}

/** A claim's texts: itself, or those of its list. One inside another is written as "a.b". */
export function claimValues(claims: Claims, name: string): string[] {
  const value = findClaim(claims, name);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => {
    if (typeof one === "string") return one === "" ? [] : [one];
    return typeof one === "number" || typeof one === "boolean" ? [String(one)] : [];
  });
}

/** A name may hold dots itself: those of some providers are addresses. */
function findClaim(claims: unknown, name: string): unknown {
  if (!isClaims(claims)) return undefined;
  if (Object.hasOwn(claims, name)) return claims[name];
  for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
    const outer = name.slice(0, dot);
    if (!Object.hasOwn(claims, outer)) continue;
    const inner = findClaim(claims[outer], name.slice(dot + 1));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function isClaims(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
