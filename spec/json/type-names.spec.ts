import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { loadServicesSync } from "../../lib/services.js";
import { parseRoot } from "./parse-root.js";

const root = parseRoot(`
  syntax = "proto3";
  package acme;
  enum Color { RED = 0; }
  message Outer { message Inner { int32 x = 1; } Inner inner = 1; }
`);

describe("services.json", () => {
  const services = loadServicesSync(root);

  for (const name of ["acme.Outer.Inner", ".acme.Outer.Inner"]) {
    it(`takes the full name of a message: ${name}`, () =>
      assert.deepEqual(services.json(name).decode('{"x": 1}'), { x: 1 }));
  }

  const refused = [
    ["Inner", 'no message type "Inner" was loaded; did you mean "acme.Outer.Inner"?'],
    ["acme.Inner", 'no message type "acme.Inner" was loaded'],
    ["acme.Outr", 'no message type "acme.Outr" was loaded; did you mean "acme.Outer"?'],
    ["acme.Color", 'no message type "acme.Color" was loaded'],
    ["acme", 'no message type "acme" was loaded'],
    ["toString", 'no message type "toString" was loaded'],
    ["", 'no message type "" was loaded'],
  ] as const;
  for (const [name, message] of refused) {
    it(`refuses ${JSON.stringify(name)}`, () =>
      assert.throws(
        () => services.json(name),
        (error: Error) => error.name === "ConfigError" && error.message.startsWith(message),
      ));
  }
});
