import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { describe, it, onTestFinished } from "vitest";
import {
  createTranscoder,
  type HandlerCall,
  listen,
  loadServices,
  RpcError,
  type Services,
  startGrpcServer,
  status,
} from "../../lib/index.js";
import { writeFrames } from "../rpc/frames.js";
import { behaviourProto } from "./each-protocol.js";
import { createDeferred } from "./messages.js";

// A client that leaves among its requests must not look like one that is done: half of an upload is no upload.

/** Ways to send one request, to be told that it has arrived, and to leave. */
const clients: Readonly<Record<string, (services: Services, method: string) => Promise<{ leave(): void }>>> =
  {
    REST: async (services, method) => {
      const server = http.createServer(createTranscoder(services)).listen(0, "127.0.0.1");
      await once(server, "listening");
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      const request = http.request({ port, path: `/v1/notes:${method.toLowerCase()}`, method: "POST" });
      request.on("error", () => {});
      request.write('{"text":"first"}\n');
      return { leave: () => request.destroy() };
    },
    "gRPC-Web": (services, method) => sendFirst(services, method, "application/grpc-web+json"),
    Connect: (services, method) => sendFirst(services, method, "application/connect+json"),
    "native gRPC": async (services, method) => {
      const { addresses, shutdown } = await startGrpcServer(services, {
        address: "127.0.0.1:0",
        gracePeriod: 50,
      });
      onTestFinished(shutdown);
      return sendFrames(Number(addresses[0]?.split(":").at(-1)), method);
    },
    "native gRPC on one port with REST": async (services, method) => {
      const server = await listen(services, { port: 0, host: "127.0.0.1", gracePeriod: 50 });
      onTestFinished(() => server.shutdown());
      return sendFrames((server.address as AddressInfo).port, method);
    },
  };

async function sendFirst(
  services: Services,
  method: string,
  contentType: string,
): Promise<{ leave(): void }> {
  const server = http.createServer(createTranscoder(services, { protocols: "all" })).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const path = `/behaviour.v1.Notes/${method}`;
  const request = http.request({ port, path, method: "POST", headers: { "content-type": contentType } });
  request.on("error", () => {});
  request.write(writeFrames(['{"text":"first"}']));
  return { leave: () => request.destroy() };
}

/** The frames of a call, sent by hand: the HTTP/2 of node ends a stream before it resets it, as others do not. */
async function sendFrames(port: number, method: string): Promise<{ leave(): void }> {
  const socket = net.connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {}).resume();
  const headers = {
    ":method": "POST",
    ":scheme": "http",
    ":path": `/behaviour.v1.Notes/${method}`,
    ":authority": "127.0.0.1",
    "content-type": "application/grpc",
    te: "trailers",
  };
  const fields = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  const message = Buffer.from("\n\x05first");
  const frame = (type: number, flags: number, stream: number, payload: Buffer) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const [data, headersFrame, reset, settings] = [0, 1, 3, 4];
  const cancel = Buffer.from([0, 0, 0, 8]);
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(frame(settings, 0, 0, Buffer.alloc(0)));
  socket.write(frame(headersFrame, 4, 1, Buffer.concat(fields)));
  socket.write(frame(data, 0, 1, Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message])));
  return { leave: () => void socket.write(frame(reset, 0, 1, cancel)) };
}

for (const [protocol, send] of Object.entries(clients)) {
  describe(`a client that leaves among its requests, over ${protocol},`, () => {
    const handlers: Readonly<
      Record<string, (begin: () => void, end: (how: unknown) => void) => (call: HandlerCall) => unknown>
    > = {
      "a loop over the requests of a call with one answer": (begin, end) => async (call) => {
        try {
          for await (const { text } of call) if (text === "first") begin();
          end("the requests came to their end");
        } catch (error) {
          end(error instanceof RpcError ? error.code : error);
        }
        return {};
      },
      "the events of a call with one answer": (begin, end) => (call) =>
        new Promise(() => {
          call.on("data", begin);
          call.on("end", () => end("the requests came to their end"));
          call.on("cancelled", () => end(status.CANCELLED));
        }),
    };
    for (const [style, create] of Object.entries(handlers)) {
      it(`does not end ${style}`, async () => {
        const begun = createDeferred();
        const ended = createDeferred<unknown>();
        const handler = create(begun.resolve, ended.resolve);
        const services = await loadServices(behaviourProto);
        services.add("behaviour.v1.Notes", { collect: handler });
        const { leave } = await send(services, "Collect");
        await begun.promise;
        leave();
        assert.equal(await ended.promise, status.CANCELLED);
      });
    }

    it("does not end a loop over the requests of a call with a stream of answers", async () => {
      const begun = createDeferred();
      const ended = createDeferred<unknown>();
      const services = await loadServices(behaviourProto);
      services.add("behaviour.v1.Notes", {
        async *chat(call: HandlerCall) {
          let isDone = false;
          try {
            for await (const message of call) {
              begun.resolve();
              yield message;
            }
            isDone = true;
          } finally {
            ended.resolve(isDone);
          }
        },
      });
      const { leave } = await send(services, "Chat");
      await begun.promise;
      leave();
      assert.equal(await ended.promise, false);
    });
  });
}
