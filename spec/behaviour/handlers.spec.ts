import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { it } from "vitest";
import { eachProtocol } from "./each-protocol.js";
import { collect, streamOf } from "./messages.js";

// Handlers written against grpc-js, and wrappers of them, know their call by no type of ours.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Call = any;
// biome-ignore lint/suspicious/noExplicitAny: see above
type Callback = (error: any, response?: any) => void;

const note = (text: string, count = 0) => ({ text, count });

/** The same service in every way in which a handler may be written: `send` counts, the others follow from it. */
const styles = {
  "callbacks and events": {
    send(call: Call, callback: Callback) {
      callback(null, note(call.request.text, call.request.count + 1));
    },
    collect(call: Call, callback: Callback) {
      const texts: string[] = [];
      call.on("data", ({ text }: Call) => texts.push(text));
      call.on("end", () => callback(null, note(texts.join(" "), texts.length)));
    },
    expand(call: Call) {
      for (let i = 1; i <= call.request.count; i++) call.write(note(call.request.text, i));
      call.end();
    },
    chat(call: Call) {
      call.on("data", ({ text, count }: Call) => call.write(note(text, count + 1)));
      call.on("end", () => call.end());
    },
  },
  "promises and iterables": {
    async send({ request }: Call) {
      return note(request.text, request.count + 1);
    },
    async collect(call: Call) {
      const texts: string[] = [];
      for await (const { text } of call) texts.push(text);
      return note(texts.join(" "), texts.length);
    },
    async *expand({ request }: Call) {
      for (let i = 1; i <= request.count; i++) yield note(request.text, i);
    },
    async *chat(call: Call) {
      for await (const { text, count } of call) yield note(text, count + 1);
    },
  },
};

for (const [style, implementation] of Object.entries(styles)) {
  eachProtocol(`handlers of ${style}`, (connect) => {
    it("answer a unary call", async () => {
      const { send } = await connect({ implementation });
      assert.deepEqual(await send(note("a", 1)), note("a", 2));
    });
    it("answer a stream of requests", async () => {
      const { collect: collectNotes } = await connect({ implementation });
      assert.deepEqual(await collectNotes(streamOf(note("a"), note("b"), note("c"))), note("a b c", 3));
    });
    it("answer with a stream", async () => {
      const { expand } = await connect({ implementation });
      assert.deepEqual(await collect(expand(note("a", 3))), [note("a", 1), note("a", 2), note("a", 3)]);
    });
    it("answer a stream with a stream", async () => {
      const { chat } = await connect({ implementation });
      assert.deepEqual(await collect(chat(streamOf(note("a", 1), note("b", 5)))), [
        note("a", 2),
        note("b", 6),
      ]);
    });
  });
}

/** An implementation whose handlers need the object that they are methods of. */
class Counter {
  readonly #prefix: string;
  #calls = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  send({ request }: Call, callback: Callback): void {
    callback(null, note(this.#prefix + request.text, ++this.#calls));
  }

  async *expand({ request }: Call) {
    yield note(this.#prefix + request.text, ++this.#calls);
  }
}

eachProtocol("an implementation that is an instance of a class", (connect) => {
  it("is `this` to its handlers", async () => {
    const { send, expand } = await connect({ implementation: new Counter("> ") });
    assert.deepEqual(await send(note("a")), note("> a", 1));
    assert.deepEqual(await collect(expand(note("b"))), [note("> b", 2)]);
  });
});

const byCallback = (_call: Call, callback: Callback) =>
  void setImmediate(() => callback(null, note("answer")));
const byPromise = async (_call: Call) => note("answer");

/** Handlers whose parameters say less than they do, and results that mean nothing. */
const wrapped: Readonly<Record<string, (...args: never[]) => unknown>> = {
  "a wrapper of a handler with a callback": (...args: [Call, Callback]) => byCallback(...args),
  "a wrapper of a handler that returns a promise": (...args: [Call]) => byPromise(...args),
  "an async wrapper of a handler with a callback": async (...args: [Call, Callback]) => byCallback(...args),
  "a wrapper by arguments": function () {
    // biome-ignore lint/complexity/noArguments: code from before rest parameters is what is wrapped here
    return Reflect.apply(byCallback, undefined, arguments);
  },
  "a bound handler with a callback": byCallback.bind(undefined),
  "a bound handler that returns a promise": byPromise.bind(undefined),
  "a handler that returns a message at once": () => note("answer"),
  "a handler that calls back later and returns a timer": (_call: Call, callback: Callback) =>
    setTimeout(() => callback(null, note("answer")), 1),
  "a handler that calls back later and returns what it calls": (call: Call, callback: Callback) =>
    call.once("answer", () => callback(null, note("answer"))) && setImmediate(() => call.emit("answer")),
  "an async handler with a callback": async (_call: Call, callback: Callback) => {
    await null;
    callback(null, note("answer"));
  },
  "an async handler that returns in spite of its callback": async (_call: Call, _callback: Callback) =>
    note("answer"),
};

eachProtocol("the answer", (connect) => {
  for (const [name, handler] of Object.entries(wrapped)) {
    it(`of ${name} is found`, async () => {
      const {
        send,
        collect: collectNotes,
        faults,
      } = await connect({
        implementation: { send: handler, collect: handler },
      });
      assert.deepEqual(await send(note("")), note("answer"));
      assert.deepEqual(await collectNotes(streamOf(note(""))), note("answer"));
      assert.deepEqual(faults, []);
    });
  }

  const answers = [note("a"), note("b")];
  const streamed: Readonly<Record<string, (call: Call) => unknown>> = {
    "a handler that returns what its writes are mapped to": (call) =>
      [...answers.map((message) => call.write(message)), call.end()].slice(0, 2),
    "a handler that returns its call": (call) => {
      setImmediate(() => {
        for (const message of answers) call.write(message);
        call.end();
      });
      return call;
    },
    "a handler that pipes a stream into its call": (call) => Readable.from(answers).pipe(call),
    "a handler that returns the stream it listens to": (call) =>
      Readable.from(answers)
        .on("data", (message) => call.write(message))
        .on("end", () => call.end()),
    "a handler that returns a stream": () => Readable.from(answers),
    "a handler that returns an array": () => answers,
    "a handler that returns a promise of an iterable": async () => streamOf(...answers),
    "an async handler that writes": async (call) => {
      for (const message of answers) {
        await null;
        call.write(message);
      }
      call.end();
    },
    "a bound generator": async function* (this: unknown) {
      yield* answers;
    }.bind(undefined),
  };
  for (const [name, handler] of Object.entries(streamed)) {
    it(`of ${name} is found`, async () => {
      const { expand, chat, faults } = await connect({ implementation: { expand: handler, chat: handler } });
      assert.deepEqual(await collect(expand(note(""))), answers);
      assert.deepEqual(await collect(chat(streamOf(note("")))), answers);
      assert.deepEqual(faults, []);
    });
  }
});
