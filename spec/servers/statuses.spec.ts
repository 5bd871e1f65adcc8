import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { describe, it } from "vitest";
import { listen, RpcError, startGrpcServer, status } from "../../lib/index.js";
import { connectNotes, loadNotes, notes, stopAfterwards } from "./notes.js";

// Statuses that do not fit into the headers of HTTP/2 as they are.

const long = "x".repeat(100_000);

async function loadFailing() {
  return loadNotes({
    ...notes,
    send({ request }: { request: { text: string } }) {
      const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: long }];
      throw request.text === "details"
        ? new RpcError(status.NOT_FOUND, "no such note", { details })
        : new RpcError(status.NOT_FOUND, request.text);
    },
  });
}

const servers = {
  startGrpcServer: async (onError?: (error: unknown) => void) => {
    const { addresses } = stopAfterwards(
      await startGrpcServer(await loadFailing(), { address: "127.0.0.1:0", onError }),
    );
    return addresses[0] as string;
  },
  listen: async (onError?: (error: unknown) => void) => {
    const { address } = stopAfterwards(await listen(await loadFailing(), { host: "127.0.0.1", onError }));
    return `127.0.0.1:${(address as AddressInfo).port}`;
  },
};

for (const [name, start] of Object.entries(servers)) {
  describe(`a failed call of ${name}`, () => {
    it("may have a text that is no Unicode", async () => {
      const { send } = connectNotes(await loadNotes(), await start());
      await assert.rejects(send({ text: "half \ud83d." }), {
        code: status.NOT_FOUND,
        message: "half \ufffd.",
      });
    });

    it("has its text cut when it is too long", async () => {
      const { send } = connectNotes(await loadNotes(), await start());
      await assert.rejects(send({ text: long }), {
        code: status.NOT_FOUND,
        message: `${"x".repeat(4096)}…`,
      });
    });

    it("goes without its details when they are too long, and the operator is told", async () => {
      const told: unknown[] = [];
      const { send } = connectNotes(await loadNotes(), await start((error) => told.push(error)));
      await assert.rejects(send({ text: "details" }), {
        code: status.NOT_FOUND,
        message: "no such note",
        details: [],
      });
      assert.match(String(told), /^Error: the details of a status take \d+ bytes, and were left out$/);
    });
  });
}
