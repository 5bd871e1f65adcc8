import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, createReadStream, openSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const main = join(repository, "lib/cli/main.ts");

function start(...args: string[]) {
  return spawn(process.execPath, ["--import", "tsx", main, ...args], { cwd: repository });
}

describe("the program", () => {
  it("reads standard input, and writes no colours into a pipe", async () => {
    const program = start("routes", "-");
    createReadStream(join(repository, "spec/cases/descriptor/library.binpb")).pipe(program.stdin);
    const [out, err, [code]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, "close"),
    ]);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^HTTP +PATH +METHOD +STREAMING\n/);
  });

  it("keeps quiet when its reader has read enough, but is not done", async () => {
    const program = start("openapi", "proto/bookstore/v1/bookstore.proto");
    program.stdout.destroy();
    const [err, [code]] = await Promise.all([text(program.stderr), once(program, "close")]);
    assert.deepEqual([code, err], [1, ""]);
  });

  it("says why it cannot write", async () => {
    const readOnly = openSync(main, "r");
    const program = spawn(process.execPath, ["--import", "tsx", main, "--help"], {
      cwd: repository,
      stdio: ["ignore", readOnly, "pipe"],
    });
    closeSync(readOnly);
    const [err, [code]] = await Promise.all([text(program.stderr!), once(program, "close")]);
    assert.deepEqual([code, err], [1, "cannot write to standard output: bad file descriptor\n"]);
  });

  it("ends with the exit code of its command", async () => {
    const program = start("check", "nowhere.proto");
    const [out, err, [code]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, "close"),
    ]);
    assert.deepEqual([code, err], [1, "1 fault\n"]);
    assert.match(out, /^no such file: "nowhere\.proto"/);
  });
});
