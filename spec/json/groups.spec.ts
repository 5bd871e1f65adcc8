import assert from "node:assert/strict";
import { create, createFileRegistry, fromBinary, fromJsonString, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, it } from "vitest";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { describeFiles } from "../../lib/schema/describe-files.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { loadFiles } from "../schema/proto-folder.js";

const text = `
  syntax = "proto2";
  package old;
  message Page {
    optional group MyGroup = 14 { optional int32 a = 1; optional group Inner = 3 { optional int32 z = 1; } }
    repeated group Row = 15 { optional int32 a = 1; }
    extensions 100 to 199;
  }
  message Scope { extend Page { repeated group InScope = 107 { optional string s = 1; } } }
  extend Page { optional group ExtGroup = 106 { optional int32 a = 1; } }
`;

/** What bytes begin and end with a group's tags. */
const rows = [
  ['{"mygroup":{"a":1,"inner":{"z":2}},"row":[{"a":3}]}', "7308011b08021c747b08037c"],
  ['{"[old.extgroup]":{"a":1}}', "d3060801d406"],
  ['{"[old.Scope.inscope]":[{"s":"x"},{"s":"y"}]}', "db060a0178dc06db060a0179dc06"],
] as const;

describe("groups, also those of extensions", () => {
  const protos = loadFiles({ "old.proto": text }).schema;
  const file = describeFiles(protos).map(({ bytes }) => fromBinary(FileDescriptorProtoSchema, bytes));
  const set = create(FileDescriptorSetSchema, { file });
  const sources = {
    "a .proto file": protos,
    "a descriptor set": loadSchemaSync(toBinary(FileDescriptorSetSchema, set)),
  };
  for (const [source, { root }] of Object.entries(sources)) {
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("old.Page"));
    for (const [json, hex] of rows) {
      it(`are written and read from ${source}: ${json}`, () => {
        assert.equal(Buffer.from(codec.toBinary(json)).toString("hex"), hex);
        assert.equal(codec.fromBinary(Buffer.from(hex, "hex")), json);
        assert.deepEqual(JSON.parse(codec.encode(codec.decode(json))), JSON.parse(json));
      });
    }
  }

  it("are the same to @bufbuild/protobuf", () => {
    const registry = createFileRegistry(set);
    const page = registry.getMessage("old.Page")!;
    for (const [json, hex] of rows) {
      const bytes = toBinary(page, fromJsonString(page, json, { registry }));
      assert.equal(Buffer.from(bytes).toString("hex"), hex);
    }
  });
});
