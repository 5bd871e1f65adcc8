import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { parseGrpcWebType, printGrpcWebType } from "../../lib/grpc-web/content-type.js";

describe("parseGrpcWebType", () => {
  const types: [string, string | undefined][] = [
    ["application/grpc-web", "application/grpc-web+proto"],
    ["application/grpc-web+proto", "application/grpc-web+proto"],
    ["Application/gRPC-Web+JSON; charset=utf-8", "application/grpc-web+json"],
    ["application/grpc-web-text", "application/grpc-web-text+proto"],
    ["application/grpc-web-text+json", "application/grpc-web-text+json"],
    ["application/grpc-web+thrift", undefined],
    ["application/grpc-webs", undefined],
    ["application/grpc", undefined],
    ["application/grpc+proto", undefined],
    ["text/html, application/grpc-web", undefined],
    ["", undefined],
  ];
  for (const [header, answered] of types) {
    it(`reads ${JSON.stringify(header)} as ${answered}`, () => {
      const type = parseGrpcWebType(header);
      assert.equal(type && printGrpcWebType(type), answered);
    });
  }
});
