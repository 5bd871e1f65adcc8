import { connect, type Socket } from "node:net";
import { createResponseReader } from "./read-responses.js";

export interface Load {
  readonly port: number;
  /** The bytes of one request. */
  readonly request: Buffer;
  /** How many connections ask at once, each again when it has been answered. */
  readonly connections: number;
}

/** Kept-alive connections that are ready to ask. */
export interface Client {
  /** Send the request so many times, and wait for the answers. */
  send(count: number): Promise<void>;
  close(): void;
}

/**
 * A client of HTTP/1.1 that takes as little of the machine as it can: it sends bytes that are ready, and of an answer
 * reads the status and where it ends.
 */
export function createClient({ port, request, connections }: Load): Client {
  let left = 0;
  let answered = 0;
  let wanted = 0;
  let settle: { resolve(): void; reject(error: Error): void } | undefined;
  const sockets = Array.from({ length: connections }, open);

  function open(): Socket {
    const read = createResponseReader(() => {
      answered++;
      if (left > 0) ask(socket);
      else if (answered === wanted) settle?.resolve();
    });
    const onread = {
      buffer: Buffer.alloc(256 * 1024),
      callback(length: number, buffer: Uint8Array) {
        try {
          read(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        } catch (error) {
          settle?.reject(error as Error);
        }
        return true;
      },
    };
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, onread });
    socket.once("error", (error) => settle?.reject(error));
    socket.once("end", () => settle?.reject(new Error("the server has closed a connection")));
    return socket;
  }

  function ask(socket: Socket): void {
    left--;
    socket.write(request);
  }

  return {
    send(count) {
      left = count;
      wanted = count;
      answered = 0;
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
        for (const socket of sockets.slice(0, count)) ask(socket);
      });
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
