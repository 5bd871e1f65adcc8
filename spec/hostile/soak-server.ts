import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { listen, loadServices } from "../../lib/index.js";

// The server of the soak, in a process of its own so that its memory is its own: "memory" asks for it, "stop" ends it.

interface Note {
  readonly text: string;
}

interface Running {
  readonly request: Note;
  readonly signal: AbortSignal;
}

const proto = new URL("../cases/proto/behaviour/v1/behaviour.proto", import.meta.url).pathname;
const services = await loadServices(proto);
let running = 0;

/** Count a call as long as its handler is at work. */
async function counted<T>(work: () => Promise<T>): Promise<T> {
  running++;
  try {
    return await work();
  } finally {
    running--;
  }
}

services.add("behaviour.v1.Notes", {
  send: ({ request }: Running) => counted(async () => ({ text: `heard ${request.text}` })),
  collect: (notes: AsyncIterable<Note>) =>
    counted(async () => {
      let length = 0;
      for await (const { text } of notes) length += text.length;
      return { text: String(length) };
    }),
  async *expand({ request, signal }: Running) {
    running++;
    try {
      for (let i = 0; i < 100 && !signal.aborted; i++) yield { text: `${request.text} ${i}` };
    } finally {
      running--;
    }
  },
  async *chat(notes: AsyncIterable<Note>) {
    running++;
    try {
      for await (const { text } of notes) yield { text: `heard ${text}` };
    } finally {
      running--;
    }
  },
});

const faults: string[] = [];
const server = await listen(services, {
  host: "127.0.0.1",
  defaultTimeout: 60_000,
  onError: (error) => faults.push(String(error)),
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

process.on("message", async (message) => {
  if (message === "memory") {
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ used: heapUsed + external, rss, running, faults });
  } else {
    await server.shutdown();
    process.disconnect();
  }
});
process.send?.({ port: (server.address as AddressInfo).port });
