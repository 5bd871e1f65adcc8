import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { printFault } from "../../lib/schema/config-error.js";
import { loadFiles } from "./proto-folder.js";

const texts: {
  readonly name: string;
  readonly text: string;
  readonly faults: readonly string[];
}[] = [
  {
    name: "in several statements",
    text: `syntax = "proto3";
message A {
  string one 1;
  string two = x;
  string good = 2;
  repeated = 3;
}
mesage B { string gone = 1 }
service S {
  rpc Get(A) retruns (A) { option deprecated = true; }
  rpc Good(A) returns (A);
}
`,
    faults: [
      'a.proto:3:14: unexpected "1", "=" is missing before it',
      'a.proto:4:16: "x" is no valid id',
      'a.proto:6:12: "=" is no valid type',
      'a.proto:8:1: unexpected "mesage"',
      'a.proto:10:14: unexpected "retruns", "returns" is missing before it',
    ],
  },
  {
    name: "where semicolons are missing, each once",
    text: `syntax = "proto3"
package a;
message A {
  string one = 1
  string two = 2;
  string three = 3
}
`,
    faults: ['a.proto:2:1: unexpected "package", ";" is missing before it'],
  },
  {
    name: "at the end of a block, and a brace too many",
    text: `syntax = "proto3";
message A {
  string one = 1 [json_name = "a"
}
}
message B {
  string one = 1;
  string two = 2
}
`,
    faults: [
      'a.proto:4:1: unexpected "}", "]" is missing before it',
      'a.proto:5:1: unexpected "}"',
      'a.proto:9:1: unexpected "}", ";" is missing before it',
    ],
  },
  {
    name: "and names and numbers that are used twice",
    text: `syntax = "proto3";
message A {}
message B { string one = 1; string two = 1; }
message A {}
enum C { ZERO = 0; }
message D { strin }
`,
    faults: [
      'a.proto:3:42: duplicate id 1 in "B"',
      'a.proto:4:9: "A" is declared twice, the other time in a.proto',
      'a.proto:6:19: "}" is no valid name',
    ],
  },
  {
    name: "but none that come of a missing syntax",
    text: `message A {
  string one = 1;
  string two = 2;
}
`,
    faults: ['a.proto:2:3: unexpected "string"'],
  },
  {
    name: "but no more than ten of what is no proto",
    text: `syntax = "proto3";\n${"lorem ipsum;\n".repeat(20)}`,
    faults: Array.from({ length: 10 }, (_, i) => `a.proto:${i + 2}:1: unexpected "lorem"`),
  },
];

describe("a .proto file that cannot be parsed", () => {
  it("is told with what other files declare as well", () => {
    const { faults } = loadFiles(
      {
        "a.proto": `syntax = "proto3"; package p; message A { string one = 1; string two = 1; } message B {}`,
        "b.proto": `syntax = "proto3"; package p; message B {}`,
      },
      { sources: ["b.proto", "a.proto"] },
    );
    assert.deepEqual(faults.map(printFault), [
      'a.proto:1:72: duplicate id 1 in "p.A"',
      'a.proto:1:85: "p.B" is declared twice, the other time in b.proto',
    ]);
  });

  for (const { name, text, faults } of texts) {
    it(`is told with all its faults ${name}`, () => {
      assert.deepEqual(loadFiles({ "a.proto": text }).faults.map(printFault), faults);
    });
  }
});
