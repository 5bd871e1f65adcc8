import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { parseGrpcTimeout } from "../../lib/http/grpc-timeout.js";

describe("parseGrpcTimeout", () => {
  const timeouts: [string, number | undefined][] = [
    ["1H", 3_600_000],
    ["2M", 120_000],
    ["10S", 10_000],
    ["99999999m", 99_999_999],
    ["1500u", 2],
    ["1n", 1],
    ["0m", 0],
    ["", undefined],
    ["S", undefined],
    ["100000000S", undefined],
    ["-1S", undefined],
    ["1.5S", undefined],
    ["1s", undefined],
  ];
  for (const [text, milliseconds] of timeouts) {
    it(`reads ${JSON.stringify(text)} as ${milliseconds}`, () =>
      assert.equal(parseGrpcTimeout(text), milliseconds));
  }
});
