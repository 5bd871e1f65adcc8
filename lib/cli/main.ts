#!/usr/bin/env node
import type { WriteStream } from "node:tty";
import { explainSystemError } from "../schema/explain-system-error.js";
import { run } from "./run.js";
import type { TextOutput } from "./terminal.js";
import { untilStopped } from "./until-stopped.js";

const code = await run(process.argv.slice(2), {
  stdout: openOutput(process.stdout, (reason) => {
    process.stderr.write(`cannot write to standard output: ${reason}\n`);
  }),
  // There is nobody left to tell.
  stderr: openOutput(process.stderr, () => {}),
  readStdin,
  untilStopped: () => untilStopped(process),
});
// An output may have failed by now, and may fail yet.
process.exitCode ||= code;

/** What is cut short is not done, so that the exit code is 1. */
function openOutput(stream: WriteStream, tell: (reason: string) => void): TextOutput {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    process.exitCode = 1;
    // `| head` has read enough, and knows it.
    if (error.code !== "EPIPE") tell(explainSystemError(error));
  });
  return {
    write: (text) => void stream.write(text),
    // Looks at NO_COLOR, FORCE_COLOR and TERM as well; only terminals have it.
    hasColors: stream.isTTY && stream.hasColors(),
  };
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}
