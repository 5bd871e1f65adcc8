import cluster from "node:cluster";
import type { Stats } from "node:fs";
import { chmod, link, lstat, mkdtemp, rename, rm, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname, join, resolve } from "node:path";

/** The longest path that a Unix socket may have; the kernel keeps 108 bytes with the zero at the end. */
const longestPath = 107;

/**
 * The path of a `unix:` address as the system knows it; `undefined` for other addresses.
 *
 *     readSocketPath("unix:greeter.sock")         // "/current/folder/greeter.sock"
 *     readSocketPath("unix:///tmp/greeter.sock")  // "/tmp/greeter.sock"
 *     readSocketPath("unix-abstract:greeter")     // "\0greeter": Linux only, without a file
 *     readSocketPath("127.0.0.1:50051")           // undefined
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/naming.md
 */
export function readSocketPath(address: string): string | undefined {
  if (address.startsWith("unix-abstract:")) return `\0${address.slice("unix-abstract:".length)}`;
  if (!address.startsWith("unix:")) return undefined;
  const path = address.slice("unix:".length);
  return isFile(path) ? resolve(path.replace(/^\/\/(?=\/)/, "")) : path;
}

/** The address of a socket, as clients dial it. */
export function printSocketAddress(path: string): string {
  return path.startsWith("\0") ? `unix-abstract:${path.slice(1)}` : `unix:${path}`;
}

/** Neither an abstract name of Linux nor a named pipe of Windows. */
function isFile(path: string): boolean {
  return !path.startsWith("\0") && !path.startsWith("\\\\");
}

/**
 * Listen on a Unix socket whose file has the permissions of `mode` from the moment it can be seen.
 *
 * The file that a crashed server has left behind is replaced.
 *
 * @returns removes the file, if it still is this server's; to be called when the server has been closed.
 * @throws Error when the path is too long, when a server listens there, or when something that is no socket is in
 *   the way; that is never touched.
 */
export async function listenOnSocket(
  server: Server,
  path: string,
  mode: number,
): Promise<() => Promise<void>> {
  if (Buffer.byteLength(path) > longestPath) {
    throw new Error(`the socket path "${path}" is longer than ${longestPath} bytes: choose a shorter one`);
  }
  if (!isFile(path)) {
    await listenAt(server, path);
    return async () => {};
  }
  await clearPath(path);
  const isPlaced = await listenInPrivate(server, path, mode);
  if (!isPlaced) {
    await listenAt(server, path);
    await chmod(path, mode);
  }
  // The socket of a cluster is the primary's, who removes the file when the last worker has left it.
  if (cluster.isWorker) return async () => {};
  const own = await lstat(path);
  return async () => {
    const found = await findStats(path);
    if (found !== undefined && isSame(found, own)) await unlink(path).catch(ignoreMissing);
  };
}

/**
 * A socket is born with the permissions of the umask, in a folder that is nobody else's therefore, and linked to its
 * place when it has its own; linking fails where another server has been faster.
 *
 * False where that cannot be: workers of a cluster share the socket that the primary binds for them, and the path
 * within the folder may be too long.
 */
async function listenInPrivate(server: Server, path: string, mode: number): Promise<boolean> {
  if (cluster.isWorker || Buffer.byteLength(dirname(path)) + "/.XXXXXX/s".length > longestPath) return false;
  const folder = await makePrivateFolder(path);
  const born = join(folder, "s");
  try {
    await listenAt(server, born);
    await chmod(born, mode);
    await place(born, path);
    return true;
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** An empty folder beside a socket, which is nobody else's. */
function makePrivateFolder(path: string): Promise<string> {
  const parent = dirname(path);
  // Written out: `join` would take the dot for the folder itself.
  return mkdtemp(`${parent}/.`).catch((cause: NodeJS.ErrnoException) => {
    // The system's text names the private folder, of which nobody has heard.
    const why = cause.code === "ENOENT" ? "does not exist" : "cannot be written to";
    const place = printSocketAddress(path);
    throw new Error(`cannot listen on ${place}: the folder "${parent}" ${why} (${cause.code})`, { cause });
  });
}

async function place(born: string, path: string): Promise<void> {
  try {
    await link(born, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw createBusyError(path);
    // Not every file system can link a socket.
    await rename(born, path);
  }
}

function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(createListenError(path, error));
    server.once("error", fail);
    server.listen({ path }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function createListenError(path: string, cause: Error): Error {
  return new Error(`cannot listen on ${printSocketAddress(path)}: ${cause.message}`, { cause });
}

/** Remove what a crashed server has left; nothing else. */
async function clearPath(path: string): Promise<void> {
  const stats = await findStats(path);
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new Error(`"${path}" exists and is not a socket: remove it or choose another path`);
  }
  if (await isListening(path)) {
    // The other workers of a cluster listen there as well, by the same handle.
    if (cluster.isWorker) return;
    throw createBusyError(path);
  }
  await removeStale(path, stats);
}

/**
 * Another server may have put its own socket here by now, or somebody a file: look again where it is out of their reach.
 * What is not the socket that nobody listens on goes back to its place.
 */
async function removeStale(path: string, stale: Stats): Promise<void> {
  const folder = await makePrivateFolder(path);
  const aside = join(folder, "s");
  await rename(path, aside).catch(ignoreMissing);
  const found = await findStats(aside);
  // Where the path has become too long to be asked, what nobody listened on before has to do.
  const isTaken = async () => Buffer.byteLength(aside) <= longestPath && (await isListening(aside));
  const isStale = found === undefined || (isSame(found, stale) && !(await isTaken()));
  // Fails where a third one has been faster, and then leaves what was found where it is.
  if (!isStale) await link(aside, path);
  await rm(folder, { recursive: true });
  if (!isStale) throw createBusyError(path);
}

function isSame(one: Stats, other: Stats): boolean {
  return one.isSocket() && one.ino === other.ino && one.dev === other.dev;
}

function createBusyError(path: string): Error {
  return new Error(`another server listens on "${path}": stop it or choose another path`);
}

/** Only a refused connection tells that nobody listens; a full backlog, say, does not. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) => {
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT");
    });
  });
}

function findStats(path: string) {
  return lstat(path).catch(ignoreMissing);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
