import { bearer } from "./access.ts";
import type { Story, Who } from "./pages-story.ts";

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** The body that a browser makes of a form's fields. */
function form(fields: Fields): string {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of typeof value === "string" ? [value] : value) body.append(name, one);
  }
  return body.toString();
}

/** A page as a browser asks for it. */
export function getPage(
  { served, tokens }: Pick<Story, "served" | "tokens">,
  who: Who,
  url: string,
) {
  return served.app.inject({ url, headers: { ...bearer(tokens[who]), accept: "text/html" } });
}

/** A form as a browser sends it. */
export function postForm(
  { served, tokens }: Pick<Story, "served" | "tokens">,
  who: Who,
  { url, fields }: { readonly url: string; readonly fields: Fields },
) {
  return served.app.inject({
    method: "POST",
    url,
    headers: {
      ...bearer(tokens[who]),
      accept: "text/html",
      "content-type": "application/x-www-form-urlencoded",
    },
    payload: form(fields),
  });
}
