import type { App } from "../../src/http/deps.ts";

export type Route = { readonly method: string; readonly url: string };

/** Every route that the server has, from its own list; HEAD goes with GET. */
export function listRoutes(app: App): Route[] {
  const routes: Route[] = [];
  const segments: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split("\n")) {
    const found = /^([\s│]*)[├└]── (\S+?)(?: \(([A-Z, ]+)\))?$/u.exec(line);
    if (found === null) continue;
    const [, indent = "", segment = "", methods = ""] = found;
    segments.length = indent.length / 4;
    segments.push(segment);
    const url = segments.join("").replace(/\/{2,}/gu, "/");
    for (const method of methods.split(", ")) {
      if (method !== "" && method !== "HEAD") routes.push({ method, url });
    }
  }
  return routes;
}
