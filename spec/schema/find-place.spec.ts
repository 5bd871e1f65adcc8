import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { findPlace } from "../../lib/schema/find-place.js";
import { assertLinear } from "../assert-linear.js";

const text = `syntax = "proto3";
// service Greeter { rpc SayHello() }
package greet.v1; /* message Wrong {
*/
service Greeter {
  rpc SayHello(HelloRequest) returns (HelloReply) {
    option (openapi) = { get: "/docs"; };
    option (google.api.http) = {
      get: "/v1/greeter/{name}";
      additional_bindings {
        put: '/v1/\\'greeter\\'/{name}' body: "name"
      }
      additional_bindings: [
        { patch: "/v1/"
                 "greeter" },
        { custom: { kind: "HEAD" path: "/v1/greeter" } response_body: "text" }
      ]
      body: "*"
    };
    option deprecated = false;
  }
  rpc Quiet(HelloRequest) returns (HelloReply);
  rpc SayBye(HelloRequest) returns (HelloReply) {
    option (.google.api.http).get = "/v1/greeter/{name}";
    option (.google.api.http).additional_bindings = { post: "/v1/greeter" };
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

const declarations = [
  { name: "greet.v1.Greeter", place: "5:9" },
  { name: "greet.v1.Greeter.SayHello", place: "6:7" },
  { name: "greet.v1.Greeter.Quiet", place: "22:7" },
  { name: "greet.v1.HelloRequest.Title.text", place: "29:26" },
  { name: "greet.v1.HelloRequest.name", place: "31:12" },
  { name: "greet.v1.HelloRequest.title", place: "33:7" },
  { name: "greet.v1.HelloRequest.added", place: "35:25" },
  { name: "greet.v1.HelloRequest.counts", place: "36:22" },
  { name: "greet.v1.HelloRequest.message", place: "37:10" },
  { name: "greet.v1.State.OPEN", place: "41:3" },
  { name: "Greeter.SayBye", place: "23:7" },
  { name: "greet.v1.Wrong", place: undefined },
  { name: "greet.v1.HelloRequest.Title.json_name", place: undefined },
  { name: "greet.v1.Greeter.SayHello.get", place: undefined },
];

const parts = [
  { method: "SayHello", rule: 0, member: "path", place: "9:7" },
  { method: "SayHello", rule: 0, member: "path", column: 1, place: "9:13" },
  { method: "SayHello", rule: 0, member: "path", column: 14, place: "9:26" },
  { method: "SayHello", rule: 0, member: "body", column: 1, place: "18:14" },
  { method: "SayHello", rule: 1, member: "body", column: 1, place: "11:46" },
  {
    method: "SayHello",
    rule: 1,
    member: "path",
    column: 9,
    place: "11:15",
    why: "escapes are longer than they read",
  },
  { method: "SayHello", rule: 2, member: "path", column: 9, place: "14:19", why: "it is in pieces" },
  { method: "SayHello", rule: 3, member: "path", column: 1, place: "16:41" },
  { method: "SayHello", rule: 3, member: "response_body", column: 1, place: "16:72" },
  {
    method: "SayHello",
    rule: 1,
    member: "response_body",
    column: 1,
    place: "11:9",
    why: "the rule has none",
  },
  { method: "SayHello", rule: 4, member: "path", column: 1, place: "6:7", why: "there is no such rule" },
  { method: "Quiet", rule: 0, member: "path", column: 1, place: "22:7", why: "it has no rule" },
  { method: "SayBye", rule: 0, member: "path", column: 1, place: "24:38" },
  { method: "SayBye", rule: 1, member: "path", column: 2, place: "25:63" },
];

describe("findPlace", () => {
  for (const { name, place } of declarations) {
    it(`finds ${name} at ${place ?? "no place"}`, () => {
      assert.equal(print(findPlace(text, name)), place);
    });
  }

  for (const { method, place, why, ...part } of parts) {
    const { rule, member, column } = part;
    it(`finds column ${column} of ${member} in rule ${rule} of ${method} at ${place}${why ? `: ${why}` : ""}`, () => {
      assert.equal(print(findPlace(text, `greet.v1.Greeter.${method}`, part)), place);
    });
  }

  it("looks at a long text once", () => {
    const linesOf = (length: number) => Array.from({ length }, (_, i) => `  string field_${i} = ${i + 1};\n`);
    const messageOf = (length: number) => `message Big {\n${linesOf(length).join("")}}`;
    assert.equal(print(findPlace(messageOf(30_000), "Big.field_29999")), "30001:10");
    assertLinear(messageOf, 30_000, (text) => findPlace(text, "Big.nothing"));
  });
});

function print(place: ReturnType<typeof findPlace>): string | undefined {
  return place && `${place.line}:${place.column}`;
}
