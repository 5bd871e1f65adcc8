import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The folder of the project: the lines that the demo prints are meant to be pasted there. */
export const projectDir = fileURLToPath(new URL("../..", import.meta.url));

/** A program that runs beside the specs, with everything it has printed. */
export interface Program {
  /** What it has printed, errors included. */
  output(): string;
  /** Wait until it prints something that matches. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Wait until it ends; the answer is its exit code or signal. */
  waitForExit(): Promise<number | NodeJS.Signals>;
}

/** Run a TypeScript file as `npm run demo` does. */
export function startProgram(
  file: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Program {
  // Without tsx's own process in between, a signal reaches the program itself.
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
    cwd: projectDir,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let hasEnded = false;
  const changes = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (printed: string) => {
      output += printed;
      changes.emit("change");
    });
  }
  const exit = once(child, "close").then(([code, signal]) => {
    hasEnded = true;
    changes.emit("change");
    return code ?? signal;
  });
  return {
    kill: (signal) => child.kill(signal),
    output: () => output,
    waitForExit: () => exit,
    async waitFor(pattern) {
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        if (hasEnded) throw new Error(`the program ended without printing ${pattern}:\n${output}`);
        await once(changes, "change");
      }
    },
  };
}

/** Run a line in a shell, in the folder of the project, as a reader who pastes it does; the answer is its output. */
export async function runLine(line: string): Promise<string> {
  const shell = spawn("sh", ["-c", line], { cwd: projectDir, stdio: ["ignore", "pipe", "pipe"] });
  const [[code], output, errors] = await Promise.all([
    once(shell, "close"),
    text(shell.stdout),
    text(shell.stderr),
  ]);
  if (code !== 0) throw new Error(`the line ended with ${code}: ${line}\n${output}\n${errors}`);
  return output;
}
