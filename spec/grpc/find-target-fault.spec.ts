import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { findTargetFault } from "../../lib/grpc/find-target-fault.js";

describe("findTargetFault", () => {
  for (const target of [
    "localhost:50051",
    "localhost",
    "127.0.0.1:1",
    "[::1]:65535",
    "::1",
    "dns:greeter:50051",
    "dns:///greeter:50051",
    "dns://127.0.0.1:53/greeter:50051",
    "ipv4:127.0.0.1:1,127.0.0.1:2",
    "ipv6:[::1]:1",
    "unix:greeter.sock",
    "unix:///run/greeter.sock:80000",
    "unix-abstract:greeter",
    "xds:///greeter",
  ]) {
    it(`finds nothing wrong with ${target}`, () => assert.equal(findTargetFault(target), undefined));
  }

  for (const target of [
    "foo:bar",
    "localhost:",
    "localhost:0",
    "localhost:99999",
    "localhost:-1",
    "a:1:2",
    "dns:///greeter:http",
    "ipv4:127.0.0.1:1,127.0.0.1:70000",
  ]) {
    it(`finds the port of ${target}`, () =>
      assert.equal(findTargetFault(target), `the port of "${target}" must be a number, 1 to 65535`));
  }
});
