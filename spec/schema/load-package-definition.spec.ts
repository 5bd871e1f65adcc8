import assert from "node:assert/strict";
import { loadSync, type Options } from "@grpc/proto-loader";
import { describe, it } from "vitest";
import { loadServicesSync } from "../../lib/index.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";

const includeDirs = ["spec/cases/proto", "node_modules/google-proto-files"];

function load(paths: string | string[], options: Options = {}) {
  return loadSchemaSync(loadSync(paths, { includeDirs, ...options }));
}

describe("loadSchemaSync of a PackageDefinition", () => {
  for (const keepCase of [false, true]) {
    it(`has the rules and types of the source, keepCase ${keepCase}`, () => {
      const found = load("library/v1/library.proto", { keepCase });
      const expected = loadSchemaSync("library/v1/library.proto", { includeDirs });
      const methods = (schema: typeof found) =>
        schema.services[0]!.methods.map(({ fullName, path, kind, rules, isDeprecated }) => ({
          ...{ fullName, path, kind, rules, isDeprecated },
        }));
      assert.deepEqual(methods(found), methods(expected));
      const fields = (schema: typeof found) =>
        schema.root.lookupType("library.v1.Shelf").fieldsArray.map((field) => ({
          name: field.name,
          protoName: field.protoName,
          jsonName: field.jsonName,
          hasPresence: Boolean(field.hasPresence),
          type: field.resolvedType?.fullName ?? field.type,
          map: field.map,
          repeated: field.repeated,
          isOptional: field.partOf?.isProto3Optional,
        }));
      assert.deepEqual(fields(found), fields(expected));
    });
  }

  it("has all kinds of methods", () => {
    const { services } = load("greet/v1/greet.proto");
    assert.deepEqual(
      services[0]?.methods.map(({ name, kind }) => [name, kind]),
      [
        ["SayHello", "unary"],
        ["SayHellos", "server-streaming"],
        ["Shout", "unary"],
      ],
    );
  });

  it("has the well-known types as proto-loader has them", () => {
    const { root } = load("kinds/v1/kinds.proto");
    assert.deepEqual(Object.keys(root.lookupType("google.protobuf.Any").fields), ["type_url", "value"]);
    assert.equal(
      root.lookupType("kinds.v1.Kinds").fields.anAny?.resolvedType?.fullName,
      ".google.protobuf.Any",
    );
  });

  it("may be put together from several", () => {
    const definition = {
      ...loadSync("library/v1/shelf.proto", { includeDirs }),
      ...loadSync("library/v1/library.proto", { includeDirs }),
      ...loadSync("greet/v1/greet.proto", { includeDirs }),
    };
    const { services, root } = loadSchemaSync(definition);
    assert.deepEqual(services.map((service) => service.fullName).sort(), [
      "greet.v1.Greeter",
      "library.v1.Library",
    ]);
    assert.ok(root.lookupType("library.v1.Shelf"));
  });

  it("may hold a service alone", () => {
    const definition = loadSync("library/v1/library.proto", { includeDirs });
    const { services } = loadSchemaSync({ "library.v1.Library": definition["library.v1.Library"]! });
    assert.equal(services[0]?.methods.length, 3);
  });

  it("is refused with descriptors that are none", () => {
    const definition = { "p.M": { fileDescriptorProtos: [Buffer.from([255, 255])] } };
    assert.throws(() => loadSchemaSync(definition), {
      name: "ConfigError",
      message: /^a descriptor of the PackageDefinition cannot be read: index out of range/,
    });
  });

  const mixed = new URL("../cases/proto/mixed/v1/mixed.proto", import.meta.url).pathname;

  it("has the names of fields as they are written, with keepCase", () => {
    const { root } = loadSchemaSync(loadSync(mixed, { includeDirs, keepCase: true }));
    const names = root.lookupType("mixed.v1.Request").fieldsArray.map(({ protoName }) => protoName);
    assert.deepEqual(names, ["page_size", "fooBar"]);
  });

  it("says what it lacks when a rule does not fit without it", () => {
    assert.throws(() => loadServicesSync(loadSync(mixed, { includeDirs })), {
      name: "ConfigError",
      message:
        /field "fooBar" is not in mixed\.v1\.Request(?:.|\n)*has no json_name and no options of fields/,
    });
    assert.equal(loadServicesSync(loadSync(mixed, { includeDirs, keepCase: true })).routes.length, 1);
  });

  it("has neither comments nor the options of fields", () => {
    const { services, root } = load("library/v1/library.proto");
    assert.equal(services[0]?.comment, undefined);
    assert.equal(root.lookupType("library.v1.GetShelfRequest").fields.name?.parsedOptions, null);
  });
});
