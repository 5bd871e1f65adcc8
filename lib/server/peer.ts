import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { AuthContext } from "../call/server-call.js";

/**
 * The TLS identity of the other end, as grpc-js gives it: none unless it was verified. A server that takes connections
 * with any certificate (`rejectUnauthorized: false`) must not have handlers take one for an identity.
 */
export function readAuthContext(socket: Socket): AuthContext {
  if (!(socket instanceof TLSSocket && socket.authorized)) return {};
  return { transportSecurityType: "ssl", sslPeerCertificate: socket.getPeerCertificate() };
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
