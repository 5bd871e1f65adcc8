import { writeFile } from "node:fs/promises";
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

/** Write a result to a file; to standard output without one, or if it is `-`. */
export async function writeResult(
  text: string,
  file: string | undefined,
  { stdout }: Terminal,
): Promise<void> {
  if (file === undefined || file === "-") stdout.write(text);
  else await writeFile(file, text);
}
