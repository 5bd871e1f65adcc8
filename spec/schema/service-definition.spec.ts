import assert from "node:assert/strict";
import { loadSync, type Options, type ServiceDefinition } from "@grpc/proto-loader";
import { describe, it } from "vitest";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import { serviceDefinition } from "../../lib/schema/service-definition.js";
import { loadFiles, withFiles } from "./proto-folder.js";

const includeDirs = ["spec/cases/proto", "node_modules/google-proto-files"];
const { services, representation } = loadSchemaSync("library/v1/library.proto", { includeDirs });

describe("serviceDefinition", () => {
  const found = serviceDefinition(services[0]!, representation);
  const expected = loadSync("library/v1/library.proto", { includeDirs, ...(representation as Options) })[
    "library.v1.Library"
  ] as ServiceDefinition;

  it("has the methods that proto-loader has", () => {
    assert.deepEqual(Object.keys(found), Object.keys(expected));
    for (const [name, method] of Object.entries(found)) {
      const { path, requestStream, responseStream, originalName } = expected[name]!;
      assert.deepEqual(
        [method.path, method.requestStream, method.responseStream, method.originalName],
        [path, requestStream, responseStream, originalName],
      );
    }
  });

  it("has the options that proto-loader has, the additional bindings always as a list", () => {
    for (const name of ["GetShelf", "DeleteShelf"]) {
      assert.deepEqual(found[name]?.options, expected[name]?.options);
    }
    const rule = found.UpdateShelf?.options["(google.api.http)"] as { readonly additional_bindings: unknown };
    assert.ok(Array.isArray(rule.additional_bindings));
  });

  it("serializes what proto-loader deserializes, and back", () => {
    const request = { name: "shelves/1", page_2Size: 5 };
    const response = { name: "shelves/1", state: "FULL", labelsByKey: { a: { text: "x", style: null } } };
    const { requestSerialize, requestDeserialize, responseSerialize, responseDeserialize } = found.GetShelf!;
    const theirs = expected.GetShelf!;
    assert.deepEqual(theirs.requestDeserialize(requestSerialize(request)), request);
    assert.deepEqual(requestDeserialize(theirs.requestSerialize(request)), request);
    const binary = responseSerialize(response);
    assert.deepEqual(
      { ...responseDeserialize(binary), _maxBooks: undefined },
      { ...(theirs.responseDeserialize(binary) as object), _maxBooks: undefined },
    );
  });

  it("names methods as proto-loader does", () => {
    const names = [
      ...[
        "Get",
        "get",
        "GetIAMPolicy2",
        "GETAll",
        "HTTPGet2XX",
        "snake_case",
        "Snake_Case",
        "_under",
        "a1b2",
      ],
      ...["V1Beta1Get", "ABC", "A", "getURL", "URLGet", "x_1_Y", "Get2FA", "IPv4Lookup", "aB", "__x__y"],
    ];
    const file = {
      "a.proto": `syntax = "proto3"; message M {} service S { ${names.map((name) => `rpc ${name}(M) returns (M);`).join(" ")} }`,
    };
    const { schema } = loadFiles(file);
    const ours = serviceDefinition(schema.services[0]!, representation);
    const theirs = withFiles(file, (folder) => loadSync(`${folder}/a.proto`).S as ServiceDefinition);
    for (const name of names) assert.equal(ours[name]?.originalName, theirs[name]?.originalName, name);
  });
});
