import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, it } from "vitest";
import { untilStopped } from "../../lib/cli/until-stopped.js";

describe("untilStopped", () => {
  for (const [first, second] of [
    ["SIGINT", "SIGINT"],
    ["SIGINT", "SIGTERM"],
    ["SIGTERM", "SIGINT"],
  ] as const) {
    it(`hears ${first}, and leaves ${second} after it to Node, which ends the program`, async () => {
      const process = new EventEmitter();
      const stopped = untilStopped(process);
      process.emit(first);
      await stopped;
      assert.equal(process.listenerCount(second), 0);
    });
  }
});
