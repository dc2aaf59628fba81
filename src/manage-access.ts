import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { ROLES, type Actor, type Role } from "./core/access.ts";
import { parseDuration } from "./core/duration.ts";
import { ConflictError, InvalidInputError, NotFoundError, type Problem } from "./errors.ts";
import {
  generatePassword,
  hashPassword,
  isGuessed,
  MAX_PASSWORD_CHARACTERS,
  MIN_PASSWORD_CHARACTERS,
} from "./passwords.ts";
import { digestOf, newToken } from "./secrets.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { deleteSessionsOf } from "./store/sessions.ts";
import {
  insertToken,
  lockToken,
  saveRevocation,
  tokenJson,
  type StoredToken,
} from "./store/tokens.ts";
import {
  hasAccess,
  insertUser,
  lockAccess,
  lockAdmins,
  lockUser,
  saveUser,
  userJson,
  type StoredUser,
} from "./store/users.ts";

// Every change and its entry in the audit log are one transaction. Rows are never deleted: the
// name of one that was given away stays with what was done under it.

type Deps = { readonly db: Db; readonly clock: Pick<Clock, "nowMs"> };
/** Accounts are needed where some are named. */
type GrantDeps = Deps & { readonly config: Pick<Config, "accounts"> | null };
type By = Pick<Actor, "name" | "origin">;

/** What somebody is to be given, as it was typed. */
type Wish = {
  readonly name?: string | undefined;
  readonly role: string;
  readonly accounts?: readonly string[] | undefined;
};

const NAME_FORM = /^[a-z0-9][a-z0-9._@+-]{0,62}$/iu;
const DAY_MS = 86_400_000;
const LONGEST_MS = 3_660 * DAY_MS;

/**
 * Makes a token; its text is in the answer and nowhere else. `expires` is a duration such as
 * "90d". Throws InvalidInputError, ConflictError for a name that is taken.
 */
export async function createToken(
  deps: GrantDeps,
  wish: Wish & { readonly expires?: string | undefined },
  by: By,
): Promise<{ readonly token: StoredToken; readonly text: string }> {
  const name = wish.name ?? `${wish.role}-${randomBytes(3).toString("hex")}`;
  const lifeMs = wish.expires === undefined ? null : parseDuration(wish.expires);
  const problems = problemsOf(wish, deps.config);
  const isLife = wish.expires === undefined || (lifeMs !== null && lifeMs > 0);
  if (!isLife || (lifeMs ?? 0) > LONGEST_MS) {
    problems.push({ place: "expires", message: "give a time such as 90d, ten years at most" });
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  const text = newToken();
  const nowMs = deps.clock.nowMs();
  const token: StoredToken = {
    name,
    role: wish.role,
    accounts: accountsOf(wish),
    hash: digestOf(text),
    createdBy: by.name,
    createdAtMs: nowMs,
    expiresAtMs: lifeMs === null ? null : nowMs + lifeMs,
    revokedAtMs: null,
  };
  await withTransaction(deps.db, async (tx) => {
    if (!(await insertToken(tx, token))) {
      throw new ConflictError(`there is a token "${name}" already, in force or not`);
    }
    await note(tx, "token.create", { by, nowMs, before: null, after: token });
  });
  return { token, text };
}

/** From now on the token is worth nothing. Once is enough: a second time changes nothing. */
export async function revokeToken(deps: Deps, name: string, by: By): Promise<StoredToken> {
  return withTransaction(deps.db, async (tx) => {
    const before = await lockToken(tx, name);
    if (before === null) throw new NotFoundError(`there is no token "${name}"`);
    if (before.revokedAtMs !== null) return before;
    const nowMs = deps.clock.nowMs();
    await saveRevocation(tx, name, nowMs);
    const after = { ...before, revokedAtMs: nowMs };
    await note(tx, "token.revoke", { by, nowMs, before, after });
    return after;
  });
}

/**
 * Adds a user. Without a password one is made; it is in the answer and nowhere else. Throws
 * InvalidInputError, ConflictError for a name that is taken.
 */
export async function addUser(
  deps: GrantDeps,
  wish: Wish & { readonly name: string; readonly password?: string | undefined },
  by: By,
): Promise<{ readonly user: StoredUser; readonly generated: string | null }> {
  const problems = [...problemsOf(wish, deps.config), ...passwordProblems(wish)];
  if (problems.length > 0) throw new InvalidInputError(problems);
  const generated = wish.password === undefined ? generatePassword() : null;
  const nowMs = deps.clock.nowMs();
  const user: StoredUser = {
    name: wish.name,
    role: wish.role,
    accounts: accountsOf(wish),
    passwordHash: await hashPassword(wish.password ?? generated ?? ""),
    issuer: null,
    subject: null,
    createdBy: by.name,
    createdAtMs: nowMs,
    disabledAtMs: null,
  };
  await withTransaction(deps.db, async (tx) => {
    if (!(await insertUser(tx, user))) {
      throw new ConflictError(`there is a user "${user.name}" already, disabled or not`);
    }
    await note(tx, "user.add", { by, nowMs, before: null, after: user });
  });
  return { user, generated };
}

/**
 * Adds the first admin. Throws InvalidInputError, and ConflictError when somebody was given access
 * before: of two who ask at once one is too late.
 */
export async function addFirstAdmin(
  { db, clock }: Deps,
  wish: { readonly name: string; readonly password: string },
  by: By,
): Promise<void> {
  const role: Role = "admin";
  const problems = [...problemsOf({ ...wish, role }, null), ...passwordProblems(wish)];
  if (problems.length > 0) throw new InvalidInputError(problems);
  const nowMs = clock.nowMs();
  const user: StoredUser = {
    name: wish.name,
    role,
    accounts: [],
    passwordHash: await hashPassword(wish.password),
    issuer: null,
    subject: null,
    createdBy: by.name,
    createdAtMs: nowMs,
    disabledAtMs: null,
  };
  await withTransaction(db, async (tx) => {
    await lockAccess(tx);
    if (await hasAccess(tx)) throw new ConflictError("somebody was given access already: log in");
    await insertUser(tx, user);
    await note(tx, "user.set-up", { by, nowMs, before: null, after: user });
  });
}

/**
 * Gives a user another role or other accounts. Every login of theirs ends: who is to have more must
 * prove anew who they are. Throws InvalidInputError, ConflictError for the last admin and for whose
 * role is the provider's to give.
 */
export async function updateUser(
  deps: GrantDeps,
  { name, ...wish }: Wish & { readonly name: string },
  by: By,
): Promise<StoredUser> {
  const problems = problemsOf(wish, deps.config);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return withTransaction(deps.db, async (tx) => {
    const admins = await lockAdmins(tx);
    const before = await lockKnownUser(tx, name);
    if (before.issuer !== null) {
      throw new ConflictError(`"${name}" logs in at ${before.issuer}: the role is given there`);
    }
    const after = { ...before, role: wish.role, accounts: accountsOf(wish) };
    const isSame = after.role === before.role && String(after.accounts) === String(before.accounts);
    if (isSame) return before;
    if (after.role !== "admin") requireOther(admins, name);
    await saveUser(tx, after);
    await deleteSessionsOf(tx, name);
    await note(tx, "user.update", { by, nowMs: deps.clock.nowMs(), before, after });
    return after;
  });
}

/**
 * The user may no longer log in, and every login of theirs ends. Throws ConflictError for the last
 * admin.
 */
export async function disableUser(deps: Deps, name: string, by: By): Promise<StoredUser> {
  return withTransaction(deps.db, async (tx) => {
    const admins = await lockAdmins(tx);
    const before = await lockKnownUser(tx, name);
    if (before.disabledAtMs !== null) return before;
    requireOther(admins, name);
    const nowMs = deps.clock.nowMs();
    const after = { ...before, disabledAtMs: nowMs };
    await saveUser(tx, after);
    await deleteSessionsOf(tx, name);
    await note(tx, "user.disable", { by, nowMs, before, after });
    return after;
  });
}

/** A disabled user may log in again, as before; the logins that ended stay ended. */
export async function enableUser(deps: Deps, name: string, by: By): Promise<StoredUser> {
  return withTransaction(deps.db, async (tx) => {
    const before = await lockKnownUser(tx, name);
    if (before.disabledAtMs === null) return before;
    const after = { ...before, disabledAtMs: null };
    await saveUser(tx, after);
    await note(tx, "user.enable", { by, nowMs: deps.clock.nowMs(), before, after });
    return after;
  });
}

/**
 * A new password, made when none is given; every login with the old one ends. `insteadOf`: the hash
 * that whoever changes it knew the password of. Throws ConflictError when it is another by now.
 */
export async function changePassword(
  deps: Deps,
  wish: {
    readonly name: string;
    readonly password?: string | undefined;
    readonly insteadOf?: string;
  },
  by: By,
): Promise<{ readonly generated: string | null }> {
  const problems = passwordProblems(wish);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const generated = wish.password === undefined ? generatePassword() : null;
  const passwordHash = await hashPassword(wish.password ?? generated ?? "");
  await withTransaction(deps.db, async (tx) => {
    const before = await lockKnownUser(tx, wish.name);
    if (before.issuer !== null) {
      throw new ConflictError(`"${wish.name}" logs in at ${before.issuer}: there is no password`);
    }
    if (wish.insteadOf !== undefined && before.passwordHash !== wish.insteadOf) {
      throw new ConflictError("somebody gave another password meanwhile: log in with that one");
    }
    const after = { ...before, passwordHash };
    await saveUser(tx, after);
    await deleteSessionsOf(tx, wish.name);
    await note(tx, "user.password", { by, nowMs: deps.clock.nowMs(), before, after });
  });
  return { generated };
}

/** Somebody must stay who can give access: throws ConflictError for the only admin. */
function requireOther(admins: readonly string[], name: string): void {
  if (admins.length > 1 || admins[0] !== name) return;
  throw new ConflictError(`"${name}" is the last admin: make another one first`);
}

async function lockKnownUser(tx: Queryable, name: string): Promise<StoredUser> {
  const user = await lockUser(tx, name);
  if (user === null) throw new NotFoundError(`there is no user "${name}"`);
  return user;
}

/** Writes a step of a token or a user into the audit log. */
export async function note(
  tx: Queryable,
  action: `${"token" | "user"}.${string}`,
  step: { readonly by: By; readonly nowMs: number } & Change,
): Promise<void> {
  await appendAudit(tx, {
    atMs: step.nowMs,
    actor: step.by,
    action,
    item: `${"hash" in step.after ? "token" : "user"}:${step.after.name}`,
    before: step.before === null ? null : jsonOf(step.before),
    after: jsonOf(step.after),
  });
}

function jsonOf(row: StoredToken | StoredUser) {
  return "hash" in row ? tokenJson(row) : userJson(row);
}

type Change = {
  readonly before: StoredToken | StoredUser | null;
  readonly after: StoredToken | StoredUser;
};

/** Whether a user or token may be called this. */
export function isAccessName(name: string): boolean {
  return NAME_FORM.test(name);
}

function problemsOf(wish: Wish, config: Pick<Config, "accounts"> | null): Problem[] {
  const problems: Problem[] = [];
  const role: Role | undefined = ROLES.find((known) => known === wish.role);
  if (role === undefined) {
    problems.push({ place: "role", message: `"${wish.role}" is not one of ${ROLES.join(", ")}` });
  }
  if (wish.name !== undefined && !isAccessName(wish.name)) {
    const message = "a name has up to 63 letters, digits and . _ @ + -, a letter or digit first";
    problems.push({ place: "name", message });
  }
  const accounts = accountsOf(wish);
  if (role === "account-manager" && accounts.length === 0) {
    problems.push({ place: "accounts", message: "an account manager needs some: name them" });
  }
  if (role !== undefined && role !== "account-manager" && accounts.length > 0) {
    const message = `the role ${role} sees every account: leave them out, or take account-manager`;
    problems.push({ place: "accounts", message });
  }
  const known = config?.accounts.map(({ id }) => id) ?? [];
  for (const account of accounts.filter(
    (id) => role === "account-manager" && !known.includes(id),
  )) {
    const message = `no account "${account}" in the configuration; there is ${known.join(", ")}`;
    problems.push({ place: "accounts", message });
  }
  return problems;
}

/** Sorted, each once: the same accounts are always the same row. */
function accountsOf({ accounts = [] }: Pick<Wish, "accounts">): string[] {
  return [...new Set(accounts)].toSorted();
}

function passwordProblems({
  name,
  password,
}: {
  readonly name: string;
  readonly password?: string | undefined;
}): Problem[] {
  if (password === undefined) return [];
  const length = Array.from(password).length;
  if (length >= MIN_PASSWORD_CHARACTERS && length <= MAX_PASSWORD_CHARACTERS) {
    if (!isGuessed(password, name)) return [];
    return [
      { place: "password", message: "is one of the first that guessers try: take a sentence" },
    ];
  }
  const message = `takes ${MIN_PASSWORD_CHARACTERS} to ${MAX_PASSWORD_CHARACTERS} characters`;
  return [{ place: "password", message }];
}
