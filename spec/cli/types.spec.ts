import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { createFolder } from "./create-folder.js";
import { runCommand } from "./run-command.js";

const proto = join(import.meta.dirname, "../../proto");

describe("types", () => {
  it("writes to a file", async () => {
    const { out } = await runCommand(["types", "greet/v1/greet.proto", "-I", proto]);
    assert.match(out, /export interface Greeter \{/);
    const file = join(createFolder(), "greet.ts");
    assert.deepEqual(await runCommand(["types", "greet/v1/greet.proto", "-I", proto, "-o", file]), {
      code: 0,
      out: "",
      err: "",
    });
    assert.equal(readFileSync(file, "utf8"), out);
  });

  it("writes the types of a representation", async () => {
    const { out } = await runCommand([
      ...["types", "bookstore/v1/bookstore.proto", "-I", proto, "--keep-case", "--no-defaults"],
      ...["--longs", "BigInt", "--bytes", "Array", "--enums", "Number", "--no-oneofs"],
    ]);
    assert.match(out, /page_size\?: number;/);
    assert.match(out, /seconds\?: bigint;/);
    assert.match(out, /data\?: number\[\];/);
  });

  it("leaves out the services of imports", async () => {
    const google = join(import.meta.dirname, "../../node_modules/google-proto-files");
    const { out } = await runCommand(["types", "google/cloud/speech/v1/cloud_speech.proto", "-I", google]);
    assert.match(out, /export interface Speech \{/);
    assert.doesNotMatch(out, /export interface Operations \{/);
  });
});
