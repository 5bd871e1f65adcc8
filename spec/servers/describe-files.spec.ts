import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { beforeAll, describe, it } from "vitest";
import { describeFiles } from "../../lib/schema/describe-files.js";
import { addWellKnownTypes } from "../../lib/schema/google-protos.js";
import { loadSchema } from "../../lib/schema/load-schema.js";
import type { Schema } from "../../lib/schema/schema.js";

const cases = join(import.meta.dirname, "cases");
const demoProtos = join(import.meta.dirname, "../../proto");

interface Descriptor {
  readonly [name: string]: unknown;
  readonly name: string;
  readonly nestedType?: readonly Descriptor[];
  readonly dependency?: readonly string[] | undefined;
}

interface Location {
  readonly path?: readonly number[];
  readonly leadingComments?: string;
  readonly trailingComments?: string;
}

/** With everything in it, custom options too, as the types of the schema know them. */
function decode(schema: Schema, bytes: Uint8Array): Descriptor {
  const type = schema.root.lookupType("google.protobuf.FileDescriptorProto");
  const options = { enums: String, longs: String, bytes: String };
  return type.toObject(type.decode(bytes), options) as Descriptor;
}

/** The order of imports and of nested types says nothing, and is not known of a parsed file. */
function normalize(file: Descriptor): Descriptor {
  const { sourceCodeInfo, dependency, ...rest } = file;
  return { ...sortTypes(rest as Descriptor), dependency: dependency?.toSorted() };
}

function sortTypes(descriptor: Descriptor): Descriptor {
  return Object.fromEntries(
    Object.entries(descriptor).map(([name, value]) => {
      if (name !== "nestedType" && name !== "messageType") return [name, value];
      const types = (value as Descriptor[]).map(sortTypes);
      return [name, types.toSorted((a, b) => (a.name < b.name ? -1 : 1))];
    }),
  ) as unknown as Descriptor;
}

const members: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  file: { 4: "messageType", 5: "enumType", 6: "service", 7: "extension" },
  messageType: { 2: "field", 3: "nestedType", 4: "enumType", 6: "extension", 8: "oneofDecl" },
  nestedType: { 2: "field", 3: "nestedType", 4: "enumType", 6: "extension", 8: "oneofDecl" },
  enumType: { 2: "value" },
  service: { 2: "method" },
};

/** `{ "Thing.Part": "A part of it." }` */
function comments(file: Descriptor): Record<string, string> {
  const { location = [] } = (file.sourceCodeInfo ?? {}) as { location?: readonly Location[] };
  const found = location.flatMap(({ path = [], leadingComments, trailingComments }) => {
    const text = leadingComments ?? trailingComments;
    const name = nameAt(file, path);
    return text === undefined || name === undefined ? [] : [[name, text.trim()]];
  });
  return Object.fromEntries(found);
}

function nameAt(file: Descriptor, path: readonly number[]): string | undefined {
  let kind = "file";
  let at: Descriptor | undefined = file;
  const names: string[] = [];
  for (let i = 0; i < path.length; i += 2) {
    kind = members[kind]?.[path[i] as number] ?? "";
    at = (at?.[kind] as Descriptor[] | undefined)?.[path[i + 1] as number];
    if (at === undefined) return undefined;
    names.push(at.name);
  }
  return names.join(".") || undefined;
}

async function describeProto(path: string, includeDirs: readonly string[]) {
  const schema = await loadSchema(path, { includeDirs });
  return { schema, files: new Map(describeFiles(schema).map((file) => [file.name, file.bytes])) };
}

describe("the descriptors of a .proto file", () => {
  let made: Descriptor;
  let expected: Descriptor;

  beforeAll(async () => {
    const { schema, files } = await describeProto("described.proto", [cases]);
    const name = [...files.keys()].find((each) => each.endsWith("described.proto")) as string;
    made = { ...decode(schema, files.get(name) as Uint8Array), name: "described.proto" };
    const set = protobuf.Reader.create(readFileSync(join(cases, "described.binpb")));
    set.uint32();
    expected = decode(schema, set.bytes());
  });

  it("say what protoc says", () => {
    assert.deepEqual(normalize(made), normalize(expected));
  });

  it("have the comments of everything but the file itself", () => {
    const expectedComments = comments(expected);
    assert.equal(Object.keys(expectedComments).length, 8);
    assert.deepEqual(comments(made), expectedComments);
  });
});

describe("the files of a schema", () => {
  it("have the names by which they import each other", async () => {
    const { files } = await describeProto("bookstore/v1/bookstore.proto", [demoProtos]);
    for (const name of [
      "bookstore/v1/bookstore.proto",
      "google/api/annotations.proto",
      "google/api/http.proto",
      "google/protobuf/field_mask.proto",
    ]) {
      assert(files.has(name), name);
    }
  });

  it("import only one another", async () => {
    const { schema, files } = await describeProto("bookstore/v1/bookstore.proto", [demoProtos]);
    for (const [name, bytes] of files) {
      for (const imported of decode(schema, bytes).dependency ?? []) {
        assert(files.has(imported), `${name} imports ${imported}`);
      }
    }
  });

  it("of a descriptor set are given byte for byte, with built-in imports that it lacks", async () => {
    const set = readFileSync(join(cases, "described.binpb"));
    const schema = await loadSchema(set);
    const [first, ...others] = describeFiles(schema);
    assert.deepEqual(
      Buffer.from((first as { bytes: Uint8Array }).bytes),
      set.subarray(-(first?.bytes.length ?? 0)),
    );
    const names = others.map(({ name }) => name);
    assert(names.includes("google/api/annotations.proto"));
    assert(names.includes("google/protobuf/descriptor.proto"));
  });

  it("of a root without options are described all the same", () => {
    const root = protobuf
      .parse('syntax = "proto3"; package a.b; message M { string x = 1; }')
      .root.resolveAll();
    const [file] = describeFiles({ root: root as protobuf.Root, files: [] });
    assert.equal(file?.name, "a.b.proto");
    const types = new protobuf.Root();
    addWellKnownTypes(types, "google/protobuf/descriptor.proto");
    const decoded = types.resolveAll().lookupType("google.protobuf.FileDescriptorProto").decode(file.bytes);
    assert.deepEqual(decoded.toJSON().messageType[0].name, "M");
  });
});
