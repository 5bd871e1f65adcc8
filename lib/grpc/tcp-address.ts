import { lookup } from "node:dns/promises";
import type { AddressInfo, Server } from "node:net";
import { ConfigError } from "../schema/config-error.js";

/** Where to listen: a name or an IP address, and a port. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Read an address as gRPC writes it.
 *
 *     readTcpAddress("0.0.0.0:50051")          // { host: "0.0.0.0", port: 50051 }
 *     readTcpAddress("[::1]:0")                // { host: "::1", port: 0 }
 *     readTcpAddress("dns:///localhost:443")   // { host: "localhost", port: 443 }
 *
 * @throws ConfigError when it is none.
 */
export function readTcpAddress(address: string): TcpAddress {
  const match = /^(?:dns:(?:\/\/[^/]*\/)?|ipv[46]:)?(?:\[([^\]]+)\]|([^:/[\]]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) {
    const forms = 'write "host:port", "[::1]:port" or "unix:path", with a port from 0 to 65535';
    throw new ConfigError([{ message: `cannot listen on "${address}": ${forms}` }]);
  }
  return { host, port };
}

/** Print where a server listens; an address that stands for all of the machine's is dialled at the loopback. */
export function printTcpAddress({ host, port }: TcpAddress): string {
  if (host === "0.0.0.0") return `127.0.0.1:${port}`;
  if (host === "::") return `[::1]:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Listen on every address that a name stands for, all at one port: `localhost` is both 127.0.0.1 and ::1. What the
 * machine has no network for is left out, if any other is left.
 *
 * @param open makes a server, which is not listening yet.
 * @returns the port.
 * @throws Error when an address cannot be listened on.
 */
export async function listenOnTcp({ host, port }: TcpAddress, open: () => Server): Promise<number> {
  const addresses = await lookup(host, { all: true });
  let bound = port;
  let failure: unknown;
  let count = 0;
  for (const { address } of addresses) {
    try {
      bound = await listenAt(open(), address, bound);
      count++;
    } catch (error) {
      failure = error;
      if (!isMissingNetwork(error)) break;
    }
  }
  if (count > 0 && (failure === undefined || isMissingNetwork(failure))) return bound;
  throw new Error(`cannot listen on ${host}:${port}: ${(failure as Error).message}`, { cause: failure });
}

function isMissingNetwork(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
}

function listenAt(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, ipv6Only: host === "::" ? false : undefined }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
