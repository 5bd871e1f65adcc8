import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient as createConnectClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { beforeAll, describe, it } from "vitest";
import { listen, loadServices, RpcError, startGrpcServer, status } from "../../lib/index.js";
import { loadNotes, makeFolder, stopAfterwards } from "./notes.js";

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

/** Where both servers serve the notes, as `host:port`. */
const noteServers = {
  listen: async () => {
    const { address } = stopAfterwards(await listen(await loadNotes(), { host: "127.0.0.1" }));
    return `127.0.0.1:${(address as AddressInfo).port}`;
  },
  startGrpcServer: async () => {
    const { addresses } = stopAfterwards(
      await startGrpcServer(await loadNotes(), { address: "127.0.0.1:0" }),
    );
    return addresses[0] as string;
  },
};

const run = promisify(execFile);
const buf = join(import.meta.dirname, "../../node_modules/.bin/buf");

for (const [name, start] of Object.entries(noteServers)) {
  describe(`buf curl as a client of ${name}`, { timeout: 120_000 }, () => {
    const call = async (method: string, ...options: readonly string[]) => {
      const url = `http://${await start()}/behaviour.v1.Notes/${method}`;
      const args = ["curl", "--http2-prior-knowledge", "--protocol", "grpc", ...options, url];
      // One document for each message, over several lines.
      const { stdout } = await run(buf, args);
      return JSON.parse(`[${stdout.replaceAll(/^\}\n\{/gm, "},{")}]`);
    };

    for (const reflection of ["grpc-v1", "grpc-v1alpha"]) {
      it(`calls by what it learns through reflection (${reflection})`, async () => {
        const options = ["--reflect-protocol", reflection, "--data"];
        assert.deepEqual(await call("Send", ...options, '{"text":"x"}'), [{ text: "sent x" }]);
        assert.deepEqual(await call("Expand", ...options, '{"text":"x","count":2}'), [
          { text: "x 0" },
          { text: "x 1", count: 1 },
        ]);
      });
    }

    it("calls by a .proto file", async () => {
      const proto = join(await makeFolder(), "notes.proto");
      await writeFile(
        proto,
        `syntax = "proto3";
        package behaviour.v1;
        message Note { string text = 1; int32 count = 2; }
        service Notes {
          rpc Collect(stream Note) returns (Note);
          rpc Chat(stream Note) returns (stream Note);
        }`,
      );
      const options = ["--schema", proto, "--data", '{"text":"a"} {"text":"b"}'];
      assert.deepEqual(await call("Collect", ...options), [{ text: "a+b", count: 2 }]);
      assert.deepEqual(await call("Chat", ...options), [{ text: "heard a" }, { text: "heard b" }]);
    });

    it("lists what there is to call", async () => {
      const url = `http://${await start()}`;
      const args = ["curl", "--http2-prior-knowledge", "--protocol", "grpc", "--list-methods", url];
      const { stdout } = await run(buf, args);
      assert.deepEqual(stdout.trim().split("\n"), [
        "behaviour.v1.Notes/Chat",
        "behaviour.v1.Notes/Collect",
        "behaviour.v1.Notes/Expand",
        "behaviour.v1.Notes/Send",
        "grpc.health.v1.Health/Check",
        "grpc.health.v1.Health/List",
        "grpc.health.v1.Health/Watch",
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      ]);
    });
  });
}

/** Debian's packages are for its own Python, which need not be the first one. */
const python = ["/usr/bin/python3", "python3"].find(
  (command) => spawnSync(command, ["-c", "import grpc"]).status === 0,
);
if (python === undefined) {
  console.warn("gRPC's C library is not tried as a client: install python3-grpcio, or pip install grpcio");
}

describe.skipIf(python === undefined)("gRPC's C library", { timeout: 120_000 }, () => {
  for (const [name, start] of Object.entries(noteServers)) {
    it(`makes all kinds of calls to ${name}, compressed and not`, async () => {
      const script = join(import.meta.dirname, "python_client.py");
      const { stdout } = await run(python as string, [script, await start()]);
      assert.equal(stdout, "ok\n");
    });
  }
});

describe("curl", () => {
  // The second offers HTTP/2 by the old upgrade, and takes the answer of HTTP/1.1.
  for (const version of ["--http1.1", "--http2", "--http2-prior-knowledge"]) {
    it(`calls REST by ${version}`, async () => {
      const server = stopAfterwards(await listen(await loadNotes(), { host: "127.0.0.1" }));
      const url = `http://127.0.0.1:${(server.address as AddressInfo).port}/v1/notes:send`;
      const { stdout } = await run("curl", [
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
