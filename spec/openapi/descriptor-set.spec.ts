import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "vitest";
import { compileBindings } from "../../lib/http-rule/compile-binding.js";
import { buildDocument } from "../../lib/openapi/build-document.js";
import { loadSchemaSync, type SchemaSource } from "../../lib/schema/load-schema.js";
import { operationsOf } from "./document-checks.js";

const cases = join(import.meta.dirname, "../cases");

function describeServices(source: SchemaSource, includeDirs: readonly string[] = []) {
  const { services } = loadSchemaSync(source, { includeDirs });
  const bindings = compileBindings(services, ({ message }) => assert.fail(message));
  return buildDocument(bindings, { json: { emitDefaults: true } });
}

describe("the document of a descriptor set", () => {
  it("is that of the files it was made from, to the letter", () => {
    const ofFiles = describeServices("library/v1/library.proto", [join(cases, "proto")]);
    const ofSet = describeServices(join(cases, "descriptor/library.binpb"));
    assert.ok(operationsOf(ofFiles).length > 2);
    assert.equal(JSON.stringify(ofSet, undefined, 2), JSON.stringify(ofFiles, undefined, 2));
  });
});
