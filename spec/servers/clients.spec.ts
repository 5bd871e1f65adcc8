import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient as createConnectClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { beforeAll, describe, it } from "vitest";
import { listen, loadServices, RpcError, startGrpcServer, status } from "../../lib/index.js";
import { loadNotes, stopAfterwards } from "./notes.js";

const set = join(import.meta.dirname, "cases/described.binpb");

/** The same service by `listen` and by grpc-js. */
const servers = {
  listen: async () => {
    const server = stopAfterwards(await listen(await loadThings(), { host: "127.0.0.1" }));
    return `http://127.0.0.1:${(server.address as AddressInfo).port}`;
  },
  startGrpcServer: async () => {
    const server = stopAfterwards(await startGrpcServer(await loadThings(), { address: "127.0.0.1:0" }));
    return `http://${server.addresses[0]}`;
  },
};

async function loadThings() {
  return (await loadServices(set)).add("described.v1.Things", {
    async getThing({ request }: { request: { thingName: string } }) {
      if (request.thingName === "none") {
        throw new RpcError(status.NOT_FOUND, "größe: keine", {
          details: [{ "@type": "type.googleapis.com/described.v1.Shown", text: "detail" }],
        });
      }
      return { thingName: `got ${request.thingName}` };
    },
    async *watch(requests: AsyncIterable<{ thingName: string }>) {
      for await (const { thingName } of requests) yield { share: thingName.length };
    },
  });
}

for (const [name, start] of Object.entries(servers)) {
  describe(`connect-node as a client of ${name}`, () => {
    // biome-ignore lint/suspicious/noExplicitAny: the service is known at run time only
    let service: any;

    beforeAll(() => {
      const files = fromBinary(FileDescriptorSetSchema, readFileSync(set));
      service = createRegistry(files).getService("described.v1.Things");
    });

    const connect = async (options: object = {}) => {
      const transport = createGrpcTransport({ baseUrl: await start(), ...options });
      // biome-ignore lint/suspicious/noExplicitAny: as above
      return createConnectClient(service, transport) as any;
    };

    it("calls a unary method", async () => {
      const { getThing } = await connect();
      assert.equal((await getThing({ thingName: "x" })).thingName, "got x");
    });

    it("calls in both directions at once", async () => {
      const { watch } = await connect();
      const sent = (async function* () {
        for (const thingName of ["a", "bb", "ccc"]) yield { thingName };
      })();
      const shares: number[] = [];
      for await (const { share } of watch(sent)) shares.push(share);
      assert.deepEqual(shares, [1, 2, 3]);
    });

    it("reads errors with their details", async () => {
      const { getThing } = await connect();
      await assert.rejects(getThing({ thingName: "none" }), (error) => {
        assert(error instanceof ConnectError);
        assert.equal(error.code, Code.NotFound);
        assert.equal(error.rawMessage, "größe: keine");
        assert.equal((error.details[0] as { type: string }).type, "described.v1.Shown");
        return true;
      });
    });

    it("sends compressed messages", async () => {
      const { compressionGzip } = await import("@connectrpc/connect-node");
      const { getThing } = await connect({ sendCompression: compressionGzip, compressMinBytes: 0 });
      const text = "long ".repeat(1000);
      assert.equal((await getThing({ thingName: text })).thingName, `got ${text}`);
    });
  });
}

/** With the imports that protoc left out. */
function createRegistry(files: ReturnType<typeof fromBinary<typeof FileDescriptorSetSchema>>) {
  const [file] = files.file;
  assert(file !== undefined);
  file.dependency = [];
  file.extension = [];
  for (const message of file.messageType) {
    message.field = message.field.filter(({ typeName }) => !typeName.startsWith(".google."));
  }
  return createFileRegistry(file, () => undefined);
}

describe("curl", () => {
  for (const version of ["--http1.1", "--http2-prior-knowledge"]) {
    it(`calls REST by ${version}`, async () => {
      const server = stopAfterwards(await listen(await loadNotes(), { host: "127.0.0.1" }));
      const url = `http://127.0.0.1:${(server.address as AddressInfo).port}/v1/notes:send`;
      const { stdout } = await promisify(execFile)("curl", [
        "-s",
        version,
        "-d",
        '{"text":"x"}',
        "-H",
        "content-type: application/json",
        url,
      ]);
      assert.deepEqual(JSON.parse(stdout), { text: "sent x", count: 0 });
    });
  }
});
