import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { transcoder } from "./contestants.js";
import { withServers } from "./with-servers.js";

// A stream of 10,000 messages, 40 MB in all, to a client that reads far slower than the server could write:
//
//     npm run bench -- slow-reader

const messages = 10_000;
const path = `/v1/books:watch?count=${messages}&title_length=4000`;
const bytesPerPause = 1_000_000;
const pause = 50;

await withServers([transcoder], async ([server]) => {
  const process = server?.processes[0];
  if (server === undefined || process === undefined) throw new Error("the server does not run");
  const before = await process.ask("memory");
  const [response] = (await once(get({ port: server.port, path }), "response")) as [IncomingMessage];
  let most = 0;
  let size = 0;
  let lines = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const isTimeToPause =
      Math.floor((size + chunk.length) / bytesPerPause) > Math.floor(size / bytesPerPause);
    size += chunk.length;
    lines += chunk.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0);
    if (isTimeToPause) {
      await sleep(pause);
      most = Math.max(most, (await process.ask("memory")) - before);
    }
  }
  assert.equal(lines, messages);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `${lines} messages read, ${megabytes(size)}; the server never held more than ${megabytes(most)}`,
  );
});
