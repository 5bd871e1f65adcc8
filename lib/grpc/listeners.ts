import { createServer, type Server as NetServer, type Socket } from "node:net";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { listenOnTcp, printTcpAddress, readTcpAddress } from "./tcp-address.js";
import { listenOnSocket, printSocketAddress, readSocketPath } from "./unix-socket.js";

/** Where a grpc-js server hears its clients. */
export interface Listeners {
  /** Listen on one more address; gives what clients can dial. */
  listen(address: string): Promise<string>;
  /** Take no more connections; those that are open go on. */
  close(): Promise<void>;
  /** Wait for the connections that are open to be closed; those whose client has said nothing are cut. */
  drain(): Promise<void>;
  /** Cut the connections that are open. */
  destroy(): void;
}

export interface ListenersOptions {
  readonly credentials: ServerCredentials;
  readonly socketMode: number;
}

/**
 * Listen for a grpc-js server. It is given the connections, not the addresses: it knows no permissions of Unix sockets
 * and cuts their paths, and it waits for ever for a client that does not close its side.
 */
export function createListeners(server: Server, { credentials, socketMode }: ListenersOptions): Listeners {
  const open = new Set<Socket>();
  const listening: NetServer[] = [];
  const releases: (() => Promise<void>)[] = [];

  function createListener(serverCredentials: ServerCredentials): NetServer {
    const injector = server.createConnectionInjector(serverCredentials);
    const listener = createServer({ noDelay: true }, (socket) => {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      injector.injectConnection(socket);
    });
    listening.push(listener);
    return listener;
  }

  return {
    async listen(address) {
      const path = readSocketPath(address);
      if (path === undefined) {
        const tcp = readTcpAddress(address);
        const port = await listenOnTcp(tcp, () => createListener(credentials));
        return printTcpAddress({ ...tcp, port });
      }
      const listener = createListener(ServerCredentials.createInsecure());
      releases.push(await listenOnSocket(listener, path, socketMode));
      return printSocketAddress(path);
    },
    async close() {
      for (const listener of listening) listener.close();
      await Promise.all(releases.map((release) => release()));
    },
    async drain() {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
      await Promise.all([...open].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    },
    destroy() {
      for (const socket of open) socket.destroy();
    },
  };
}
