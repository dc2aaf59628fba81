import net from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import tls from "node:tls";
import type { TlsOptions } from "node:tls";

export type TcpServer = {
  readonly port: number;
  /** "127.0.0.1:port" or "[::1]:port". */
  readonly address: string;
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** Connections since the start. */
  readonly accepted: () => number;
  /** Ends it and every connection. */
  readonly close: () => Promise<void>;
};

/** A server on a free loopback port in this process; `talk` gets each new connection. */
export function startTcpServer(
  talk: (socket: Socket) => void,
  options: { readonly host?: string; readonly halfOpen?: boolean } = {},
): Promise<TcpServer> {
  return listen(net.createServer({ allowHalfOpen: options.halfOpen ?? false }), talk, {
    event: "connection",
    host: options.host ?? "127.0.0.1",
  });
}

/** The same over TLS; `talk` gets each connection after its handshake. */
export function startTlsServer(
  settings: TlsOptions,
  talk: (socket: Socket) => void = () => undefined,
): Promise<TcpServer> {
  const server = tls.createServer(settings);
  server.on("tlsClientError", () => undefined);
  return listen(server, talk, { event: "secureConnection", host: "127.0.0.1" });
}

async function listen(
  server: Server,
  talk: (socket: Socket) => void,
  options: { readonly event: string; readonly host: string },
): Promise<TcpServer> {
  const open = new Set<Socket>();
  let accepted = 0;
  server.on("connection", (socket: Socket) => {
    accepted += 1;
    open.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
  });
  server.on(options.event, (socket: Socket) => {
    socket.on("error", () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, options.host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: options.host.includes(":") ? `[${options.host}]:${port}` : `${options.host}:${port}`,
    open,
    accepted: () => accepted,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers every request, once its head has come, with these bytes, and closes. */
export function answerWith(bytes: string | Buffer): (socket: Socket) => void {
  return (socket) => {
    socket.once("data", () => socket.end(bytes));
  };
}
