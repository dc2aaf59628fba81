import { z } from "zod";
import { ConflictError, ForbiddenError, InvalidInputError, type Problem } from "../errors.ts";

/** What a form sends: texts by the names of its fields, a list where a name stands there twice. */
export const formBody = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .nullish()
  .transform((body) => body ?? {});
export type FormBody = z.output<typeof formBody>;

/** The text of a field; empty when it was not sent. Windows' line ends become plain ones. */
export function textIn(body: FormBody, name: string): string {
  const value = body[name];
  const text = (Array.isArray(value) ? value[0] : value) ?? "";
  return text.replaceAll("\r\n", "\n");
}

/** All texts of a field that may stand there several times. */
export function textsIn(body: FormBody, name: string): readonly string[] {
  const value = body[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).filter((text) => text !== "");
}

/** What was typed, for the form to show it again. */
export function typedIn(body: FormBody): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(body)
      .filter((name) => name !== "_csrf")
      .map((name) => [name, textIn(body, name)]),
  );
}

export type Refused = { readonly status: number; readonly problems: readonly Problem[] };

/** What the one who sent the form can mend; throws on anything else. */
export function refusedBy(error: unknown): Refused {
  if (error instanceof InvalidInputError) return { status: 400, problems: error.problems };
  const problems = [{ place: "", message: error instanceof Error ? error.message : "" }];
  if (error instanceof ConflictError) return { status: 409, problems };
  if (error instanceof ForbiddenError) return { status: 403, problems };
  throw error;
}
