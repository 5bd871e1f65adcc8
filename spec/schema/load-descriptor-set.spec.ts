import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { describeFiles } from "../../lib/schema/describe-files.js";
import { type LoadOptions, loadSchemaSync, type SchemaSource } from "../../lib/schema/load-schema.js";
import type { Schema } from "../../lib/schema/schema.js";
import { loadFiles, withFiles } from "./proto-folder.js";

const includeDirs = ["spec/cases/proto"];

const sets = [
  {
    set: "spec/cases/descriptor/library.binpb",
    protos: ["library/v1/library.proto", "library/v1/shelf.proto"],
    packageName: "library.v1",
  },
  {
    set: "spec/cases/descriptor/kinds.binpb",
    protos: ["kinds/v1/kinds.proto", "kinds/v1/kinds2.proto", "kinds/v1/kinds_2023.proto"],
    packageName: "kinds",
  },
];

/** Everything that a schema says about a package, by the kind and name of the object. */
function describePackage({ root }: Schema, packageName: string, hasComments: boolean) {
  const described = new Map<string, Record<string, unknown>>();
  const visit = (object: protobuf.ReflectionObject) => {
    described.set(object.toString(), describeObject(object, hasComments));
    if (object instanceof protobuf.Type) [...object.fieldsArray, ...object.oneofsArray].forEach(visit);
    if (object instanceof protobuf.Service) object.methodsArray.forEach(visit);
    if (object instanceof protobuf.Namespace) object.nestedArray.forEach(visit);
  };
  visit(root.lookup(packageName)!);
  return described;
}

function describeObject(object: protobuf.ReflectionObject, hasComments: boolean): Record<string, unknown> {
  const options = (object.parsedOptions ?? [])
    .filter((option) => !("json_name" in option || "default" in option))
    // Descriptors do not tell in which order different options were written.
    .sort((one, other) => Object.keys(one)[0]!.localeCompare(Object.keys(other)[0]!));
  const common = {
    options: options.map(unwrapLists),
    comment: hasComments ? (object.comment ?? null) : null,
  };
  if (object instanceof protobuf.Field) {
    const { protoName, jsonName, type, repeated, required, packed, delimited } = object;
    return {
      ...common,
      ...{ protoName, jsonName, type, repeated, required, packed, delimited },
      hasPresence: Boolean(object.hasPresence),
      default: String(object.typeDefault),
      key: object instanceof protobuf.MapField ? object.keyType : undefined,
      resolved: object.resolvedType?.fullName,
      oneof: object.partOf?.name,
    };
  }
  if (object instanceof protobuf.Enum) {
    const { values, valuesOptions } = object;
    return {
      ...common,
      values: { ...values },
      valuesOptions,
      comments: hasComments ? object.comments : null,
    };
  }
  if (object instanceof protobuf.Method) {
    const { requestType, responseType, requestStream, responseStream } = object;
    return { ...common, requestType, responseType, requestStream, responseStream };
  }
  return common;
}

/** In the text of an option, one element may stand for a list of it. */
function unwrapLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? unwrapLists(value[0]) : value.map(unwrapLists);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unwrapLists(inner)]));
}

/** A `FileDescriptorSet` of serialized files. */
function protobufSet(files: readonly Uint8Array[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const bytes of files) writer.uint32(10).bytes(bytes);
  return writer.finish();
}

function load(source: SchemaSource, options: LoadOptions = {}) {
  const faults: ConfigFault[] = [];
  const schema = loadSchemaSync(source, options, (fault) => faults.push(fault));
  return { schema, faults };
}

describe("loadSchemaSync of descriptor sets", () => {
  for (const { set, protos, packageName } of sets) {
    for (const keepCase of [false, true]) {
      it(`gives for ${set} what its .proto files give, keepCase ${keepCase}`, () => {
        const fromText = loadSchemaSync(protos, { includeDirs, keepCase });
        const fromSet = loadSchemaSync(set, { keepCase });
        const hasComments = set.includes("library");
        const expected = describePackage(fromText, packageName, hasComments);
        const found = describePackage(fromSet, packageName, hasComments);
        // The parser reads numbers as such, and loses the last digit of this one.
        const inexact = expected.get(`Field .kinds.v2.Kinds2.${keepCase ? "may_int64" : "mayInt64"}`);
        if (inexact !== undefined) inexact.default = "-9007199254740993";
        assert.ok(expected.size > 30);
        assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
        assert.deepEqual(
          fromSet.services.flatMap((service) => service.methods.map(({ rules }) => rules)),
          fromText.services.flatMap((service) => service.methods.map(({ rules }) => rules)),
        );
      });
    }
  }

  it("takes bytes", () => {
    const bytes = new Uint8Array(readFileSync("spec/cases/descriptor/library.binpb"));
    assert.deepEqual(
      loadSchemaSync(bytes).services.map(({ fullName, comment, file }) => ({ fullName, comment, file })),
      [{ fullName: "library.v1.Library", comment: "Books on shelves.", file: "library/v1/library.proto" }],
    );
  });

  for (const extension of ["binpb", "pb", "desc", "protoset"]) {
    it(`takes a file that ends with .${extension}`, () => {
      const content = readFileSync("spec/cases/descriptor/library.binpb");
      withFiles({ [`set.${extension}`]: content }, (folder) => {
        assert.equal(loadSchemaSync(`${folder}/set.${extension}`).services.length, 1);
      });
    });
  }

  it("takes several sets, and a file that is in two of them once", () => {
    const paths = sets.map(({ set }) => set);
    const schema = loadSchemaSync([...paths, ...paths]);
    assert.ok(schema.root.lookupType("kinds.v1.Kinds"));
    assert.equal(schema.services.length, 1);
  });

  it("keeps the files as they were serialized", () => {
    const bytes = readFileSync("spec/cases/descriptor/library.binpb");
    const { files } = loadSchemaSync(bytes);
    assert.deepEqual(
      files.map((file) => file.name),
      ["library/v1/shelf.proto", "library/v1/library.proto"],
    );
    for (const file of files) assert.ok(bytes.includes(Buffer.from(file.bytes)));
  });

  it("reads HTTP rules from a set that has no annotations.proto", () => {
    const { files, services } = loadSchemaSync("spec/cases/descriptor/library.binpb");
    assert.ok(!files.some((file) => file.name.startsWith("google/")));
    assert.equal(services[0]?.methods[0]?.rules[0]?.template, "/v1/{name=shelves/*}");
  });

  it("knows the line of a rule", () => {
    const { locate } = loadSchemaSync("spec/cases/descriptor/library.binpb");
    const text = readFileSync("spec/cases/proto/library/v1/library.proto", "utf8").split("\n");
    const { file, line } = locate("library.v1.Library.UpdateShelf");
    assert.equal(file, "library/v1/library.proto");
    assert.match(text[line! - 1] ?? "", /option \(google\.api\.http\)/);
    assert.match(text[locate("library.v1.Library.DeleteShelf").line! - 1] ?? "", /http\)\.delete/);
    assert.deepEqual(locate("library.v1.Library.Nothing"), {});
  });

  it("asks for the imports when a type is not in the set", () => {
    assert.deepEqual(load("spec/cases/descriptor/shelf-missing.binpb").faults, [
      {
        file: "library/v1/library.proto",
        message:
          'import "library/v1/shelf.proto" is not in the descriptor set: make it with --include_imports',
      },
    ]);
  });

  const broken = [
    { name: "an empty file", bytes: new Uint8Array(), message: /the descriptor set is empty/ },
    { name: "text", bytes: Buffer.from('syntax = "proto3";'), message: /no FileDescriptorSet/ },
    {
      name: "half of a set",
      bytes: readFileSync(sets[1]!.set).subarray(0, 3_000),
      message: /no FileDescriptorSet/,
    },
  ];
  for (const { name, bytes, message } of broken) {
    it(`refuses ${name}`, () => {
      const { faults } = load(bytes);
      assert.equal(faults.length, 1);
      assert.match(faults[0]?.message ?? "", message);
    });
  }

  it("refuses a field that no object can have, as from .proto files", () => {
    const proto = 'syntax = "proto3"; message Odd {\n  string __proto__ = 1;\n}';
    const refusal = /no message can keep a property "__proto__"/;
    const plain = loadFiles({ "odd.proto": proto }).schema;
    const set = protobufSet(describeFiles(plain).map(({ bytes }) => bytes));
    assert.deepEqual(
      loadSchemaSync(set)
        .root.lookupType("Odd")
        .fieldsArray.map(({ name }) => name),
      ["_Proto__"],
    );
    const { faults } = loadFiles({ "odd.proto": proto }, { keepCase: true });
    assert.match(faults[0]!.message, refusal);
    assert.deepEqual([faults[0]!.file, faults[0]!.line, faults[0]!.fileColumn], ["odd.proto", 2, 10]);
    assert.match(load(set, { keepCase: true }).faults[0]!.message, refusal);
  });

  it("refuses sets and .proto files together", () => {
    const { faults } = load(["spec/cases/descriptor/library.binpb", "spec/cases/proto/greet/v1/greet.proto"]);
    assert.deepEqual(faults, [
      {
        file: "spec/cases/proto/greet/v1/greet.proto",
        message: "descriptor sets and .proto files cannot be mixed",
      },
    ]);
  });

  it("reports a set that is not there", () => {
    assert.deepEqual(load("nowhere.binpb").faults, [{ message: 'no such file: "nowhere.binpb"' }]);
  });

  it("names the files that are no sets, among others", () => {
    withFiles({ "empty.binpb": "", "text.pb": "no set" }, (folder) => {
      const { faults } = load([
        `${folder}/text.pb`,
        "spec/cases/descriptor/library.binpb",
        `${folder}/empty.binpb`,
      ]);
      assert.deepEqual(
        faults.map(({ file, message }) => [file, message.replace(/:.*/, "")]),
        [
          [`${folder}/text.pb`, "this is no FileDescriptorSet"],
          [`${folder}/empty.binpb`, "the descriptor set is empty"],
        ],
      );
    });
  });

  it("reports a folder that is named like a set", () => {
    withFiles({ "set.binpb/a.proto": "" }, (folder) => {
      const path = `${folder}/set.binpb`;
      assert.deepEqual(load(path).faults, [{ message: `cannot read "${path}": it is a folder` }]);
    });
  });
});
