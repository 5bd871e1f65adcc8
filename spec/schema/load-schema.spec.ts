import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { ConfigError, type ConfigFault } from "../../lib/schema/config-error.js";
import {
  type LoadOptions,
  loadSchema,
  loadSchemaSync,
  type SchemaSource,
} from "../../lib/schema/load-schema.js";
import { defaultRepresentation, type Representation } from "../../lib/schema/representation.js";
import type { Schema } from "../../lib/schema/schema.js";
import { loadFiles } from "./proto-folder.js";

const greet = "spec/cases/proto/greet/v1/greet.proto";

describe("loadSchema", () => {
  it("gives services with their methods, comments and rules", async () => {
    const { services } = await loadSchema(greet);
    const [greeter] = services;
    assert.deepEqual(
      { ...greeter, methods: undefined, reflection: undefined },
      {
        name: "Greeter",
        fullName: "greet.v1.Greeter",
        comment: "Says hello.",
        file: greet,
        isDeprecated: false,
        methods: undefined,
        reflection: undefined,
      },
    );
    assert.deepEqual(
      greeter?.methods.map(({ path, kind, comment, isDeprecated, rules }) => ({
        ...{ path, kind, comment, isDeprecated },
        templates: rules.map(({ template }) => template),
      })),
      [
        {
          path: "/greet.v1.Greeter/SayHello",
          kind: "unary",
          comment: "Greets one person.\n\nPolitely.",
          isDeprecated: false,
          templates: ["/v1/greeter/{name}"],
        },
        {
          path: "/greet.v1.Greeter/SayHellos",
          kind: "server-streaming",
          comment: "Greets one person three times.",
          isDeprecated: false,
          templates: ["/v1/greeter/{name}/stream"],
        },
        {
          path: "/greet.v1.Greeter/Shout",
          kind: "unary",
          comment: "Was never nice.",
          isDeprecated: true,
          templates: [],
        },
      ],
    );
    assert.ok(greeter?.methods.every((method) => method.service === greeter));
  });

  it("knows all four kinds of methods", () => {
    const { schema } = loadFiles({
      "a.proto": `syntax = "proto3"; message M {} service S {
        rpc A(M) returns (M); rpc B(stream M) returns (M); rpc C(M) returns (stream M); rpc D(stream M) returns (stream M);
      }`,
    });
    assert.deepEqual(
      schema.services[0]?.methods.map(({ kind }) => kind),
      ["unary", "client-streaming", "server-streaming", "duplex-streaming"],
    );
  });

  it("gives the same as loadSchemaSync", async () => {
    const [one, other] = [await loadSchema(greet), loadSchemaSync(greet)];
    const print = ({ root }: Schema) => JSON.stringify(root.toJSON({ keepComments: true }));
    assert.equal(print(one), print(other));
  });

  it("finds methods and the parts of their rules", async () => {
    const { locate } = await loadSchema(greet);
    const sayHello = { file: greet, line: 14, fileColumn: 7 };
    assert.deepEqual(locate("greet.v1.Greeter.SayHello"), sayHello);
    assert.deepEqual(locate("greet.v1.Greeter.SayHello", { rule: 0, member: "path", column: 5 }), {
      file: greet,
      line: 16,
      fileColumn: 17,
    });
    assert.deepEqual(locate("greet.v1.Greeter.SayHello", { rule: 1, member: "path" }), sayHello);
    assert.deepEqual(locate("greet.v1.Nobody.SayHello"), {});
  });

  it("throws one error with all faults", async () => {
    const faults = [
      /option "longs" must be/,
      /no such file: "nowhere\.proto"/,
      /no such file: "never\.proto"/,
    ];
    const isComplete = (error: unknown) =>
      error instanceof ConfigError &&
      error.faults.length === faults.length &&
      faults.every((fault, i) => fault.test(error.faults[i]!.message) && fault.test(error.message));
    const options = { longs: "String" } as unknown as LoadOptions;
    await assert.rejects(loadSchema(["nowhere.proto", "never.proto"], options), isComplete);
    assert.throws(() => loadSchemaSync(["nowhere.proto", "never.proto"], options), isComplete);
  });

  it("tells that a path is a folder, however it reads", async () => {
    const message = /cannot read "spec": it is a folder: name the \.proto files in it/;
    await assert.rejects(loadSchema("spec"), { name: "ConfigError", message });
    assert.throws(() => loadSchemaSync("spec"), { name: "ConfigError", message });
  });

  it("tells the faults to who asks for them, and gives what could be read", async () => {
    const faults: ConfigFault[] = [];
    const schema = await loadSchema(["nowhere.proto", greet], {}, (fault) => faults.push(fault));
    assert.equal(faults.length, 1);
    assert.equal(schema.services.length, 1);
  });

  it("gives faults of rules with their place", () => {
    const { faults } = loadFiles({
      "a.proto": `syntax = "proto3";
message M {}
service S {
  rpc A(M) returns (M) {
    option (.google.api.http) = {
      get: "/v1/a"
      boddy: "*"
    };
  }
}`,
    });
    assert.deepEqual(
      faults.map(({ line, fileColumn, method, template, message }) => ({
        line,
        fileColumn,
        method,
        template,
        message,
      })),
      [
        {
          line: 7,
          fileColumn: 7,
          method: "S.A",
          template: "/v1/a",
          message: 'unknown name "boddy" in the HTTP rule; did you mean "body"?',
        },
      ],
    );
  });

  it("refuses what it cannot load from", () => {
    for (const source of [
      {},
      { a: 5 },
      { a: null },
      { a: { b: 1 } },
      5,
      null,
      [],
    ] as unknown as SchemaSource[]) {
      assert.throws(() => loadSchemaSync(source), { name: "ConfigError", message: /nothing to load/ });
    }
  });
});

describe("loadSchema of a Root", () => {
  const text = `syntax = "proto3"; package p;
    service S { rpc A(M) returns (M) { option (google.api.http).get = "/v1/{page_size}"; } }
    message M { int32 page_size = 1; }`;

  it("takes it as it is", () => {
    const { root } = protobuf.parse(text, { keepCase: true });
    const schema = loadSchemaSync(root);
    assert.equal(schema.root, root);
    const [field] = schema.root.lookupType("p.M").fieldsArray;
    assert.deepEqual(
      [field?.name, field?.protoName, field?.jsonName],
      ["page_size", "page_size", "pageSize"],
    );
    assert.equal(schema.services[0]?.methods[0]?.rules[0]?.template, "/v1/{page_size}");
  });

  it("takes one of another copy of protobufjs", () => {
    const { root } = protobuf.parse(text);
    const foreign = { resolveAll() {}, toJSON: (options: protobuf.IToJSONOptions) => root.toJSON(options) };
    const schema = loadSchemaSync(foreign as unknown as protobuf.Root);
    assert.ok(schema.root instanceof protobuf.Root);
    assert.equal(schema.services[0]?.methods[0]?.rules[0]?.template, "/v1/{page_size}");
  });

  it("reports the types that it lacks, whichever copy it is from", () => {
    const { root } = protobuf.parse(`syntax = "proto3"; package p; message M { Nowhere n = 1; }`);
    const foreign = { resolveAll() {}, toJSON: (options: protobuf.IToJSONOptions) => root.toJSON(options) };
    for (const source of [root, foreign as unknown as protobuf.Root]) {
      assert.throws(() => loadSchemaSync(source), {
        name: "ConfigError",
        message: /type "Nowhere" of "p\.M\.n"/,
      });
    }
  });

  it("reports a map with keys of a type that has none", () => {
    const root = new protobuf.Root();
    root.add(new protobuf.Type("M").add(new protobuf.MapField("m", 1, "float", "string")));
    assert.throws(() => loadSchemaSync(root), {
      name: "ConfigError",
      message: '"M.m": invalid key type: float',
    });
  });
});

const options: { readonly given: LoadOptions; readonly representation: Partial<Representation> }[] = [
  { given: {}, representation: {} },
  { given: { keepCase: true, longs: Number }, representation: { keepCase: true, longs: Number } },
  { given: { longs: undefined, enums: undefined }, representation: { longs: undefined, enums: undefined } },
  { given: { longs: BigInt, bytes: Array }, representation: { longs: BigInt, bytes: Array } },
  { given: { bytes: undefined, defaults: undefined }, representation: {} },
];

const wrongOptions = [
  { given: { keepcase: true }, message: 'unknown option "keepcase"; did you mean "keepCase"?' },
  { given: { includeDir: ["x"] }, message: 'unknown option "includeDir"; did you mean "includeDirs"?' },
  { given: { json: true }, message: 'unknown option "json"' },
  { given: { longs: "String" }, message: 'option "longs" must be String or Number or BigInt or undefined' },
  { given: { enums: Number }, message: 'option "enums" must be String or undefined' },
  { given: { defaults: "yes" }, message: 'option "defaults" must be true or false' },
  { given: { bytes: null }, message: 'option "bytes" must be Buffer or String or Array' },
  { given: { includeDirs: "proto" }, message: 'option "includeDirs" must be a list of folders' },
];

describe("the options of loadSchema", () => {
  for (const { given, representation } of options) {
    it(`fill in the defaults of ${Object.keys(given).join(" and ") || "nothing"}`, () => {
      assert.deepEqual(loadSchemaSync(greet, given).representation, {
        ...defaultRepresentation,
        ...representation,
      });
    });
  }

  for (const { given, message } of wrongOptions) {
    it(`refuse ${Object.keys(given)[0]}: ${String(Object.values(given)[0])}`, () => {
      assert.throws(() => loadSchemaSync(greet, given as LoadOptions), { name: "ConfigError", message });
    });
  }
});
