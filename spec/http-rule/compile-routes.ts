import assert from "node:assert/strict";
import protobuf from "protobufjs";
import type { Binding } from "../../lib/http-rule/binding.js";
import { compileBinding } from "../../lib/http-rule/compile-binding.js";
import type { RouteMatch } from "../../lib/http-rule/router.js";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import type { Method, Schema } from "../../lib/schema/schema.js";

/** Load the source of a `.proto` in the package `test`; Google's well-known types are there. */
export function loadSource(source: string): Schema {
  const root = new protobuf.Root();
  for (const file of ["any", "duration", "field_mask", "struct", "timestamp", "wrappers"]) {
    root.addJSON(protobuf.common.get(`google/protobuf/${file}.proto`)?.nested ?? {});
  }
  protobuf.parse(`syntax = "proto3"; package test; ${source}`, root);
  return loadSchemaSync(root);
}

/**
 * Load the one method of a service.
 *
 *     methodOf(`message Request { string name = 1; } message Response {}`)
 */
export function methodOf(messages: string): Method {
  const schema = loadSource(`${messages} service Service { rpc Call(Request) returns (Response); }`);
  const method = schema.services[0]?.methods[0];
  assert.ok(method);
  return method;
}

const anyMethod = methodOf(`
  message Request {
    string name = 1; string a = 2; string b = 3; string c = 4; string d = 5;
    Nested nested = 6;
  }
  message Nested { string name = 1; }
  message Response {}`);

/**
 * Compile routes for a request with the fields `name`, `a` to `d` and `nested.name`.
 *
 *     compileRoutes(["GET /v1/{name}", "* /v1/{name}:cancel"])
 */
export function compileRoutes(routes: readonly string[]): Binding[] {
  return routes.map((route, index) => {
    const [httpMethod = "", template = ""] = route.split(/ (.*)/);
    const rule = { httpMethod, template, body: "", responseBody: "", index };
    const binding = compileBinding(anyMethod, rule, failOn);
    assert.ok(binding);
    return binding;
  });
}

/** A fault where the spec expects none. */
export function failOn({ message }: ConfigFault): never {
  assert.fail(message);
}

/**
 * Print a match as the route followed by its captures.
 *
 *     printMatch(router.match("GET", "/v1/x"))     // ["GET /v1/{name}", "x"]
 */
export function printMatch(match: RouteMatch | undefined): string[] | undefined {
  if (match === undefined) return undefined;
  return [`${match.binding.httpMethod} ${match.binding.template.text}`, ...match.captures];
}
