import { chmod, lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { resolve } from "node:path";

/** The longest path that a Unix socket may have; the kernel keeps 108 bytes with the zero at the end. */
const longestPath = 107;

/**
 * The path of a `unix:` address as the file system knows it; `undefined` for other addresses.
 *
 *     readSocketPath("unix:greeter.sock")         // "/current/folder/greeter.sock"
 *     readSocketPath("unix:///tmp/greeter.sock")  // "/tmp/greeter.sock"
 *     readSocketPath("127.0.0.1:50051")           // undefined
 */
export function readSocketPath(address: string): string | undefined {
  if (!address.startsWith("unix:")) return undefined;
  return resolve(address.slice("unix:".length).replace(/^\/\/(?=\/)/, ""));
}

/**
 * Make room for a socket: remove the file that a crashed server has left behind.
 *
 * @throws Error when the path is too long, when a server listens there, or when something that is no socket is in
 *   the way; that is never touched.
 */
export async function clearSocketPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestPath) {
    throw new Error(`the socket path "${path}" is longer than ${longestPath} bytes: choose a shorter one`);
  }
  const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (stats === undefined) return;
  if (!stats.isSocket())
    throw new Error(`"${path}" exists and is not a socket: remove it or choose another path`);
  if (await isListening(path)) throw new Error(`another server listens on "${path}"`);
  await unlink(path);
}

/** Only a refused connection tells that nobody listens; a full backlog, say, does not. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}

/** Say who may connect: a Unix socket asks for write permission. */
export function setSocketMode(path: string, mode: number): Promise<void> {
  return chmod(path, mode);
}

/** Remove a socket that a server has left; it is no fault if it did not. */
export async function removeSocket(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}
