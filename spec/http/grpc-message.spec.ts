import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { encodeGrpcMessage } from "../../lib/http/grpc-message.js";

describe("encodeGrpcMessage", () => {
  const messages: [string, string][] = [
    ["plain text, ~ and all", "plain text, ~ and all"],
    ["100%", "100%25"],
    ["a\r\nb", "a%0D%0Ab"],
    ["größe", "gr%C3%B6%C3%9Fe"],
    ["\u{1f600}", "%F0%9F%98%80"],
  ];
  for (const [message, encoded] of messages) {
    it(`writes ${JSON.stringify(message)} as ${encoded}`, () =>
      assert.equal(encodeGrpcMessage(message), encoded));
  }
});
