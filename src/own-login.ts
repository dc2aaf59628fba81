import type { Clock } from "./clock.ts";
import type { Actor } from "./core/access.ts";
import { ConflictError, NotFoundError } from "./errors.ts";
import { logIn, noteFailure, type From, type LoginDeps, type NewSession } from "./login.ts";
import { changePassword } from "./manage-access.ts";
import { isPassword } from "./passwords.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db } from "./store/connect.ts";
import { deleteSessionOf, deleteSessionsOf } from "./store/sessions.ts";
import { findUser, type StoredUser } from "./store/users.ts";

// What people do with their own login. Each takes who asks: "user:li".

type Deps = { readonly db: Db; readonly clock: Pick<Clock, "nowMs"> };
type Who = Pick<Actor, "name" | "origin">;

const KIND = "user:";

/** The user who asks. Throws ConflictError for a token, and for whoever has no login at all. */
export async function ownUser({ db }: Pick<Deps, "db">, { name }: Pick<Actor, "name">) {
  const user = name.startsWith(KIND) ? await findUser(db, name.slice(KIND.length)) : null;
  if (user === null) throw new ConflictError("this is no login: a token lasts until it is revoked");
  return user;
}

/** Ends one login of their own. Throws NotFoundError when they have none such. */
export async function endLogin({ db, clock }: Deps, id: number, who: Who): Promise<void> {
  const { name: userName } = await ownUser({ db }, who);
  await withTransaction(db, async (tx) => {
    if (!(await deleteSessionOf(tx, { userName, id }))) {
      throw new NotFoundError(`there is no login ${id} of yours`);
    }
    await appendAudit(tx, { ...stepOf(clock, who), action: "login.end" });
  });
}

/** Ends every login of their own, this one too. */
export async function endLogins({ db, clock }: Deps, who: Who): Promise<void> {
  const { name } = await ownUser({ db }, who);
  await withTransaction(db, async (tx) => {
    await deleteSessionsOf(tx, name);
    await appendAudit(tx, { ...stepOf(clock, who), action: "login.end-all" });
  });
}

/**
 * Gives oneself another password, and a new login; all others end. Null when the present password
 * is wrong. Throws InvalidInputError for a new one that will not do, ConflictError for who has none.
 */
export async function changeOwnPassword(
  deps: LoginDeps,
  given: { readonly present: string; readonly password: string },
  { who, from }: { readonly who: Who; readonly from: From },
): Promise<NewSession | null> {
  const user = await ownUser(deps, who);
  const insteadOf = requirePassword(user);
  if (!(await isPassword(given.present, insteadOf))) {
    const nowMs = deps.clock.nowMs();
    await withTransaction(deps.db, (tx) =>
      noteFailure(tx, { name: user.name, origin: from.origin, nowMs }),
    );
    return null;
  }
  await changePassword(deps, { name: user.name, password: given.password, insteadOf }, who);
  return logIn(deps, { name: user.name, password: given.password }, from);
}

function requirePassword({ passwordHash, issuer }: StoredUser): string {
  if (passwordHash !== null) return passwordHash;
  throw new ConflictError(`the password is kept by ${issuer ?? "the provider"}: change it there`);
}

function stepOf(clock: Pick<Clock, "nowMs">, { name, origin }: Who) {
  return { atMs: clock.nowMs(), actor: { name, origin }, item: name, before: null, after: null };
}
