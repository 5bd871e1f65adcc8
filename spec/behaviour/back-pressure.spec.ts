import assert from "node:assert/strict";
import { setImmediate as immediately } from "node:timers/promises";
import { it } from "vitest";
import type { HandlerCall } from "../../lib/index.js";
import { eachProtocol } from "./each-protocol.js";
import { createDeferred } from "./messages.js";

/** Large enough for a few of them to fill every buffer on the way. */
const text = "x".repeat(64 * 1024);
/** 64 MiB, if nothing held the writer back. */
const endless = 1024;
/** What kernel, sockets, HTTP/2 windows and streams may hold between the two ends, on each way. */
const most = 400;

/** Wait until a count has stopped growing. */
async function settled(count: () => number): Promise<number> {
  let last = -1;
  for (let calm = 0; calm < 50; calm++) {
    if (count() !== last) calm = 0;
    last = count();
    await immediately();
  }
  return last;
}

eachProtocol("a reader that stops reading", (connect) => {
  it("holds back a handler that writes, which is told when to go on", async () => {
    let written = 0;
    let drains = 0;
    const { expand } = await connect({
      implementation: {
        expand(call: HandlerCall) {
          const go = () => {
            while (written < endless) {
              written++;
              if (!call.write({ text, count: written })) {
                call.once("drain", () => {
                  drains++;
                  go();
                });
                return;
              }
            }
            call.end();
          };
          go();
        },
      },
    });
    const replies = expand({});
    assert.equal((await replies.next()).value.count, 1);
    assert.ok((await settled(() => written)) < most, `${written} messages are on the way`);
    for (let expected = 2; expected <= 450; expected++) {
      assert.equal((await replies.next()).value.count, expected);
    }
    assert.ok(drains > 0);
    assert.ok((await settled(() => written)) < 450 + most, `${written} messages are on the way`);
    await replies.return();
  });

  it("holds back a handler that yields", async () => {
    let yielded = 0;
    const { expand } = await connect({
      implementation: {
        async *expand() {
          while (yielded < endless) yield { text, count: ++yielded };
        },
      },
    });
    const replies = expand({});
    await replies.next();
    assert.ok((await settled(() => yielded)) < most, `${yielded} messages are on the way`);
    await replies.return();
  });
});

eachProtocol("a handler that stops reading", (connect) => {
  for (const style of ["for await", "paused events"]) {
    it(`holds back its caller (${style})`, async () => {
      const rest = createDeferred();
      let received = 0;
      const { collect } = await connect({
        implementation: {
          async collect(call: HandlerCall) {
            if (style === "for await") {
              for await (const _ of call) if (++received === 1) await rest.promise;
            } else {
              call.on("data", () => {
                if (++received !== 1) return;
                call.pause();
                void rest.promise.then(() => call.resume());
              });
              await new Promise((resolve) => call.once("end", resolve));
            }
            return { count: received };
          },
        },
      });
      let sent = 0;
      async function* requests() {
        while (sent < 600) yield { text, count: ++sent };
      }
      const answer = collect(requests());
      assert.ok((await settled(() => sent)) < most, `${sent} messages are on the way`);
      rest.resolve();
      assert.equal((await answer).count, 600);
    });
  }
});
