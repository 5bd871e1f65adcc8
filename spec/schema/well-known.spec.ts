import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { addBuiltInFile } from "../../lib/schema/google-protos.js";
import {
  isFreeForm,
  isHttpBody,
  isWellKnown,
  isWrapper,
  isWrittenAsString,
  wrappedScalar,
  wrapperNames,
} from "../../lib/schema/well-known.js";

const root = new protobuf.Root();
for (const file of ["any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"])
  addBuiltInFile(root, `google/protobuf/${file}.proto`, false);
addBuiltInFile(root, "google/api/httpbody.proto", false);
protobuf.parse(`syntax = "proto3"; package mine; message Timestamp {} message HttpBody {}`, root);

const types = root
  .resolveAll()
  .define("google.protobuf")
  .nestedArray.filter((object) => object instanceof protobuf.Type);

describe("the well-known types", () => {
  it("have a JSON form of their own, but for Empty", () => {
    const others = types.filter((type) => !isWellKnown(type)).map(({ name }) => name);
    assert.deepEqual(others, ["Empty"]);
  });

  it("are of one kind each", () => {
    for (const type of types.filter(isWellKnown)) {
      const kinds = [isWrittenAsString(type), isFreeForm(type), isWrapper(type)];
      assert.equal(kinds.filter(Boolean).length, 1, type.name);
    }
  });

  it("that are wrappers hold the scalar that their one field has", () => {
    assert.equal(wrapperNames.length, 9);
    for (const name of wrapperNames) {
      const type = root.lookupType(name);
      assert.deepEqual(
        type.fieldsArray.map(({ name, type }) => [name, type]),
        [["value", wrappedScalar(type)]],
      );
    }
  });

  it("are told by their full names", () => {
    const [timestamp, httpBody] = [root.lookupType("mine.Timestamp"), root.lookupType("mine.HttpBody")];
    assert.deepEqual(
      [isWellKnown(timestamp), wrappedScalar(timestamp), isHttpBody(httpBody)],
      [false, undefined, false],
    );
  });
});

describe("isHttpBody", () => {
  it("tells google.api.HttpBody from other types and from none", () => {
    assert.equal(isHttpBody(root.lookupType("google.api.HttpBody")), true);
    assert.equal(isHttpBody(root.lookupType("google.protobuf.Any")), false);
    assert.equal(isHttpBody(null), false);
  });
});
