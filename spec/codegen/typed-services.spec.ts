import assert from "node:assert/strict";
import type { handleServerStreamingCall, handleUnaryCall } from "@grpc/grpc-js";
import { describe, it, onTestFinished } from "vitest";
import type {
  Bookstore,
  Greeter,
  HelloReply,
  HelloReplyInput,
  HelloRequest,
  HellosRequest,
} from "../../demo/generated/services.js";
import {
  createClient,
  type HandlerCallOf,
  type ImplementationOf,
  loadServices,
  type Services,
  startGrpcServer,
  type UnaryMethod,
} from "../../lib/index.js";

// The compiler runs over this file: each @ts-expect-error is an error that it finds, and nothing else is one.

const source = new URL("../../proto/greet/v1/greet.proto", import.meta.url).pathname;

/** Handlers in each of the ways that a handler may answer. */
const byPromise: ImplementationOf<Greeter> = {
  async sayHello(call) {
    const name: string = call.request.name;
    const { signal } = call;
    assert.equal(signal.aborted, false);
    return { message: `Hello ${name}` };
  },
  async *sayHellos({ request }) {
    for (let i = 1; i <= request.count; i++) yield { message: `Hello ${request.name} ${i}` };
  },
};

const byCallback: ImplementationOf<Greeter> = {
  sayHello(call, callback) {
    callback(null, { message: `Hello ${call.request.name}` });
  },
  sayHellos(call) {
    for (let i = 1; i <= call.request.count; i++) call.write({ message: `Hello ${call.request.name} ${i}` });
    call.end();
  },
};

const sayHello: handleUnaryCall<HelloRequest, HelloReplyInput> = (call, callback) =>
  callback(null, { message: `Hello ${call.request.name}` });
const sayHellos: handleServerStreamingCall<HellosRequest, HelloReplyInput> = (call) => {
  for (let i = 1; i <= call.request.count; i++) call.write({ message: `Hello ${call.request.name} ${i}` });
  call.end();
};
const writtenForGrpc: ImplementationOf<Greeter> = { sayHello, sayHellos };

describe("a typed service", () => {
  for (const [name, implementation] of Object.entries({ byPromise, byCallback, writtenForGrpc })) {
    it(`is served and called with its types (${name})`, async () => {
      const services = await loadServices(source);
      services.add<Greeter>("greet.v1.Greeter", implementation);
      const { addresses, shutdown } = await startGrpcServer(services, { address: "127.0.0.1:0" });
      onTestFinished(shutdown);
      using greeter = createClient<Greeter>(services.definition("greet.v1.Greeter"), addresses[0] as string);
      const reply: HelloReply = await greeter.sayHello({ name: "Ada" }, { timeout: 5000 });
      assert.equal(reply.message, "Hello Ada");
      const messages: string[] = [];
      for await (const { message } of greeter.sayHellos({ name: "Ada", count: 2 })) messages.push(message);
      assert.deepEqual(messages, ["Hello Ada 1", "Hello Ada 2"]);
    });
  }

  it("may be served in parts", async () => {
    const services = await loadServices(source);
    services.add<Pick<Greeter, "sayHello">>("greet.v1.Greeter", {
      sayHello: async ({ request }) => ({ message: request.name }),
    });
    assert.equal(services.endpoint("/greet.v1.Greeter/SayHello").isImplemented, true);
    assert.equal(services.endpoint("/greet.v1.Greeter/SayHellos").isImplemented, false);
  });
});

/** What the compiler refuses; it is never run. */
// biome-ignore lint/suspicious/noExportsInTest: without the export the compiler says that nobody calls it
export async function refused(services: Services): Promise<void> {
  // @ts-expect-error: a method is missing
  services.add<Greeter>("greet.v1.Greeter", { sayHello: async () => ({}) });
  services.add<Greeter>("greet.v1.Greeter", {
    ...byPromise,
    // @ts-expect-error: no such method
    sayGoodbye: async () => ({}),
  });
  services.add<Greeter>("greet.v1.Greeter", {
    ...byPromise,
    // @ts-expect-error: no such field in the response
    sayHello: async () => ({ mesage: "Hello" }),
  });
  services.add<Greeter>("greet.v1.Greeter", {
    ...byPromise,
    // @ts-expect-error: no answer
    sayHello: async () => {},
  });
  services.add<Greeter>("greet.v1.Greeter", {
    ...byPromise,
    // @ts-expect-error: no such field in the request
    sayHello: async ({ request }) => ({ message: request.nme }),
  });
  services.add<Greeter>("greet.v1.Greeter", {
    ...byPromise,
    // @ts-expect-error: the wrong type of a field in a stream
    async *sayHellos() {
      yield { message: 5 };
    },
  });

  const bookstore = createClient<Bookstore>(services.definition("bookstore.v1.Bookstore"), "127.0.0.1:1");
  // @ts-expect-error: no such method
  bookstore.listShelfs;
  // @ts-expect-error: no such field in the request
  await bookstore.getShelf({ nme: "shelves/1" });
  // @ts-expect-error: a stream of requests is an iterable
  await bookstore.importBooks({ parent: "shelves/1" });
  // @ts-expect-error: a stream of responses is no promise
  (await bookstore.watchBooks({ parent: "shelves/1" })).book;
  const shelf = await bookstore.getShelf({ name: "shelves/1" });
  // @ts-expect-error: it may be null
  shelf.createTime.seconds;
}

describe("types written by hand", () => {
  interface Notes {
    readonly send: UnaryMethod<{ text: string }, { text: string }>;
  }

  it("say what a handler is given", () => {
    const read = (call: HandlerCallOf<Notes["send"]>): string => call.request.text;
    assert.equal(typeof read, "function");
  });

  it("may be those of a client", async () => {
    interface GreeterClient {
      sayHello(request: { name: string }): Promise<{ message: string }>;
    }
    const services = await loadServices(source);
    const client = createClient<GreeterClient>(services.definition("greet.v1.Greeter"), "127.0.0.1:1");
    const say: (request: { name: string }) => Promise<{ message: string }> = client.sayHello;
    client.close();
    await assert.rejects(say({ name: "Ada" }), { message: /: the connection has been closed$/ });
  });
});
