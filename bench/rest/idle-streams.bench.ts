import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connectNode, nodeHttp, transcoder, transcoderInExpress } from "./contestants.js";
import { type RunningServer, withServers } from "./with-servers.js";
import { createRequest, printRequest, watching } from "./workloads.js";

// The memory that a server needs for 1,000 streams which have said one thing and then no more:
//
//     npm run bench -- idle-streams

const streams = 1_000;
const warmUp = 100;

const idle = {
  ...watching(1),
  path: "/v1/books:watch?count=1&linger=true",
  connect: { method: "WatchBooks", message: { count: 1, linger: true }, isStream: true },
};

/** Bytes for each of the streams, when there are a thousand more of them. */
async function measureMemory({ contestant, port, processes: [server] }: RunningServer): Promise<number> {
  if (server === undefined) throw new Error("the server does not run");
  const request = printRequest(createRequest(idle, contestant.protocol));
  const sockets: Socket[] = [];
  const open = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      socket.write(request);
      await once(socket, "data");
    }
  };
  await open(warmUp);
  const before = await server.ask("memory");
  await open(streams);
  const bytes = (await server.ask("memory")) - before;
  for (const socket of sockets) socket.destroy();
  return bytes / streams;
}

await withServers([nodeHttp, transcoder, transcoderInExpress, connectNode], async (servers) => {
  console.log(`memory of one of ${streams} idle streams\n`);
  console.log("| | kB | of node:http by hand |\n| --- | ---: | ---: |");
  let reference: number | undefined;
  for (const server of servers) {
    const bytes = await measureMemory(server);
    reference ??= bytes;
    const cells = [(bytes / 1000).toFixed(1), (bytes / reference).toFixed(2)];
    console.log(`| ${[server.contestant.title, ...cells].join(" | ")} |`);
  }
});
