import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, onTestFinished } from "vitest";
import { run } from "../../lib/cli/run.js";

const proto = join(import.meta.dirname, "../../proto");

async function runWith(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await run(args, {
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

describe("express-grpc-transcoding", () => {
  const refusals: readonly [args: string[], code: number, text: RegExp][] = [
    [["typos"], 2, /^unknown command "typos"; did you mean "types"\?\n\nusage: /],
    [["toString"], 2, /^unknown command "toString"/],
    [["types"], 2, /^types: name a \.proto file, or a descriptor set\n\nusage: /],
    [
      ["types", "a.proto", "--longs", "Int"],
      2,
      /^types: --longs takes String or Number or BigInt or Long, not "Int"/,
    ],
    [
      ["types", "a.proto", "--enums", "toString"],
      2,
      /^types: --enums takes String or Number, not "toString"/,
    ],
    [["types", "a.proto", "--outptu", "x"], 2, /^types: Unknown option '--outptu'/],
    [["types", "nowhere.proto"], 1, /^no such file: "nowhere\.proto"/],
    [
      ["types", "greet/v1/greet.proto", "-I", proto, "-o", "/nowhere/x.ts"],
      1,
      /^ENOENT: .*'\/nowhere\/x\.ts'/,
    ],
  ];
  for (const [args, code, text] of refusals) {
    it(`refuses ${args.join(" ")}`, async () => {
      const refused = await runWith(...args);
      assert.equal(refused.code, code);
      assert.equal(refused.out, "");
      assert.match(refused.err, text);
    });
  }

  it("says how it is used", async () => {
    for (const args of [["help"], ["--help"], ["-h"]]) {
      const { code, out } = await runWith(...args);
      assert.equal(code, 0);
      assert.match(out, /^usage: express-grpc-transcoding <command>\n\n {2}types <protos\.\.\.>/);
    }
    assert.equal((await runWith()).code, 2);
  });

  it("writes types to a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cli-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "greet.ts");
    assert.deepEqual(await runWith("types", "greet/v1/greet.proto", "-I", proto, "-o", file), {
      code: 0,
      out: "",
      err: "",
    });
    assert.equal(
      await readFile(file, "utf8"),
      (await runWith("types", "greet/v1/greet.proto", "-I", proto)).out,
    );
  });

  it("writes the types of a representation", async () => {
    const { out } = await runWith(
      ...["types", "bookstore/v1/bookstore.proto", "-I", proto, "--keep-case", "--no-defaults"],
      ...["--longs", "BigInt", "--bytes", "Array", "--enums", "Number", "--no-oneofs"],
    );
    assert.match(out, /page_size\?: number;/);
    assert.match(out, /seconds\?: bigint;/);
    assert.match(out, /data\?: number\[\];/);
  });

  it("leaves out the services of imports", async () => {
    const google = join(import.meta.dirname, "../../node_modules/google-proto-files");
    const { out } = await runWith("types", "google/cloud/speech/v1/cloud_speech.proto", "-I", google);
    assert.match(out, /export interface Speech \{/);
    assert.doesNotMatch(out, /export interface Operations \{/);
  });
});
