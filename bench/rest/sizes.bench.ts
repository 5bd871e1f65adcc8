import { compare, rounds } from "./compare.js";
import { nodeHttp, transcoder, transcoderInExpress } from "./contestants.js";
import { printCosts, printSpeeds } from "./print-results.js";
import { withServers } from "./with-servers.js";
import { listing, type Workload, watching } from "./workloads.js";

// What size costs: responses of 1 to 10,000 items, and 1 to 64 streams of 1,000 messages at once.
//
//     npm run bench -- sizes

const responses = [1, 10, 100, 1_000, 10_000].map(listing);
const streams = [1, 4, 16, 64].map((connections) => ({
  ...watching(1_000),
  title: connections === 1 ? "1 stream" : `${connections} streams at once`,
  connections,
}));

await withServers([nodeHttp, transcoder, transcoderInExpress], async (servers) => {
  for (const workloads of [responses, streams]) {
    const tasks = servers.flatMap((server) => workloads.map((workload: Workload) => ({ server, workload })));
    const results = await compare(tasks);
    console.log(`speed by processor time, median of ${rounds} interleaved rounds\n`);
    printSpeeds(results, nodeHttp, "cpu");
    console.log("processor time of one request\n");
    printCosts(results, workloads[0]?.title ?? "");
  }
});
