import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createServedRoutes } from "../../lib/server/served-routes.js";
import { loadServicesSync, type Services } from "../../lib/services.js";
import { withFiles } from "../schema/proto-folder.js";

function load(source: string): Services {
  const preamble = `syntax = "proto3"; package test.v1; import "google/api/annotations.proto"; message M {}`;
  return withFiles({ "test.proto": preamble + source }, (folder) => loadServicesSync(`${folder}/test.proto`));
}

const two = `
  service A { rpc Get(M) returns (M) { option (google.api.http).get = "/a"; } rpc Bare(M) returns (M); }
  service B { rpc Get(M) returns (M) { option (google.api.http).get = "/b"; } rpc Bare(M) returns (M); }`;

const implementation = { get: async () => ({}) };

describe("createServedRoutes", () => {
  it("serves every service while none has been added, and then those that have", () => {
    const services = load(two);
    const { all, current } = createServedRoutes(services, false);
    const served = () => current().bindings.map(({ template }) => template.text);
    assert.deepEqual(served(), ["/a", "/b"]);
    services.add("test.v1.B", implementation);
    assert.deepEqual(served(), ["/b"]);
    assert.equal(current().router.match("GET", "/a"), undefined);
    assert.ok(current().router.match("GET", "/b"));
    services.add("test.v1.A", implementation);
    assert.deepEqual(served(), ["/a", "/b"]);
    assert.deepEqual(
      all.map(({ template }) => template.text),
      ["/a", "/b"],
    );
  });

  it("gives the same routes while nothing is added", () => {
    const { current } = createServedRoutes(load(two), false);
    assert.equal(current(), current());
  });

  it("gives methods without a rule a route of their name when asked to", () => {
    const services = load(two);
    services.add("test.v1.A", implementation);
    const { router } = createServedRoutes(services, true).current();
    assert.equal(router.match("POST", "/test.v1.A/Bare")?.binding.body, "*");
    assert.equal(router.match("POST", "/test.v1.A/Get"), undefined);
    assert.equal(router.match("POST", "/test.v1.B/Bare"), undefined);
    assert.equal(
      createServedRoutes(services, false).current().router.match("POST", "/test.v1.A/Bare"),
      undefined,
    );
  });

  it("refuses a rule for the requests of a method without one, also of a service that is added later", () => {
    const services = load(`${two}
      service C { rpc Get(M) returns (M) { option (google.api.http) = { post: "/test.v1.B/Bare" body: "*" }; } }`);
    services.add("test.v1.A", implementation);
    assert.doesNotThrow(() => createServedRoutes(services, false));
    assert.throws(() => createServedRoutes(services, true), {
      name: "ConfigError",
      message: /POST requests of this path are those of test\.v1\.C\.Get/,
    });
  });
});
