import { writeFile } from "node:fs/promises";
import { explainSystemError } from "../schema/explain-system-error.js";
import type { CommandOptions } from "./command-options.js";
import type { Terminal } from "./terminal.js";

/** Where a result goes. */
export const outputOption = {
  output: {
    heading: "what to write",
    type: "string",
    short: "o",
    value: "<file>",
    help: "where to; standard output without it",
  },
} as const satisfies CommandOptions;

/**
 * Write a result to a file; to standard output without one, or if it is `-`.
 *
 * @throws Error that names the file.
 */
export async function writeResult(
  text: string,
  file: string | undefined,
  { stdout }: Terminal,
): Promise<void> {
  if (file === undefined || file === "-") {
    stdout.write(text);
    return;
  }
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new Error(`--output: cannot write "${file}": ${explainSystemError(cause)}`, { cause });
  }
}
