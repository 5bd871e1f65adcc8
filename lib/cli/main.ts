#!/usr/bin/env node
import type { WriteStream } from "node:tty";
import { run } from "./run.js";
import type { TextOutput } from "./terminal.js";

process.exitCode = await run(process.argv.slice(2), {
  stdout: openOutput(process.stdout),
  stderr: openOutput(process.stderr),
  readStdin,
  untilStopped,
});

function openOutput(stream: WriteStream): TextOutput {
  // `| head` has read enough: what is left to write is nobody's loss, and the exit code stays what it is.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
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

/** Who asks twice does not wait: the second signal ends the program as if nobody had heard the first. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
