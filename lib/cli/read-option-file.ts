import { readFile } from "node:fs/promises";
import { explainSystemError } from "../schema/explain-system-error.js";

/**
 * Read the file that an option names.
 *
 * @throws Error that names both: `--base: cannot read "a.yaml": no such file or directory`
 */
export async function readOptionFile({ option, file }: OptionFile): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Error(`--${option}: cannot read "${file}": ${explainSystemError(cause)}`, { cause });
  }
}

/** A file, and the option that names it. */
export interface OptionFile {
  /** Without the dashes. */
  readonly option: string;
  readonly file: string;
}
