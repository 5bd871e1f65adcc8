import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connectivityState, status } from "@grpc/grpc-js";
import { describe, it, onTestFinished } from "vitest";
import { limitConnecting } from "../../lib/grpc/limit-connecting.js";
import { createClient, loadServices } from "../../lib/index.js";
import { loadNotes, type NotesClient } from "../servers/notes.js";

const { IDLE, CONNECTING, READY, TRANSIENT_FAILURE } = connectivityState;

/** A channel whose connection is made, fails or is late when the spec says so. */
function createChannel(state: connectivityState) {
  let watcher: ((error?: Error) => void) | undefined;
  const tell = (error?: Error) => {
    const callback = watcher;
    watcher = undefined;
    callback?.(error);
  };
  return {
    getConnectivityState: () => state,
    watchConnectivityState(_: connectivityState, __: Date | number, callback: (error?: Error) => void) {
      watcher = callback;
    },
    become(next: connectivityState) {
      state = next;
      tell();
    },
    passDeadline: () => tell(new Error("late")),
  };
}

/** A call that knows how it has been ended. */
function createCall() {
  const ends: (readonly [code: status, details: string])[] = [];
  return { ends, call: { cancelWithStatus: (...end: [status, string]) => void ends.push(end) } };
}

const late = [[status.UNAVAILABLE, "cannot reach x:1: it speaks no HTTP/2 within 5 milliseconds"]];

describe("limitConnecting", () => {
  it("ends the calls that wait when the time is over, and those that begin after that when theirs is", () => {
    const channel = createChannel(IDLE);
    const limit = limitConnecting(channel, "x:1", 5);
    const [first, second, third] = [createCall(), createCall(), createCall()];
    limit(first);
    channel.become(CONNECTING);
    limit(second);
    channel.passDeadline();
    assert.deepEqual([first.ends, second.ends], [late, late]);
    limit(third);
    assert.deepEqual(third.ends, []);
    channel.passDeadline();
    assert.deepEqual(third.ends, late);
  });

  for (const state of [READY, TRANSIENT_FAILURE]) {
    it(`leaves calls alone once the channel is ${connectivityState[state]}`, () => {
      const channel = createChannel(CONNECTING);
      const limit = limitConnecting(channel, "x:1", 5);
      const [before, after] = [createCall(), createCall()];
      limit(before);
      channel.become(state);
      limit(after);
      channel.passDeadline();
      assert.deepEqual([before.ends, after.ends], [[], []]);
    });
  }

  it("forgets calls that have ended", () => {
    const channel = createChannel(CONNECTING);
    const { ends, call } = createCall();
    limitConnecting(channel, "x:1", 5)({ call })();
    channel.passDeadline();
    assert.deepEqual(ends, []);
  });
});

describe("a server that accepts connections and says nothing", () => {
  it("is UNAVAILABLE for calls of all four kinds", async () => {
    const { target, connections } = await startSilentServer();
    const definition = (await loadNotes()).definition("behaviour.v1.Notes");
    const client = createClient<NotesClient>(definition, target, { connectTimeout: 50 });
    onTestFinished(() => client.close());
    const unavailable = {
      code: status.UNAVAILABLE,
      message: `cannot reach ${target}: it speaks no HTTP/2 within 50 milliseconds`,
    };
    await assert.rejects(client.send({}), unavailable);
    await assert.rejects(client.collect([{}]), unavailable);
    await assert.rejects(collect(client.expand({})), unavailable);
    await assert.rejects(collect(client.chat([{}])), unavailable);
    assert.equal(connections.length, 1);
  });

  it("takes a time that is none for a mistake", async () => {
    const services = await loadServices("spec/cases/proto/behaviour/v1/behaviour.proto");
    assert.throws(() => services.addRemote("behaviour.v1.Notes", "x:1", { connectTimeout: 0 }), {
      name: "ConfigError",
      message: 'option "connectTimeout" takes milliseconds, more than 0, not 0',
    });
  });
});

async function startSilentServer() {
  const connections: Socket[] = [];
  const server = createServer((socket) => void connections.push(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of connections) socket.destroy();
  });
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return { target: `127.0.0.1:${port}`, connections };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
