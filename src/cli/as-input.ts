import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from "../errors.ts";

/** Where a verb's user typed what a use case may refuse. */
export type Typed = {
  /** The name or number of what is not there, or not in the state for it. */
  readonly thing: string;
  /** Those fields that are not typed as an option of their name. */
  readonly fields?: Readonly<Record<string, string>>;
};

/** Runs the work; what it refuses becomes an InvalidInputError at the place where it was typed. */
export async function asInput<Result>(
  work: Promise<Result>,
  { thing, fields = {} }: Typed,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof ConflictError) {
      throw new InvalidInputError([{ place: thing, message: error.message }]);
    }
    if (error instanceof ForbiddenError) {
      throw new InvalidInputError([{ place: "--by", message: error.message }]);
    }
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      error.problems.map(({ place, message }) => ({
        // Of "scope.targets" the option is --targets.
        place: fields[place] ?? `--${place.replace(/^.*\./u, "")}`,
        message,
      })),
    );
  }
}
