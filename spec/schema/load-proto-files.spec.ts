import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { printFault } from "../../lib/schema/config-error.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import { loadFiles } from "./proto-folder.js";

const head = 'syntax = "proto3";';

/** Sources whose message `M` can be found. */
const readable: {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly includeDirs?: readonly string[];
  readonly sources?: readonly string[];
}[] = [
  { name: "a file alone", files: { "m.proto": `${head} message M {}` } },
  { name: "a file with a byte order mark", files: { "m.proto": `\uFEFF${head} message M {}` } },
  {
    name: "Windows line ends",
    files: { "m.proto": `${head}\r\n// M.\r\nmessage M {\r\n  string a = 1;\r\n}\r\n` },
  },
  {
    name: "an import beside the file",
    files: {
      "a.proto": `${head} import "b.proto"; message M { B b = 1; }`,
      "b.proto": `${head} message B {}`,
    },
  },
  {
    name: "an import in an include dir",
    files: {
      "src/a.proto": `${head} import "lib/b.proto"; message M { B b = 1; }`,
      "vendor/lib/b.proto": `${head} message B {}`,
    },
    includeDirs: ["other", "vendor"],
  },
  {
    name: "the first of two include dirs that have an import",
    files: {
      "a.proto": `${head} import "b.proto"; message M { First f = 1; }`,
      "one/b.proto": `${head} message First {}`,
      "two/b.proto": `${head} message Second {}`,
    },
    includeDirs: ["one", "two"],
  },
  {
    name: "one file by two import names",
    files: {
      "proto/a.proto": `${head} import "x/b.proto"; import "b.proto"; message M { B b = 1; }`,
      "proto/x/b.proto": `${head} message B {}`,
    },
    includeDirs: ["proto", "proto/x"],
  },
  {
    name: "a copy of a file in another folder",
    files: {
      "a.proto": `${head} import "x/b.proto"; import "y/b.proto"; message M { B b = 1; }`,
      "x/b.proto": `${head} message B {}`,
      "y/b.proto": `${head} message B {}`,
    },
  },
  {
    name: "different files of one import name beside their importers",
    files: {
      "a.proto": `${head} import "x/m.proto"; import "y/m.proto"; message M { x.M x = 1; y.M y = 2; }`,
      "x/m.proto": `${head} package x; import "b.proto"; message M { B b = 1; }`,
      "x/b.proto": `${head} package x; message B {}`,
      "y/m.proto": `${head} package y; import "b.proto"; message M { B b = 1; }`,
      "y/b.proto": `${head} package y; message B {}`,
    },
  },
  {
    name: "a copy of a well-known type",
    files: {
      "a.proto": `${head} import "vendor/google/protobuf/any.proto"; import "google/protobuf/any.proto"; message M { google.protobuf.Any a = 1; }`,
      "vendor/google/protobuf/any.proto": `${head} package google.protobuf; message Any { string other = 1; }`,
    },
    sources: ["a.proto", "vendor/google/protobuf/any.proto"],
  },
  {
    name: "a source that is imported as well",
    files: {
      "proto/a.proto": `${head} import "b.proto"; message M { B b = 1; }`,
      "proto/b.proto": `${head} message B {}`,
    },
    includeDirs: ["proto"],
    sources: ["proto/b.proto", "proto/a.proto", "proto/b.proto"],
  },
  {
    name: "public imports",
    files: {
      "a.proto": `${head} import "b.proto"; message M { C c = 1; }`,
      "b.proto": `${head} import public "c.proto";`,
      "c.proto": `${head} message C {}`,
    },
  },
  {
    name: "a weak import that is missing",
    files: { "a.proto": `${head} import weak "b.proto"; message M {}` },
  },
  {
    name: "files that import each other in a circle",
    files: {
      "a.proto": `${head} import "b.proto"; message M { B b = 1; }`,
      "b.proto": `${head} import "c.proto"; message B { C c = 1; }`,
      "c.proto": `${head} import "b.proto"; import "a.proto"; message C { M m = 1; B b = 2; }`,
    },
  },
  {
    name: "well-known types that repeat each other",
    files: {
      "a.proto": `${head} import "google/protobuf/api.proto"; import "google/protobuf/type.proto";
        import "google/protobuf/any.proto"; import "google/protobuf/compiler/plugin.proto";
        message M { google.protobuf.Api a = 1; google.protobuf.Type t = 2; google.protobuf.Any any = 3; }`,
    },
  },
  {
    name: "the common files of google/api and google/rpc",
    files: {
      "a.proto": `${head} import "google/api/annotations.proto"; import "google/api/http.proto";
        import "google/api/httpbody.proto"; import "google/api/field_behavior.proto";
        import "google/api/resource.proto"; import "google/rpc/status.proto"; import "google/api/client.proto";
        message M { google.api.HttpBody body = 1; google.rpc.Status status = 2; google.api.HttpRule rule = 3; }`,
    },
  },
  {
    name: "other files of Google's from google-proto-files",
    files: {
      "a.proto": `${head} import "google/type/date.proto"; message M { google.type.Date date = 1; }`,
    },
  },
  {
    name: "proto2",
    files: { "a.proto": `syntax = "proto2"; message M { required string a = 1; optional group G = 2 {} }` },
  },
  { name: "edition 2023", files: { "a.proto": `edition = "2023"; message M { string a = 1; }` } },
  { name: "edition 2024", files: { "a.proto": `edition = "2024"; export message M { string a = 1; }` } },
];

describe("loadSchemaSync of .proto files", () => {
  for (const { name, files, ...options } of readable) {
    it(`reads ${name}`, () => {
      const { schema, faults } = loadFiles(files, options);
      assert.deepEqual(faults, []);
      for (const field of schema.root.lookupType("M").fieldsArray) {
        assert.ok(Object.hasOwn(protobuf.types.basic, field.type) || field.resolvedType !== null, field.name);
      }
    });
  }

  it("looks for a relative path in the include dirs and then in the working directory", () => {
    const options = { includeDirs: ["spec/cases/proto"] };
    const [inIncludeDir, inWorkingDirectory] = [
      "greet/v1/greet.proto",
      "spec/cases/proto/greet/v1/greet.proto",
    ];
    for (const path of [inIncludeDir, inWorkingDirectory]) {
      assert.equal(loadSchemaSync(path, options).services[0]?.file, inWorkingDirectory);
    }
  });

  it("names well-known types as proto-loader does", () => {
    for (const keepCase of [true, false]) {
      const { schema } = loadFiles(
        { "a.proto": `${head} import "google/protobuf/any.proto"; import "google/protobuf/struct.proto";` },
        { keepCase },
      );
      assert.deepEqual(Object.keys(schema.root.lookupType("google.protobuf.Any").fields), [
        "type_url",
        "value",
      ]);
      assert.ok("nullValue" in schema.root.lookupType("google.protobuf.Value").fields);
    }
  });

  it("names the fields of built-in files by keepCase", () => {
    const files = { "a.proto": `${head} import "google/api/httpbody.proto";` };
    for (const [keepCase, name] of [
      [true, "content_type"],
      [false, "contentType"],
    ] as const) {
      const body = loadFiles(files, { keepCase }).schema.root.lookupType("google.api.HttpBody");
      assert.deepEqual(Object.keys(body.fields), [name, "data", "extensions"]);
    }
  });

  it("leaves the table of well-known types in protobufjs alone", () => {
    loadFiles({ "a.proto": `${head} import "google/protobuf/descriptor.proto"; message M {}` });
    assert.equal(protobuf.common.get("google/protobuf/descriptor.proto"), null);
  });

  it("finds types from the innermost scope outwards, as protoc does", () => {
    const { schema } = loadFiles({
      "a.proto": `${head} package a;
        message M {
          State state = 1;
          message Inner { enum State { NESTED = 0; } State state = 1; }
        }
        enum State { OUTER = 0; }`,
    });
    assert.equal(schema.root.lookupType("a.M").fields.state?.resolvedType?.fullName, ".a.State");
    assert.equal(
      schema.root.lookupType("a.M.Inner").fields.state?.resolvedType?.fullName,
      ".a.M.Inner.State",
    );
  });

  it("names the field of a group as protoc does", () => {
    const { schema } = loadFiles({
      "a.proto": `syntax = "proto2"; message M { optional group SearchResult = 1 { optional int32 n = 1; } }`,
    });
    const [field] = schema.root.lookupType("M").fieldsArray;
    assert.equal(field?.protoName, "searchresult");
    assert.equal(field?.jsonName, "searchresult");
  });

  it("takes the default of a bytes field as bytes, never as base64", () => {
    const { schema } = loadFiles({
      "a.proto": `syntax = "proto2"; message M { optional bytes a = 1 [default = "none"]; optional bytes b = 2 [default = "\\001\\377"]; }`,
    });
    const defaults = schema.root.lookupType("M").fieldsArray.map((field) => [...field.typeDefault]);
    assert.deepEqual(defaults, [[..."none"].map((c) => c.charCodeAt(0)), [1, 255]]);
  });

  it("names custom options in full", () => {
    const { schema } = loadFiles({
      "a.proto": `${head} package a.b; import "google/protobuf/descriptor.proto";
        extend google.protobuf.FieldOptions { string shown_as = 50000; }
        extend google.protobuf.EnumValueOptions { string shown = 50000; }
        message M { string x = 1 [(shown_as) = "1", (b.shown_as) = "2", (.a.b.shown_as) = "3", (else) = "4"]; }
        enum E { ZERO = 0 [(shown) = "none"]; }`,
    });
    assert.deepEqual(schema.root.lookupType("a.b.M").fields.x?.parsedOptions, [
      { "(a.b.shown_as)": "1" },
      { "(a.b.shown_as)": "2" },
      { "(a.b.shown_as)": "3" },
      { "(else)": "4" },
    ]);
    assert.deepEqual(schema.root.lookupEnum("a.b.E").valuesOptions, { ZERO: { "(a.b.shown)": "none" } });
  });

  it("keeps comments", () => {
    const { schema } = loadFiles({
      "a.proto": `${head}
// The message.
//
// * of two
//   paragraphs
message M {
  // *Required* text.
  string a = 1;
  int32 b = 2; // Behind.
  /** A block. */
  int32 c = 3;
  // Of many lines.
  repeated .M
      many =
          4;
  // The choice.
  oneof choice {
    // The first.
    string d = 5;
  }
}
/* The state. */
enum State {
  // Nobody knows.
  UNKNOWN = 0;
  OPEN = 1; // It is.
}
`,
    });
    const type = schema.root.lookupType("M");
    const state = schema.root.lookupEnum("State");
    assert.equal(type.comment, "The message.\n\n* of two\nparagraphs");
    assert.deepEqual(
      type.fieldsArray.map((field) => field.comment),
      ["*Required* text.", "Behind.", "A block.", "Of many lines.", "The first."],
    );
    assert.equal(type.oneofsArray[0]?.comment, "The choice.");
    assert.equal(state.comment, "The state.");
    assert.deepEqual(state.comments, { UNKNOWN: "Nobody knows.", OPEN: "It is." });
  });
});

/** Sources with faults: all of them, in the order of the files. */
const faulty: {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly includeDirs?: readonly string[];
  readonly sources?: readonly string[];
  readonly faults: readonly string[];
}[] = [
  {
    name: "a path that leads nowhere",
    files: { "a.proto": head },
    sources: ["b.proto"],
    includeDirs: ["x"],
    faults: ['no such file: "b.proto"'],
  },
  {
    name: "a folder",
    files: { "a/b.proto": head },
    sources: ["a"],
    faults: ['cannot read "a": it is a folder: name the .proto files in it'],
  },
  {
    name: "a folder as import",
    files: { "a.proto": `${head}\nimport "b";\nmessage M { B b = 1; }`, "b/c.proto": head },
    faults: ['a.proto:2:9: cannot read "b": it is a folder: name the .proto files in it'],
  },
  {
    name: "an import that is not there",
    files: { "a.proto": `${head}\n\nimport "x/b.proto";\nmessage M { x.B b = 1; }` },
    includeDirs: ["one", "two"],
    faults: [
      'a.proto:3:9: import "x/b.proto" not found in "one" or "two" or ".": add the folder that it is relative to to includeDirs',
    ],
  },
  {
    name: "an import that is relative to a folder above",
    files: {
      "proto/greet/v1/a.proto": `${head}\nimport "greet/v1/b.proto";`,
      "proto/greet/v1/b.proto": head,
    },
    faults: [
      'proto/greet/v1/a.proto:2:9: import "greet/v1/b.proto" not found in "proto/greet/v1": it is in "proto", add that to includeDirs',
    ],
  },
  {
    name: "an import of Google's that does not exist",
    files: { "a.proto": `${head}\nimport "google/nowhere.proto";` },
    faults: [
      'a.proto:2:9: import "google/nowhere.proto" not found in ".": google-proto-files does not have it either, add the folder that it is relative to to includeDirs',
    ],
  },
  {
    name: "a token in the wrong place",
    files: { "a.proto": `${head}\nmessage M {\n  string a 1;\n}` },
    faults: ['a.proto:3:12: unexpected "1", "=" is missing before it'],
  },
  {
    name: "a word that is no statement",
    files: { "a.proto": `${head}\nmesage M {}` },
    faults: ['a.proto:2:1: unexpected "mesage"'],
  },
  {
    name: "a value that is none",
    files: { "a.proto": `${head}\nmessage M {\n  string a = x;\n}` },
    faults: ['a.proto:3:14: "x" is no valid id'],
  },
  {
    name: "a brace that is not closed",
    files: { "a.proto": `${head}\nmessage M {\n  string a = 1;\n` },
    faults: ["a.proto:4: the file ends within a declaration: a brace or a semicolon is missing"],
  },
  {
    name: "a string that is not closed",
    files: { "a.proto": `${head}\nimport "b.proto;\n` },
    faults: ["a.proto:2: illegal string"],
  },
  {
    name: "a field number that is used twice",
    files: { "a.proto": `${head}\npackage p;\nmessage M {\n  string a = 1;\n  string b = 1;\n}` },
    faults: ['a.proto:5:14: duplicate id 1 in "p.M"'],
  },
  {
    name: "a type that is declared twice",
    files: {
      "a.proto": `${head}\npackage p;\nimport "b.proto";\nmessage M {}`,
      "b.proto": `${head}\npackage p;\n\nmessage M {}`,
    },
    faults: ['b.proto:4:9: "p.M" is declared twice, the other time in a.proto'],
  },
  {
    name: "types that are not there, all of them",
    files: {
      "a.proto": `${head} package p; import "b.proto";
        message Shelf { Bok book = 1; map<string, Shelve> m = 2; }
        service Library { rpc Get(Shelve) returns (Nothing); }`,
      "b.proto": `${head} package p; message Book { q.Z z = 1; }`,
    },
    faults: [
      'a.proto:2:29: type "Bok" of "p.Shelf.book" is not defined; did you mean "p.Book"?',
      'a.proto:2:59: type "Shelve" of "p.Shelf.m" is not defined; did you mean "p.Shelf"?',
      'a.proto:3:31: p.Library.Get: type "Shelve" of "p.Library.Get" is not defined; did you mean "p.Shelf"?',
      'a.proto:3:31: p.Library.Get: type "Nothing" of "p.Library.Get" is not defined',
      'b.proto:1:50: type "q.Z" of "p.Book.z" is not defined',
    ],
  },
  {
    name: "an enum in place of a message",
    files: {
      "a.proto": `${head} package p; enum E { A = 0; } message M {} service S { rpc Get(E) returns (M); }`,
    },
    faults: ['a.proto:1:78: p.S.Get: type "p.E" of "p.S.Get" is an enum: write a message'],
  },
  {
    name: "an extension of a type that is not there",
    files: { "a.proto": `${head} package p; extend Nowhere { string x = 100; }` },
    faults: ['a.proto:1:55: type "Nowhere" of "p.x" is not defined'],
  },
  {
    name: "the faults of all files, and no types that are missing because of them",
    files: {
      "a.proto": `${head}\nimport "broken.proto";\nimport "missing.proto";\nmessage A { Lost a = 1; Broken b = 2; }`,
      "broken.proto": `${head}\nmessage Broken {\n  string = 1;\n}`,
      "c.proto": `${head}\nmessage C { Nowhere n = 1; }`,
    },
    sources: ["a.proto", "c.proto"],
    faults: [
      'broken.proto:3:10: "=" is no valid name',
      'a.proto:3:9: import "missing.proto" not found in ".": add the folder that it is relative to to includeDirs',
      'c.proto:2:21: type "Nowhere" of "C.n" is not defined',
    ],
  },
];

describe("loadSchemaSync of faulty .proto files", () => {
  for (const { name, files, faults, ...options } of faulty) {
    it(`reports ${name}`, () => {
      assert.deepEqual(loadFiles(files, options).faults.map(printFault), faults);
    });
  }

  it("names the folders in which a path was looked for", () => {
    assert.throws(() => loadSchemaSync("nowhere.proto", { includeDirs: ["proto"] }), {
      message: `no such file: "nowhere.proto" in "proto" or "${process.cwd()}"`,
    });
  });

  it("keeps what could be read", () => {
    const { schema } = loadFiles(
      {
        "a.proto": `${head} package p; service S { rpc Good(M) returns (M); rpc Bad(N) returns (M); } message M {}`,
      },
      {},
    );
    assert.deepEqual(
      schema.services[0]?.methods.map((method) => method.name),
      ["Good"],
    );
  });
});
