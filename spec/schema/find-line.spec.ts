import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { findLine } from "../../lib/schema/find-line.js";

const text = `syntax = "proto3";
// service Greeter { rpc SayHello() }
package greet.v1; /* message Wrong {
*/
service Greeter {
  rpc SayHello(HelloRequest) returns (HelloReply) {
    option (google.api.http) = {
      get: "/v1/greeter/{name}"
      additional_bindings {
        get: '/v1/\\'greeter\\'/{name}'
      }
    };
  }
  rpc Quiet(HelloRequest) returns (HelloReply);
  rpc SayBye(HelloRequest) returns (HelloReply) {
    option (google.api.http).get = "/v1/greeter/{name}";
  }
}
message HelloRequest {
  message Title { string text = 1 [json_name = "t", deprecated = true]; }
  oneof kind {
    string name = 1;
    Title
      title = 2;
  }
  extend Other { string added = 100; }
  map<string, int32> counts = 3;
  string message = 4;
}
enum State {
  STATE_UNSPECIFIED = 0;
  OPEN = 1;
}
`;

const lines = [
  { name: "greet.v1.Greeter", line: 5 },
  { name: "greet.v1.Greeter.SayHello", line: 6 },
  { name: "greet.v1.Greeter.SayHello", literal: "/v1/greeter/{name}", line: 8 },
  { name: "greet.v1.Greeter.SayHello", literal: "/v1/'greeter'/{name}", line: 10 },
  { name: "greet.v1.Greeter.SayHello", literal: "/v2", line: 6 },
  { name: "greet.v1.Greeter.Quiet", literal: "/v1/greeter/{name}", line: 14 },
  { name: "greet.v1.Greeter.SayBye", literal: "/v1/greeter/{name}", line: 16 },
  { name: "greet.v1.HelloRequest.Title.text", line: 20 },
  { name: "greet.v1.HelloRequest.name", line: 22 },
  { name: "greet.v1.HelloRequest.title", line: 24 },
  { name: "greet.v1.HelloRequest.added", line: 26 },
  { name: "greet.v1.HelloRequest.counts", line: 27 },
  { name: "greet.v1.HelloRequest.message", line: 28 },
  { name: "greet.v1.State.OPEN", line: 32 },
  { name: "Greeter.SayBye", line: 15 },
  { name: "greet.v1.Wrong", line: undefined },
  { name: "greet.v1.HelloRequest.Title.json_name", line: undefined },
  { name: "greet.v1.Greeter.SayHello.get", line: undefined },
];

describe("findLine", () => {
  for (const { name, literal, line } of lines) {
    it(`finds ${literal === undefined ? name : `"${literal}" in ${name}`} on line ${line ?? "none"}`, () => {
      assert.equal(findLine(text, name, literal), line);
    });
  }

  it("reads a text of a megabyte in no time", () => {
    const large = `message Big {\n${Array.from({ length: 30_000 }, (_, i) => `  string field_${i} = ${i + 1};\n`).join("")}}`;
    const start = performance.now();
    assert.equal(findLine(large, "Big.field_29999"), 30_001);
    assert.ok(performance.now() - start < 2_000);
  });
});
