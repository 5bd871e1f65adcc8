import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export interface ProtocolHosts {
  http1(socket: Socket): void;
  http2(socket: Socket): void;
}

/**
 * Tell HTTP/2 from HTTP/1.1 by what a client has negotiated over TLS, or else by the first bytes that it sends, and
 * hand the connection on with everything it has sent.
 *
 * @param timeout the milliseconds that a client has for its first bytes, 0 for any number.
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-3.4 for the preface
 */
export function sniffProtocol(socket: Socket, hosts: ProtocolHosts, timeout: number): void {
  const negotiated = socket instanceof TLSSocket ? socket.alpnProtocol : false;
  if (negotiated === "h2") hosts.http2(socket);
  else if (negotiated === "http/1.1") hosts.http1(socket);
  else sniffPreface(socket, hosts, timeout);
}

function sniffPreface(socket: Socket, hosts: ProtocolHosts, timeout: number): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = timeout === 0 ? undefined : setTimeout(() => socket.destroy(), timeout);
  const onReadable = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, preface.length);
    const mayBeHttp2 = seen.compare(preface, 0, length, 0, length) === 0;
    if (mayBeHttp2 && length < preface.length) return;
    leave();
    socket.unshift(mayBeHttp2 ? seen : refuseUpgradeToHttp2(seen));
    if (mayBeHttp2) hosts.http2(socket);
    else hosts.http1(socket);
  };
  // A client may leave, or fail, before anybody else listens.
  const onError = () => socket.destroy();
  const leave = () => {
    clearTimeout(timer);
    socket.off("readable", onReadable).off("error", onError).off("close", leave).off("end", onError);
  };
  socket.on("readable", onReadable).on("error", onError).on("close", leave).on("end", onError);
}

/**
 * Some clients offer HTTP/2 with their first request of HTTP/1.1, as Java's HttpClient does and `curl --http2`. That way
 * is gone, and they take an answer of HTTP/1.1; but whoever listens for WebSocket upgrades would be given the request.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-3.1
 */
function refuseUpgradeToHttp2(seen: Buffer): Buffer {
  const end = seen.indexOf("\r\n\r\n");
  if (end === -1) return seen;
  const head = seen.toString("latin1", 0, end + 2);
  const without = head.replace(/\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)/i, "");
  if (without === head) return seen;
  return Buffer.concat([Buffer.from(without, "latin1"), seen.subarray(end + 2)]);
}
