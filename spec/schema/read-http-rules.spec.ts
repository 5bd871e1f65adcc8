import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { readHttpRules } from "../../lib/schema/read-http-rules.js";
import type { HttpRule } from "../../lib/schema/schema.js";

/** The rules and faults of a method with these options, in a package. */
function read(options: string, packageName = "library.v1") {
  const source = `syntax = "proto3"; package ${packageName}; message M {} service Library { rpc Get(M) returns (M) { ${options} } }`;
  const { root } = protobuf.parse(source);
  const faults: ConfigFault[] = [];
  const rules = readHttpRules(root.lookupService(`${packageName}.Library`).methods.Get!, (fault) =>
    faults.push(fault),
  );
  return { rules, faults };
}

const plain = { body: "", responseBody: "", index: 0 };

const accepted: { readonly name: string; readonly options: string; readonly rules: readonly HttpRule[] }[] = [
  { name: "a method without a rule", options: "option deprecated = true;", rules: [] },
  ...["get", "put", "post", "delete", "patch"].map((pattern) => ({
    name: `the pattern ${pattern}`,
    options: `option (google.api.http) = { ${pattern}: "/v1/shelves" };`,
    rules: [{ ...plain, httpMethod: pattern.toUpperCase(), template: "/v1/shelves" }],
  })),
  {
    name: "body and response_body",
    options: `option (google.api.http) = { post: "/v1/shelves", body: "*"; response_body: "shelf" };`,
    rules: [{ httpMethod: "POST", template: "/v1/shelves", body: "*", responseBody: "shelf", index: 0 }],
  },
  {
    name: "a custom kind, in upper case",
    options: `option (google.api.http) = { custom { kind: "head" path: "/v1/shelves" } };`,
    rules: [{ ...plain, httpMethod: "HEAD", template: "/v1/shelves" }],
  },
  {
    name: "the custom kind of all methods",
    options: `option (google.api.http) = { custom: { kind: "*", path: "/v1/shelves" } };`,
    rules: [{ ...plain, httpMethod: "*", template: "/v1/shelves" }],
  },
  {
    name: "one statement for each field",
    options: `option (google.api.http).post = "/v1/shelves"; option (google.api.http).body = "shelf";`,
    rules: [{ ...plain, httpMethod: "POST", template: "/v1/shelves", body: "shelf" }],
  },
  {
    name: "one statement for each field of a custom kind",
    options: `option (google.api.http).custom.kind = "HEAD"; option (google.api.http).custom.path = "/v1/shelves";`,
    rules: [{ ...plain, httpMethod: "HEAD", template: "/v1/shelves" }],
  },
  {
    name: "a name with a leading dot",
    options: `option (.google.api.http) = { get: "/v1/shelves" };`,
    rules: [{ ...plain, httpMethod: "GET", template: "/v1/shelves" }],
  },
  {
    name: "additional bindings in blocks",
    options: `option (google.api.http) = { get: "/v1/a" additional_bindings { put: "/v1/b" body: "*" } additional_bindings { get: "/v1/c" } };`,
    rules: [
      { ...plain, httpMethod: "GET", template: "/v1/a" },
      { ...plain, httpMethod: "PUT", template: "/v1/b", body: "*", index: 1 },
      { ...plain, httpMethod: "GET", template: "/v1/c", index: 2 },
    ],
  },
  {
    name: "additional bindings in a list",
    options: `option (google.api.http) = { get: "/v1/a" additional_bindings: [{ put: "/v1/b" }, { get: "/v1/c" }] };`,
    rules: [
      { ...plain, httpMethod: "GET", template: "/v1/a" },
      { ...plain, httpMethod: "PUT", template: "/v1/b", index: 1 },
      { ...plain, httpMethod: "GET", template: "/v1/c", index: 2 },
    ],
  },
  {
    name: "an empty list of additional bindings",
    options: `option (google.api.http) = { get: "/v1/a" additional_bindings: [] };`,
    rules: [{ ...plain, httpMethod: "GET", template: "/v1/a" }],
  },
  {
    name: "additional bindings alone",
    options: `option (google.api.http) = { additional_bindings { get: "/v1/b" } };`,
    rules: [{ ...plain, httpMethod: "GET", template: "/v1/b", index: 1 }],
  },
  {
    name: "text in pieces and with escapes",
    options: `option (google.api.http) = { get: "/v1/" 'sh\\x65lves' };`,
    rules: [{ ...plain, httpMethod: "GET", template: "/v1/shelves" }],
  },
];

const refused = [
  {
    name: "no path",
    options: `option (google.api.http) = { body: "*" };`,
    faults: ["the rule has no path: write one of get, put, post, delete, patch or custom"],
  },
  {
    name: "two paths",
    options: `option (google.api.http) = { get: "/v1/a" post: "/v1/b" };`,
    template: "/v1/a",
    faults: ["a rule has one path, this one has get and post: put the others into additional_bindings"],
  },
  {
    name: "one pattern twice",
    options: `option (google.api.http) = { get: "/v1/a" get: "/v1/b" };`,
    faults: ['"get" is given twice'],
  },
  {
    name: "an unknown name",
    options: `option (google.api.http) = { get: "/v1/a" bdoy: "*" };`,
    template: "/v1/a",
    faults: ['unknown name "bdoy" in the HTTP rule; did you mean "body"?'],
  },
  {
    name: "a number for a path",
    options: `option (google.api.http) = { get: 5 };`,
    faults: ['"get" must be a string'],
  },
  {
    name: "a rule that is no message",
    options: `option (google.api.http) = "/v1/shelves";`,
    faults: ['the HTTP rule must be a message such as { get: "/v1/shelves" }'],
  },
  {
    name: "two annotations",
    options: `option (google.api.http) = { get: "/v1/a" }; option (google.api.http) = { get: "/v1/b" };`,
    faults: ["google.api.http is given twice: put further rules into additional_bindings"],
  },
  {
    name: "nested additional bindings",
    options: `option (google.api.http) = { get: "/v1/a" additional_bindings { get: "/v1/b" additional_bindings { get: "/v1/c" } } };`,
    template: "/v1/b",
    faults: ["additional_bindings within additional_bindings are not allowed: list them side by side"],
  },
  {
    name: "an additional binding without a path",
    options: `option (google.api.http) = { get: "/v1/a" additional_bindings { body: "*" } };`,
    faults: ["additional binding 1 has no path: write one of get, put, post, delete, patch or custom"],
  },
  {
    name: "a custom kind that is no HTTP method",
    options: `option (google.api.http) = { custom { kind: "GET IT" path: "/v1/a" } };`,
    faults: ['"GET IT" is not an HTTP method: write a kind such as "HEAD"'],
  },
  {
    name: "an unknown name in custom",
    options: `option (google.api.http) = { custom { kind: "HEAD" pth: "/v1/a" } };`,
    faults: ['unknown name "pth" in custom: it has kind and path'],
  },
  {
    name: "several faults at once",
    options: `option (google.api.http) = { gett: "/v1/a" body: 5 };`,
    faults: ['unknown name "gett" in the HTTP rule; did you mean "get"?', '"body" must be a string'],
  },
];

describe("readHttpRules", () => {
  for (const { name, options, rules } of accepted) {
    it(`reads ${name}`, () => {
      assert.deepEqual(read(options), { rules, faults: [] });
    });
  }

  it("reads a name relative to a package within google", () => {
    assert.equal(read(`option (http) = { get: "/v1/a" };`, "google.api.things").rules[0]?.template, "/v1/a");
    assert.equal(
      read(`option (api.http) = { get: "/v1/a" };`, "google.pubsub.v1").rules[0]?.template,
      "/v1/a",
    );
  });

  it("does not take an option of the same name in another package for it", () => {
    assert.deepEqual(read(`option (http) = { get: "/v1/a" };`), { rules: [], faults: [] });
    assert.deepEqual(read(`option (acme.google.api.http) = { get: "/v1/a" };`), { rules: [], faults: [] });
  });

  for (const { name, options, faults, template } of refused) {
    it(`refuses ${name}`, () => {
      const found = read(options).faults;
      assert.deepEqual(
        found.map(({ message }) => message),
        faults,
      );
      assert.equal(found[0]?.method, "library.v1.Library.Get");
      if (template !== undefined) assert.equal(found[0]?.template, template);
    });
  }

  it("keeps the other rules of an annotation with a fault", () => {
    const { rules, faults } = read(
      `option (google.api.http) = { get: "/v1/a" x: 1 additional_bindings { get: "/v1/b" } };`,
    );
    assert.equal(faults.length, 1);
    assert.deepEqual(rules, [{ ...plain, httpMethod: "GET", template: "/v1/b", index: 1 }]);
  });

  it("refuses the flattened annotation of JSON without parsed options", () => {
    const root = protobuf.Root.fromJSON({
      nested: {
        M: { fields: {} },
        Library: {
          methods: {
            Get: { requestType: "M", responseType: "M", options: { "(google.api.http).get": "/v1/a" } },
          },
        },
      },
    });
    const faults: ConfigFault[] = [];
    assert.deepEqual(
      readHttpRules(root.lookupService("Library").methods.Get!, (fault) => faults.push(fault)),
      [],
    );
    assert.match(faults[0]?.message ?? "", /keep parsedOptions or load the \.proto file/);
  });
});
