import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Milliseconds between two looks at the connections of a server that stops. */
const interval = 50;
/** Looks after which a client that has connected and said nothing is taken for one that never will. */
const patience = 20;

/** Milliseconds for which a server that stops accepts who waits already; new ones may come all the time. */
const acceptTime = 500;

/** What is known of a connection that has been accepted. */
interface Connection {
  /** Requests whose response is not closed. */
  requests: number;
  /** It has asked for something and speaks HTTP/1.1 still, so it can be closed between requests. */
  hasAsked: boolean;
  /** When it was looked at last. */
  bytesRead: number;
  quietLooks: number;
}

/** Stops a server of HTTP/1.1 without cutting a request off. */
export interface Http1Drain {
  /** A connection has been accepted, whatever it will speak. */
  add(socket: Socket): void;
  /** A connection has been accepted, and is about to agree upon TLS. */
  addHandshake(socket: Socket): void;
  /** A request has come. */
  begin(req: IncomingMessage, res: ServerResponse): void;
  /** Take no more connections; close those that there are, each when nothing is going on in it. */
  stop(): Promise<void>;
  /** Close all connections, whatever they are doing. */
  destroy(): void;
}

/**
 * Close the connections of a server one by one as they become idle.
 *
 * Node's own `close()` and `closeIdleConnections()` take a connection for idle whose request has come and was not read
 * yet, and one whose response was ended and has not left yet: their clients would be cut off.
 */
export function createHttp1Drain(server: Server): Http1Drain {
  const connections = new Map<Socket, Connection>();
  const handshakes = new Set<Socket>();
  let accepted = 0;
  let isStopping = false;

  function look(): void {
    for (const [socket, connection] of connections) {
      const isQuiet = connection.requests === 0 && socket.writableLength === 0;
      const hasRead = socket.bytesRead !== connection.bytesRead;
      connection.bytesRead = socket.bytesRead;
      connection.quietLooks = isQuiet && !hasRead ? connection.quietLooks + 1 : 0;
      const isIdle = connection.hasAsked && connection.quietLooks > 0;
      const isSilent = socket.bytesRead === 0 && connection.quietLooks > patience;
      if (isIdle || isSilent) socket.destroySoon();
    }
  }

  /**
   * Accept the connections that the system has taken already: it resets them when their server closes. One comes with
   * each turn of the event loop.
   */
  async function acceptWaiting(): Promise<void> {
    const end = performance.now() + acceptTime;
    for (let before = -1; before !== accepted && performance.now() < end; ) {
      before = accepted;
      await turn();
    }
  }

  watchUpgrades(server, (socket) => {
    const connection = connections.get(socket);
    if (connection !== undefined) connection.hasAsked = false;
  });

  return {
    add(socket) {
      accepted++;
      connections.set(socket, { requests: 0, hasAsked: false, bytesRead: 0, quietLooks: 0 });
      socket.once("close", () => connections.delete(socket));
    },
    addHandshake(socket) {
      handshakes.add(socket);
      socket.once("close", () => handshakes.delete(socket));
    },
    begin({ socket }, res) {
      const connection = connections.get(socket);
      if (connection === undefined) return;
      connection.requests++;
      connection.hasAsked = true;
      res.once("close", () => connection.requests--);
      if (isStopping) res.setHeader("connection", "close");
    },
    async stop() {
      isStopping = true;
      await acceptWaiting();
      const closed = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
      const timer = setInterval(look, interval);
      await closed;
      clearInterval(timer);
      // It is closed already, but for node's timer that looks for slow requests.
      server.close(() => {});
    },
    destroy() {
      for (const socket of [...connections.keys(), ...handshakes]) socket.destroy();
    },
  };
}

/** Hear of upgrades without asking for them: node takes one for an ordinary request if nobody listens. */
function watchUpgrades(server: Server, onUpgrade: (socket: Socket) => void): void {
  const watch = (_: IncomingMessage, socket: Duplex) => onUpgrade(socket as Socket);
  server.on("newListener", (event: string, listener: unknown) => {
    if (event === "upgrade" && listener !== watch && server.listenerCount(event) === 0)
      server.on(event, watch);
  });
  server.on("removeListener", (event: string, listener: unknown) => {
    if (event === "upgrade" && listener !== watch && server.listenerCount(event) === 1)
      server.off(event, watch);
  });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
