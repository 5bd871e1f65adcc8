import { compareEach, rounds } from "./compare.js";
import {
  connectExpress,
  connectNode,
  expressRoute,
  grpcProxy,
  nodeHttp,
  transcoder,
  transcoderInExpress,
} from "./contestants.js";
import { printSpeeds, printTimes } from "./print-results.js";
import { withServers } from "./with-servers.js";
import { workloads } from "./workloads.js";

// REST requests of several kinds, here and with what else answers them, over HTTP/1.1 on kept-alive connections:
//
//     npm run bench -- rest.bench

const contestants = [
  nodeHttp,
  transcoder,
  connectNode,
  expressRoute,
  transcoderInExpress,
  connectExpress,
  grpcProxy,
];

await withServers(contestants, async (servers) => {
  const results = await compareEach(servers, workloads);
  console.log(`speed by processor time of all processes: median of ${rounds} interleaved rounds\n`);
  printSpeeds(results, nodeHttp, "cpu");
  printSpeeds(results, expressRoute, "cpu");
  console.log("processor time of one request\n");
  printTimes(results);
  console.log("speed by throughput\n");
  printSpeeds(results, nodeHttp, "elapsed");
});
