import { getSystemErrorMap } from "node:util";

/**
 * Why the system refused, in words.
 *
 *     explainSystemError(error)    // "no such file or directory", not "ENOENT: no such file or directory, open 'a.pem'"
 */
export function explainSystemError(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  const [, words] = (errno === undefined ? undefined : getSystemErrorMap().get(errno)) ?? [];
  return words ?? message;
}
