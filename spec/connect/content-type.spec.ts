import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { parseConnectType, printConnectType } from "../../lib/connect/content-type.js";

describe("parseConnectType", () => {
  const types: [string, string | undefined][] = [
    ["application/json", "application/json"],
    ["application/proto", "application/proto"],
    ["application/connect+json", "application/connect+json"],
    ["application/connect+proto", "application/connect+proto"],
    ["Application/JSON; charset=UTF-8", "application/json"],
    ['application/json;charset="utf8"', "application/json"],
    ["application/json; charset=latin1", undefined],
    ["application/x-json", undefined],
    ["application/merge-patch+json", undefined],
    ["application/connect", undefined],
    ["application/grpc-web+proto", undefined],
    ["", undefined],
  ];
  for (const [header, answered] of types) {
    it(`reads ${JSON.stringify(header)} as ${answered}`, () => {
      const type = parseConnectType(header);
      assert.equal(type && printConnectType(type), answered);
    });
  }
});
