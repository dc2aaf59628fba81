import http from "node:http";
import type { AddressInfo } from "node:net";

export type MeasuredServer = {
  /** "127.0.0.1:port" */
  readonly address: string;
  /** Nobody listens any more, and every connection is cut. */
  readonly kill: () => Promise<void>;
  /** Listens again, on the same port. */
  readonly revive: () => Promise<void>;
  /** Paths asked for so far. */
  readonly asked: () => readonly string[];
  /** From now on requests are taken and not answered, or answered again. */
  readonly hang: (hangs: boolean) => void;
};

/** A web server on loopback that can be killed and revived, as targets are. */
export async function startMeasuredServer(): Promise<MeasuredServer> {
  let hangs = false;
  let port = 0;
  const asked: string[] = [];
  let server: http.Server;
  const listen = async () => {
    server = http.createServer((request, response) => {
      asked.push(request.url ?? "");
      if (!hangs) response.end("ok");
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  };
  await listen();
  return {
    address: `127.0.0.1:${port}`,
    kill: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    revive: listen,
    asked: () => asked,
    hang: (value) => {
      hangs = value;
    },
  };
}
