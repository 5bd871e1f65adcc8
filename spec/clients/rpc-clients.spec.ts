import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Transport } from "@connectrpc/connect";
import * as node from "@connectrpc/connect-node";
import * as web from "@connectrpc/connect-web";
import { GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import type {
  RpcError as ProtobufTsError,
  RpcOptions,
  ServerStreamingCall,
  UnaryCall,
} from "@protobuf-ts/runtime-rpc";
import { afterAll, beforeAll, describe, it } from "vitest";
import { listen, loadServices, type RpcError, type Services, status } from "../../lib/index.js";
import { createConnectClient } from "../behaviour/connect-client.js";
import { behaviourProto, type Connection } from "../behaviour/each-protocol.js";
import { collect, streamOf } from "../behaviour/messages.js";
import { type Note, notesType, noteType } from "./notes-clients.js";
import { createNotes, failure, largeText, longMessage, notes } from "./notes-service.js";

// The clients that people have of each protocol, against one port.

const { implementation, expectWait } = createNotes();

let services: Services;
let baseUrl: string;
const stops: (() => unknown)[] = [];

/** Serve everything on a port of its own. */
async function serve(): Promise<string> {
  const server = await listen(services, { host: "127.0.0.1", port: 0, protocols: "all", gracePeriod: 100 });
  stops.push(() => server.shutdown());
  return `http://127.0.0.1:${(server.address as AddressInfo).port}`;
}

beforeAll(async () => {
  services = (await loadServices(behaviourProto)).add(notes, implementation);
  baseUrl = await serve();
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

function overHttp2(url: string) {
  const sessionManager = new node.Http2SessionManager(url);
  stops.push(() => sessionManager.abort());
  return { baseUrl: url, httpVersion: "2", sessionManager } as const;
}

const transports: readonly { name: string; create(url: string): Transport; kinds: readonly string[] }[] = [
  {
    name: "connect-node, Connect over HTTP/2",
    create: (url) => node.createConnectTransport(overHttp2(url)),
    kinds: ["send", "collect", "expand", "chat"],
  },
  {
    name: "connect-node, Connect in JSON over HTTP/1.1, compressed",
    create: (url) =>
      node.createConnectTransport({
        baseUrl: url,
        httpVersion: "1.1",
        useBinaryFormat: false,
        sendCompression: node.compressionGzip,
      }),
    kinds: ["send", "collect", "expand"],
  },
  {
    name: "connect-node, gRPC-Web over HTTP/2, compressed",
    create: (url) =>
      node.createGrpcWebTransport({ ...overHttp2(url), sendCompression: node.compressionGzip }),
    kinds: ["send", "collect", "expand", "chat"],
  },
  {
    name: "connect-node, gRPC",
    create: (url) => node.createGrpcTransport(overHttp2(url)),
    kinds: ["send", "collect", "expand", "chat"],
  },
  {
    name: "connect-web, Connect by fetch",
    create: (url) => web.createConnectTransport({ baseUrl: url }),
    kinds: ["send", "expand"],
  },
  {
    name: "connect-web, gRPC-Web by fetch",
    create: (url) => web.createGrpcWebTransport({ baseUrl: url }),
    kinds: ["send", "expand"],
  },
];

for (const { name, create, kinds } of transports) {
  describe(name, () => {
    const connect = (url = baseUrl) =>
      createConnectClient(services, notes, create(url)) as unknown as Connection;

    it("makes each kind of call that it can", async () => {
      const client = connect();
      const calls: Readonly<Record<string, () => Promise<void>>> = {
        send: async () => assert.deepEqual(await client.send({ text: "größe" }), { text: "größe", count: 1 }),
        collect: async () =>
          assert.deepEqual(await client.collect(streamOf({ text: "a" }, { text: "b" })), {
            text: "a+b",
            count: 2,
          }),
        expand: async () =>
          assert.deepEqual(await collect(client.expand({ text: "a", count: 2 })), [
            { text: "a", count: 1 },
            { text: "a", count: 2 },
          ]),
        chat: async () =>
          assert.deepEqual(await collect(client.chat(streamOf({ text: "a" }, { text: "b" }))), [
            { text: "heard a", count: 0 },
            { text: "heard b", count: 0 },
          ]),
      };
      for (const kind of kinds) await calls[kind]?.();
    });

    it("carries metadata both ways, binary values too", async () => {
      const received: unknown[] = [];
      await connect().send(
        {},
        {
          metadata: { "x-echo": "7", "mark-bin": Buffer.from([0, 255]) },
          onMetadata: (metadata) => received.push(metadata.get("x-echo"), metadata.get("mark-bin")),
          onTrailers: (trailers) => received.push(trailers.get("trace-bin")),
        },
      );
      assert.deepEqual(received, [["7"], [Buffer.from([0, 255])], [Buffer.from([3, 255])]]);
    });

    it("reads the text and the details of an error", async () => {
      await assert.rejects(connect().send({ text: "fail" }), (error: RpcError) => {
        const { code, message, details } = error;
        const [detail] = failure.details;
        assert.deepEqual(
          { code, message, details },
          { ...failure, details: [{ "@type": detail?.["@type"], reason: "MOVED" }] },
        );
        return true;
      });
      // Native gRPC has headers alone, and cuts a text that they cannot hold.
      const text = name.endsWith(" gRPC") ? longMessage.slice(0, 4096) : longMessage;
      await assert.rejects(connect().send({ text: "fail at length" }), ({ code, message }: RpcError) => {
        assert.equal(code, failure.code);
        assert.ok(message.startsWith(text));
        return true;
      });
    });

    it("has a deadline that the handler hears of", async () => {
      const text = `wait for the deadline of ${name}`;
      const { ended } = expectWait(text);
      await connect().send({}); // so that the time is not spent on connecting
      const call = connect().send({ text }, { timeout: 500 });
      await assert.rejects(call, { code: status.DEADLINE_EXCEEDED });
      await ended;
    });

    it("cancels, and the handler hears of it", async () => {
      const text = `wait for ${name} to leave`;
      const { begun, ended } = expectWait(text);
      const caller = new AbortController();
      const call = connect().send({ text }, { signal: caller.signal });
      void begun.then(() => caller.abort());
      await assert.rejects(call, { code: status.CANCELLED });
      await ended;
    });

    it("carries messages of almost 4 MiB", async () => {
      // A connection that waits is closed after five seconds, which a busy machine may take to encode this.
      const answer = await connect(await serve()).send({ text: largeText });
      assert.equal(answer.text.length, largeText.length);
    });
  });
}

describe("@protobuf-ts/grpcweb-transport", () => {
  for (const format of ["binary", "text"] as const) {
    const send = (message: Partial<Note>, options: RpcOptions = {}, url = baseUrl) => {
      const transport = new GrpcWebFetchTransport({ baseUrl: url, format });
      const [method] = notesType.methods;
      return transport.unary(method!, noteType.create(message), transport.mergeOptions(options)) as UnaryCall<
        Note,
        Note
      >;
    };

    it(`makes its calls, with metadata both ways, in ${format}`, async () => {
      const meta = { "x-echo": "7", "mark-bin": "AP8=" };
      const { response, headers, trailers } = await send({ text: "größe" }, { meta });
      assert.deepEqual({ ...response }, { text: "größe", count: 1 });
      assert.equal(headers["x-echo"], "7");
      const bytes = [headers["mark-bin"], trailers["trace-bin"]].map((text) =>
        Buffer.from(String(text), "base64"),
      );
      assert.deepEqual(bytes, [Buffer.from([0, 255]), Buffer.from([3, 255])]);
    });

    it(`reads a stream in ${format}`, async () => {
      const transport = new GrpcWebFetchTransport({ baseUrl, format });
      const [, expand] = notesType.methods;
      const stream = transport.serverStreaming(
        expand!,
        noteType.create({ text: "a", count: 2 }),
        transport.mergeOptions({}),
      ) as ServerStreamingCall<Note, Note>;
      const notes = await collect(stream.responses);
      assert.deepEqual(
        notes.map((note) => ({ ...note })),
        [
          { text: "a", count: 1 },
          { text: "a", count: 2 },
        ],
      );
    });

    it(`reads an error in ${format}`, async () => {
      await assert.rejects(send({ text: "fail" }).response, (error: ProtobufTsError) => {
        // The client leaves the escapes of grpc-message as they are.
        const { code, message, meta } = error;
        assert.deepEqual([code, decodeURIComponent(message)], ["NOT_FOUND", failure.message]);
        const details = Buffer.from(String(meta["grpc-status-details-bin"]), "base64");
        assert.match(details.toString(), /google\.rpc\.ErrorInfo.*MOVED/s);
        return true;
      });
      const long = send({ text: "fail at length" }).response;
      await assert.rejects(long, ({ code, message }: ProtobufTsError) => {
        assert.deepEqual([code, decodeURIComponent(message).length], ["NOT_FOUND", longMessage.length]);
        return true;
      });
    });

    it(`has a deadline, and cancels, in ${format}`, async () => {
      const text = `wait for protobuf-ts in ${format}`;
      const late = expectWait(`${text} to be late`);
      const call = send({ text: `${text} to be late` }, { timeout: 500 });
      await assert.rejects(call.response, { code: "DEADLINE_EXCEEDED" });
      await late.ended;

      const left = expectWait(`${text} to leave`);
      const caller = new AbortController();
      const other = send({ text: `${text} to leave` }, { abort: caller.signal });
      void left.begun.then(() => caller.abort());
      await assert.rejects(other.response, { code: "CANCELLED" });
      await left.ended;
    });

    it(`carries messages of almost 4 MiB in ${format}`, async () => {
      const { response } = send({ text: largeText }, {}, await serve());
      assert.equal((await response).text.length, largeText.length);
    });
  }
});

describe("buf curl", () => {
  const buf = join(import.meta.dirname, "../../node_modules/.bin/buf");
  const run = promisify(execFile);

  for (const protocol of ["connect", "grpc", "grpcweb"]) {
    const argumentsOf = (method: string, data: string, flags: readonly string[] = []) => [
      ...["curl", "--protocol", protocol, "--http2-prior-knowledge", ...flags],
      ...["-d", data, `${baseUrl}/${notes}/${method}`],
    ];

    it(`finds the methods by reflection and calls them, by --protocol ${protocol}`, async () => {
      const call = (method: string, data: string) => run(buf, argumentsOf(method, data));
      assert.deepEqual(JSON.parse((await call("Send", '{"text":"größe"}')).stdout), {
        text: "größe",
        count: 1,
      });
      const expanded = (await call("Expand", '{"text":"a","count":2}')).stdout.replace(/\}\s*\{/g, "},{");
      assert.deepEqual(JSON.parse(`[${expanded}]`), [
        { text: "a", count: 1 },
        { text: "a", count: 2 },
      ]);
      const sent = '{"text":"a"}{"text":"b"}';
      assert.deepEqual(JSON.parse((await call("Collect", sent)).stdout), { text: "a+b", count: 2 });
      const heard = [...(await call("Chat", sent)).stdout.matchAll(/heard \w/g)];
      assert.deepEqual(heard.flat(), ["heard a", "heard b"]);
      await assert.rejects(call("Send", '{"text":"fail"}'), (error: { stderr: string }) => {
        const { code, message, details } = JSON.parse(error.stderr);
        assert.deepEqual([code, message], ["not_found", failure.message]);
        assert.equal(details[0].type, "google.rpc.ErrorInfo");
        return true;
      });
    });

    it(`carries metadata and almost 4 MiB, by --protocol ${protocol}`, async () => {
      const file = join(mkdtempSync(join(tmpdir(), "buf-")), "note.json");
      stops.push(() => rmSync(dirname(file), { recursive: true }));
      writeFileSync(file, JSON.stringify({ text: largeText }));
      const headers = ["-v", "-H", "x-echo: 7", "-H", "mark-bin: AP8"];
      const { stdout, stderr } = await run(buf, argumentsOf("Send", `@${file}`, headers), {
        maxBuffer: 2 * largeText.length,
      });
      assert.equal(JSON.parse(stdout).text.length, largeText.length);
      assert.match(stderr, /< .*X-Echo: 7$/m);
      assert.match(stderr, /< .*Mark-Bin: AP8$/m);
    });

    it(`has a deadline, and cancels, by --protocol ${protocol}`, async () => {
      const late = run(buf, argumentsOf("Send", '{"text":"wait until buf is late"}', ["--timeout", "2s"]));
      await assert.rejects(late, { stderr: /deadline.exceeded/ });

      const text = `wait for buf to leave, by --protocol ${protocol}`;
      const { begun, ended } = expectWait(text);
      const options = { stdio: "ignore", detached: true } as const;
      const leaving = spawn(buf, argumentsOf("Send", JSON.stringify({ text })), options);
      await begun;
      // npm's script and the program that it starts, as a terminal does it.
      process.kill(-(leaving.pid ?? assert.fail()), "SIGINT");
      await ended;
    });
  }
});
