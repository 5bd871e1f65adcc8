import { readFileSync, readFile as readWithCallback } from "node:fs";
import { promisify } from "node:util";
import type { Report } from "./config-error.js";
import { explainSystemError } from "./explain-system-error.js";

/**
 * Work that needs files, written once for both ways of reading them: it yields a path and resumes with the
 * content, or with `undefined` when there is no such file.
 */
export type Reading<T> = Generator<string, T, Buffer | undefined>;

/** Read a file that may be missing (`undefined`), or report why it cannot be read: because it is a folder, say. */
export function* readOrReport(
  path: string,
  report: Report,
  ifFolder = "",
): Reading<Buffer | undefined | "unreadable"> {
  try {
    return yield path;
  } catch (error) {
    const isFolder = (error as NodeJS.ErrnoException).code === "EISDIR";
    const reason = isFolder ? `it is a folder${ifFolder}` : explainSystemError(error);
    report({ message: `cannot read "${path}": ${reason}` });
    return "unreadable";
  }
}

/** Do the work, blocking. */
export function readSync<T>(reading: Reading<T>): T {
  let step = reading.next();
  while (!step.done) {
    let content: Buffer | undefined;
    try {
      content = readFileSync(step.value);
    } catch (error) {
      if (!isMissing(error)) {
        step = reading.throw(error);
        continue;
      }
    }
    step = reading.next(content);
  }
  return step.value;
}

/** That of `node:fs/promises` takes twice as long for small files: it makes an object of each open one. */
const readFile = promisify(readWithCallback);

/** Do the work without blocking. */
export async function readAsync<T>(reading: Reading<T>): Promise<T> {
  let step = reading.next();
  while (!step.done) {
    let content: Buffer | undefined;
    try {
      content = await readFile(step.value);
    } catch (error) {
      if (!isMissing(error)) {
        step = reading.throw(error);
        continue;
      }
    }
    step = reading.next(content);
  }
  return step.value;
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
