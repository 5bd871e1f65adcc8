import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createMessageReader } from "../../lib/rpc/message-reader.js";

describe("createMessageReader", () => {
  it("reads as many messages as a piece has, which is the whole body where a middleware has read it", async () => {
    const count = 200_000;
    async function* readBody() {
      yield Buffer.alloc(5 * count);
    }
    const requests = createMessageReader(readBody(), { compression: undefined, limit: 1 });
    let read = 0;
    while ((await requests.next()) !== undefined) read++;
    assert.equal(read, count);
  });
});
