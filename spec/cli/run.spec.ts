import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { runCommand } from "./run-command.js";

const repository = join(import.meta.dirname, "../..");
const names = ["openapi", "routes", "check", "types"];

describe("express-grpc-transcoding", () => {
  const misunderstood: readonly [args: string[], text: RegExp][] = [
    [
      ["typos"],
      /^unknown command "typos"; did you mean "types"\?\n\nhelp: express-grpc-transcoding --help\n$/,
    ],
    [["toString"], /^unknown command "toString"\n/],
    [["help", "rutes"], /^unknown command "rutes"; did you mean "routes"\?/],
    [["--verbose"], /^unknown command "--verbose"/],
    [["routes"], /^routes: name a \.proto file, or a descriptor set\n\nhelp: .* routes --help\n$/],
    [["routes", "-", "a.proto"], /^routes: "-" is a whole descriptor set: name no files beside it\n/],
    [["routes", "a.proto", "--jsno"], /^routes: unknown option "--jsno"; did you mean "--json"\?\n/],
    [["routes", "a.proto", "--toString"], /^routes: unknown option "--toString"\n/],
    [["routes", "a.proto", "-x"], /^routes: unknown option "-x"\n/],
    [["routes", "a.proto", "--json=yes"], /^routes: option "--json" takes no value, not "yes" either\n/],
    [["routes", "a.proto", "-I"], /^routes: option "-I" needs a value: -I <dir>\n/],
    [["routes", "a.proto", "--include-dir="], /^routes: option "--include-dir" needs a value/],
    [
      ["routes", "a.proto", "--include-dir", "--json"],
      /^routes: option "--include-dir" needs a value: --include-dir <dir>; if "--json" is meant, write --include-dir=--json\n/,
    ],
    [["openapi", "a.proto", "--version", "1.0"], /^openapi: --version takes 3\.1 or 3\.0, not "1\.0"\n/],
    [
      ["openapi", "a.proto", "--preset", "envoy"],
      /^openapi: --preset takes google or grpc-gateway, not "envoy"\n/,
    ],
    [
      ["types", "a.proto", "--longs", "Int"],
      /^types: --longs takes String or Number or BigInt or Long, not "Int"/,
    ],
    [["types", "a.proto", "--enums", "toString"], /^types: --enums takes String or Number, not "toString"/],
  ];
  for (const [args, text] of misunderstood) {
    it(`does not understand ${args.join(" ")}`, async () => {
      const { code, out, err } = await runCommand(args);
      assert.equal(code, 2);
      assert.equal(out, "");
      assert.match(err, text);
    });
  }

  const failing: readonly [args: string[], text: RegExp][] = [
    [["types", "nowhere.proto"], /^no such file: "nowhere\.proto"/],
    [["routes", "spec"], /^cannot read "spec": it is a folder/],
    [
      ["openapi", "proto/greet/v1/greet.proto", "-o", "/nowhere/x.json"],
      /^--output: cannot write "\/nowhere\/x\.json": no such file or directory\n$/,
    ],
    [
      ["openapi", "proto/greet/v1/greet.proto", "--base", "nowhere.yaml"],
      /^--base: cannot read "nowhere\.yaml": no such file or directory\n$/,
    ],
    [["openapi", "proto/greet/v1/greet.proto", "--base", "CHANGELOG.md"], /^CHANGELOG\.md: /],
  ];
  for (const [args, text] of failing) {
    it(`cannot do ${args.join(" ")}`, async () => {
      const { code, out, err } = await runCommand(args);
      assert.equal(code, 1);
      assert.equal(out, "");
      assert.match(err, text);
    });
  }

  it("says how it is used", async () => {
    const help = await runCommand(["--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, /^usage: express-grpc-transcoding <command> \[options\]\n/);
    for (const name of names) assert.match(help.out, new RegExp(`^  ${name} `, "m"));
    for (const other of [["help"], ["-h"]]) assert.deepEqual(await runCommand(other), help);
    assert.deepEqual(await runCommand([]), { code: 2, out: "", err: help.out });
  });

  for (const name of names) {
    it(`says how ${name} is used`, async () => {
      const help = await runCommand([name, "--help"]);
      assert.deepEqual([help.code, help.err], [0, ""]);
      assert.match(
        help.out,
        new RegExp(`^usage: express-grpc-transcoding ${name} <protos...> \\[options\\]\n`),
      );
      assert.match(help.out, /^examples:\n {2}npx express-grpc-transcoding /m);
      for (const other of [
        ["help", name],
        [name, "-h"],
        [name, "--nonsense", "--help"],
      ])
        assert.deepEqual(await runCommand(other), help);
    });
  }

  it("says which version it is", async () => {
    const { version } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    assert.deepEqual(await runCommand(["--version"]), { code: 0, out: `${version}\n`, err: "" });
  });

  it("writes in colours where they are wanted", async () => {
    const { out } = await runCommand(["--help"], { hasColors: true });
    assert.match(out, /^\^\[\[1musage:\^\[\[22m /);
    const { err } = await runCommand(["typos"], { hasColors: true });
    assert.match(err, /^\^\[\[31munknown command .*\^\[\[39m\n/);
  });
});
