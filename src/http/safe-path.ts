/** Where to go when nothing better is known. */
const HOME = "/";
const MAX_CHARACTERS = 2_000;
/** Going there from the login leads round in a circle, or out again. */
const AROUND = /^\/(?:login|logout|setup)(?:\/|$)/u;

/**
 * A path of ours, with its query and the place on the page, that may be gone to after the login:
 * whatever else was asked for is the first page. Browsers read "//host", "/\host" and a tab in
 * between as another site.
 */
export function safePath(asked: string | undefined): string {
  if (asked === undefined || asked.length > MAX_CHARACTERS) return HOME;
  if (!/^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/u.test(asked)) return HOME;
  const base = "http://nines.invalid";
  if (!URL.canParse(asked, base)) return HOME;
  const { origin, pathname, search, hash } = new URL(asked, base);
  if (origin !== base || pathname.startsWith("//") || AROUND.test(pathname)) return HOME;
  return pathname + search + hash;
}
