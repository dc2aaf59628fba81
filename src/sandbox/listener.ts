import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Fault } from "./faults.ts";

const SLOW_MS = 1200;
const IDLE_MS = 10_000;
const REBIND_EVERY_MS = 250;
const REBIND_TRIES = 400;

/** One listening port on 127.0.0.1, whose faults are real. */
export type Listener = {
  readonly port: number;
  readonly fault: () => Fault | null;
  /** Resolves when the fault is in force; null restores, on the same port. */
  readonly setFault: (fault: Fault | null) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type ListenerOptions = {
  /** Speaks the protocol on an accepted socket. */
  readonly serve: (socket: Socket) => void;
  /** How long a healthy server thinks before it takes up a connection. */
  readonly thinkMs: () => number;
};

/** Listens on a free port; "refuse", "hang", "reset" and "slow" act here, the other faults in the protocols. */
export async function openListener({ serve, thinkMs }: ListenerOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const held = new Set<Socket>();
  let fault: Fault | null = null;
  let closed = false;

  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    // A client that goes away in the middle is its own affair.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      held.delete(socket);
    });
    if (fault === "hang") {
      held.add(socket);
      return;
    }
    if (fault === "reset") {
      socket.resetAndDestroy();
      return;
    }
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    setTimeout(
      () => {
        if (socket.destroyed) return;
        serve(socket);
        socket.resume();
      },
      (fault === "slow" ? SLOW_MS : 0) + thinkMs(),
    );
  });

  await listen(server, 0);
  const port = portOf(server);

  const apply = async (next: Fault | null): Promise<void> => {
    if (closed || next === fault) return;
    const before = fault;
    fault = next;
    destroyAll(held);
    if (next === "refuse") {
      destroyAll(sockets);
      await stopListening(server);
    } else if (before === "refuse") {
      await listenAgain(server, { port, wanted: () => !closed && fault !== "refuse" });
    }
  };
  // One change after the other: a restore may have to wait for its port.
  let changes = Promise.resolve();
  const setFault = (wanted: Fault | null): Promise<void> => {
    const change = changes.then(() => apply(wanted));
    changes = change.catch(() => {});
    return change;
  };
  const close = async (): Promise<void> => {
    closed = true;
    destroyAll(sockets);
    await changes;
    await stopListening(server);
  };
  return { port, fault: () => fault, setFault, close };
}

function destroyAll(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy();
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * While the port was given up, an outgoing connection of this machine may have taken it
 * as its own end, and keeps it for up to a minute after its close: wait for it.
 */
async function listenAgain(
  server: Server,
  { port, wanted }: { port: number; wanted: () => boolean },
): Promise<void> {
  for (let attempt = 1; wanted(); attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other is the point
      await listen(server, port);
      return;
    } catch (error) {
      if (attempt >= REBIND_TRIES) throw error;
      // oxlint-disable-next-line no-await-in-loop -- the wait between two tries
      await new Promise((resolve) => setTimeout(resolve, REBIND_EVERY_MS));
    }
  }
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.once("close", resolve);
    server.close();
  });
}
