import { run } from "../../lib/cli/run.js";
import type { TextOutput } from "../../lib/cli/stdio.js";

/** What a command printed, and the exit code. */
export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly stdin?: Uint8Array;
  readonly hasColors?: boolean;
}

/** Run the command line within this process. */
export async function runCommand(
  args: readonly string[],
  { stdin = new Uint8Array(), hasColors = false }: Surroundings = {},
): Promise<Printed> {
  const out: string[] = [];
  const err: string[] = [];
  const open = (texts: string[]): TextOutput => ({ write: (text) => void texts.push(text), hasColors });
  const code = await run(args, { stdout: open(out), stderr: open(err), readStdin: async () => stdin });
  return { code, out: show(out), err: show(err) };
}

/** Escape sequences as terminals show them: `^[[1m`. */
function show(texts: readonly string[]): string {
  return texts.join("").replaceAll("\x1b", "^[");
}
