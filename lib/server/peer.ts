import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { AuthContext } from "../call/server-call.js";

/** The TLS identity of the other end, as grpc-js gives it. */
export function readAuthContext(socket: Socket): AuthContext {
  if (!(socket instanceof TLSSocket)) return {};
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return { transportSecurityType: "ssl" };
  return { transportSecurityType: "ssl", sslPeerCertificate: certificate };
}

/**
 * `"127.0.0.1:41203"`, `"[::1]:41203"`, or `"unknown"` at a Unix socket.
 *
 * @param port is left out where it is not the other end's own.
 */
export function printPeer(address: string | undefined, port?: number): string {
  if (address === undefined) return "unknown";
  const suffix = port === undefined ? "" : `:${port}`;
  return address.includes(":") ? `[${address}]${suffix}` : `${address}${suffix}`;
}
