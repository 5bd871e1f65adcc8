import type { AddressInfo, Server } from "node:net";
import { inspect } from "node:util";
import { listenOnSocket, readSocketPath } from "../grpc/unix-socket.js";
import { ConfigError } from "../schema/config-error.js";

/** Where to listen, as it is asked for: a port or a Unix socket. */
export interface PlaceOptions {
  /** The TCP port, 0 for any that is free. */
  readonly port?: number | undefined;
  /** The TCP address: all of the machine's unless given. */
  readonly host?: string | undefined;
  /** The path of a Unix socket to listen on instead of a port; `unix-abstract:name` for an abstract one. */
  readonly path?: string | undefined;
  /** Permissions of the Unix socket: `0o600`, only the same user, unless given. */
  readonly socketMode?: number | undefined;
}

/** Where a server can listen. */
export interface Place {
  /** @returns removes what is left of the place when the server has been closed. */
  listen(server: Server): Promise<() => Promise<void>>;
  /** As `net.Server#address` gives it. */
  addressOf(server: Server): string | AddressInfo;
}

/** @throws ConfigError for a place that there is not. */
export function resolvePlace({ port, host, path, socketMode = 0o600 }: PlaceOptions): Place {
  if (path === undefined) {
    if (port !== undefined) checkPort(port);
    return {
      listen: (server) => listenOnPort(server, port ?? 0, host),
      // It is listening.
      addressOf: (server) => server.address() as AddressInfo,
    };
  }
  if (port !== undefined || host !== undefined) {
    const other = port === undefined ? "host" : "port";
    throw new ConfigError([
      { message: `path and ${other}: listen on a Unix socket or on a port, not on both` },
    ]);
  }
  const socketPath = readSocketPath(path) ?? (readSocketPath(`unix:${path}`) as string);
  return {
    listen: (server) => listenOnSocket(server, socketPath, socketMode),
    // A socket was born elsewhere.
    addressOf: () => socketPath,
  };
}

/** As text, too: it often comes from the environment. */
function checkPort(port: unknown): void {
  if (/^\d+$/.test(String(port)) && Number(port) <= 65_535) return;
  throw new ConfigError([{ message: `port: give a whole number from 0 to 65535, not ${inspect(port)}` }]);
}

function listenOnPort(server: Server, port: number, host: string | undefined): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      const place = host === undefined ? `port ${port}` : `${host}:${port}`;
      reject(new Error(`cannot listen on ${place}: ${cause.message}`, { cause }));
    };
    server.once("error", fail);
    server.listen({ port, host }, () => {
      server.off("error", fail);
      resolve(async () => {});
    });
  });
}
