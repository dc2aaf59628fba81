/** What the caller asked for does not exist. HTTP 404. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

/** What the caller asked for contradicts the present state. HTTP 409. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

/** One thing that is wrong with an input: where it stands, what is wrong, and what to do. */
export type Problem = { readonly place: string; readonly message: string };

/** The input is wrong; all its problems at once. HTTP 400, exit status 2. */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ place, message }) => `${place}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

/** Nobody we know asks. HTTP 401. */
export class UnauthorizedError extends Error {
  override readonly name = "UnauthorizedError";
}

/** We know who asks, and they may not. HTTP 403. */
export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
}

/** There is too much to do at present; the same succeeds a little later. HTTP 503. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}
