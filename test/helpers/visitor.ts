import type { LightMyRequestResponse } from "fastify";
import type { App } from "../../src/http/deps.ts";

/** A browser, as far as cookies, languages and forms go: nothing of it listens. */
export type Visitor = {
  readonly cookies: Map<string, string>;
  readonly get: (url: string, headers?: Record<string, string>) => Promise<LightMyRequestResponse>;
  /** Sends a form's fields as a browser does. */
  readonly post: (
    url: string,
    fields: Record<string, string>,
    headers?: Record<string, string>,
  ) => Promise<LightMyRequestResponse>;
  /** Opens a page and sends its form that goes to `action`, with the hidden fields that it has. */
  readonly submit: (
    page: string,
    action: string,
    fields?: Record<string, string>,
  ) => Promise<LightMyRequestResponse>;
};

export const ORIGIN = "http://localhost";

export function createVisitor(app: App, usual: Record<string, string> = {}): Visitor {
  const cookies = new Map<string, string>();
  const send = async (
    method: "GET" | "POST",
    url: string,
    { headers = {}, payload }: { headers?: Record<string, string>; payload?: string },
  ) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await app.inject({
      method,
      url,
      headers: {
        host: "localhost",
        accept: "text/html,application/xhtml+xml,*/*;q=0.8",
        "accept-language": "en",
        "user-agent": "Browser/1",
        ...(method === "POST" ? { origin: ORIGIN } : {}),
        ...(cookie === "" ? {} : { cookie }),
        ...usual,
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    for (const { name, value, maxAge } of answer.cookies) {
      if (value === "" || maxAge === 0) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const post: Visitor["post"] = async (url, fields, headers = {}) =>
    send("POST", url, {
      headers: { "content-type": FORM, ...headers },
      payload: new URLSearchParams(fields).toString(),
    });
  return {
    cookies,
    get: async (url, headers) => send("GET", url, { ...(headers && { headers }) }),
    post,
    submit: async (page, action, fields = {}) => {
      const { body } = await send("GET", page, {});
      const form = formsOf(body, page).find((one) => one.path === action);
      if (form === undefined) throw new Error(`${page} has no form to ${action}`);
      return post(form.action, { ...form.hidden, ...fields }, { referer: `${ORIGIN}${page}` });
    },
  };
}

const FORM = "application/x-www-form-urlencoded";

const unescape = (text: string) =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");

/**
 * The forms of a page that change something: where they go, by default to `page`, and what they
 * send unseen.
 */
export function formsOf(html: string, page = "") {
  return [...html.matchAll(/<form([^>]*)>(.*?)<\/form>/gsu)]
    .filter(([, head = ""]) => head.includes('method="post"'))
    .map(([, head = "", inner = ""]) => {
      const action = unescape(/action="([^"]*)"/u.exec(head)?.[1] ?? page);
      const inputs = [...inner.matchAll(/<input[^>]*type="hidden"[^>]*>/gu)].map(
        ([input]) => input,
      );
      const hidden = inputs.map((input) => [
        /name="([^"]*)"/u.exec(input)?.[1] ?? "",
        unescape(/value="([^"]*)"/u.exec(input)?.[1] ?? ""),
      ]);
      return {
        action,
        path: action.split("?")[0] ?? "",
        hidden: Object.fromEntries(hidden) as Record<string, string>,
      };
    });
}
