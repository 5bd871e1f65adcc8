import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { printYaml } from "../../lib/openapi/print-yaml.js";
import { describeSource } from "./describe-source.js";

const document = describeSource(`
  // First: a line.
  //
  // - "quotes", 'quotes', \\backslashes, # hashes & {braces}: [all]
  message Response { State state = 1; google.protobuf.Timestamp at = 2; string _ = 3; }
  message Request {}
  enum State { no = 0; Y = 1; on = 2; null = 3; True = 4; }
  service Service { rpc Call(Request) returns (Response) { option (google.api.http) = { get: "/v1/call" }; } }`);

const text = printYaml({ ...document, info: { title: "1e3", version: "1.10" } });

describe("printYaml", () => {
  for (const version of ["1.1", "1.2"] as const) {
    it(`is read back as it was by readers of YAML ${version}`, () => {
      assert.deepEqual(parse(text, { version }), { ...document, info: { title: "1e3", version: "1.10" } });
    });
  }

  it("begins with the version, and has no anchors", () => {
    assert.match(text, /^openapi: 3\.1\.0\ninfo:\n {2}title: /);
    assert.doesNotMatch(text, /^\s*[\w"]+: [&*]/m);
  });
});
