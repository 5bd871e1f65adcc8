import assert from "node:assert/strict";
import type { ServerHttp2Stream } from "node:http2";
import { PassThrough } from "node:stream";
import { describe, it } from "vitest";
import { Http2Body } from "../../lib/server/http2-body.js";

describe("the body of a request over HTTP/2 whose client leaves", () => {
  function open(): { readonly stream: PassThrough; readonly body: Http2Body } {
    const stream = new PassThrough();
    // What a body uses of an HTTP/2 stream, others have, too.
    return { stream, body: new Http2Body(stream as unknown as ServerHttp2Stream) };
  }

  it("fails for whoever reads it", async () => {
    const { stream, body } = open();
    stream.write("a");
    await assert.rejects(
      async () => {
        for await (const piece of body) {
          assert.equal(String(piece), "a");
          stream.destroy();
        }
      },
      { message: "aborted" },
    );
  });

  it("does no harm when nobody reads it, or reads on", async () => {
    for (const reads of [false, true]) {
      const { stream, body } = open();
      if (reads) {
        stream.write("a");
        for await (const _ of body.iterator({ destroyOnReturn: false })) break;
      }
      // An error that nobody listens for ends the run.
      const closed = new Promise((resolve) => body.on("close", resolve));
      stream.destroy();
      await closed;
      assert.equal(body.errored?.message, "aborted");
    }
  });
});
