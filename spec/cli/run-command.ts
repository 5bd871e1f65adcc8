import { EventEmitter, once } from "node:events";
import { run } from "../../lib/cli/run.js";
import type { TextOutput } from "../../lib/cli/terminal.js";

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
export async function runCommand(args: readonly string[], surroundings?: Surroundings): Promise<Printed> {
  const { code, printed } = startCommand(args, surroundings);
  return { code: await code, ...printed() };
}

/** A command that runs on within this process, until it is stopped or the test is over. */
export interface RunningCommand {
  readonly code: Promise<number>;
  printed(): { readonly out: string; readonly err: string };
  /** Wait until it has printed something that matches, or has ended. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray | null>;
  stop(): void;
}

export function startCommand(
  args: readonly string[],
  { stdin = new Uint8Array(), hasColors = false }: Surroundings = {},
): RunningCommand {
  const events = new EventEmitter();
  const texts = { out: "", err: "" };
  let hasEnded = false;
  const open = (name: "out" | "err"): TextOutput => ({
    write(text) {
      // As terminals show escape sequences: `^[[1m`.
      texts[name] += text.replaceAll("\x1b", "^[");
      events.emit("change");
    },
    hasColors,
  });
  const code = run(args, {
    stdout: open("out"),
    stderr: open("err"),
    readStdin: async () => stdin,
    untilStopped: async () => void (await once(events, "stop")),
  }).finally(() => {
    hasEnded = true;
    events.emit("change");
  });
  const stop = () => void events.emit("stop");
  return {
    code,
    printed: () => ({ ...texts }),
    async waitFor(pattern) {
      for (;;) {
        const found = pattern.exec(texts.out);
        if (found !== null || hasEnded) return found;
        await once(events, "change");
      }
    },
    stop,
  };
}
