import type { AddressInfo } from "node:net";
import { printTcpAddress } from "../grpc/tcp-address.js";
import { printSocketAddress } from "../grpc/unix-socket.js";
import type { ListenOptions } from "../server/listen.js";
import type { CommandOptions } from "./command-options.js";
import type { OptionValues } from "./parse-arguments.js";
import { readNumber } from "./read-number.js";
import { readKeyPair } from "./read-pem.js";
import { UsageError } from "./usage-error.js";

/** Where to listen; by default, where nobody else's machine can reach it. */
export const placeOptions = {
  port: {
    heading: "where to listen",
    type: "string",
    value: "<number>",
    help: "8080 unless given; 0 for any that is free",
  },
  host: {
    type: "string",
    value: "<address>",
    help: "127.0.0.1 unless given; 0.0.0.0 for all of the machine's",
  },
  socket: { type: "string", value: "<path>", help: "a Unix socket, in place of a port" },
  cert: { type: "string", value: "<file>", help: "serve HTTPS, with this certificate (PEM)" },
  key: { type: "string", value: "<file>", help: "... and its key" },
} as const satisfies CommandOptions;

type PlaceValues = OptionValues<typeof placeOptions>;

export async function readPlace(
  values: PlaceValues,
): Promise<Pick<ListenOptions, "port" | "host" | "path" | "tls">> {
  const { port, host, socket, cert, key } = values;
  if (socket !== undefined && (port !== undefined || host !== undefined))
    throw new UsageError("listen at --socket, or at --host and --port, not at both");
  const address =
    socket === undefined
      ? { port: readNumber("port", port, 65_535) ?? 8080, host: host ?? "127.0.0.1" }
      : { path: socket };
  const tls = await readKeyPair({ option: "cert", file: cert }, { option: "key", file: key });
  return { ...address, tls };
}

/** An address as browsers and other clients take it. */
export function printPlace(address: string | AddressInfo, { cert }: PlaceValues): string {
  if (typeof address === "string") return printSocketAddress(address);
  const scheme = cert === undefined ? "http" : "https";
  return `${scheme}://${printTcpAddress({ host: address.address, port: address.port })}`;
}
