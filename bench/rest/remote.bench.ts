import { compareEach, rounds } from "./compare.js";
import { grpcProxy, remote, transcoder } from "./contestants.js";
import { printSpeeds, printTimes } from "./print-results.js";
import { withServers } from "./with-servers.js";
import { workloads } from "./workloads.js";

// REST in front of a gRPC server in another process, which is reached over a Unix socket:
//
//     npm run bench -- remote
//
// The time of the gRPC server, the same plain grpc-js one for both, is counted in.

await withServers([grpcProxy, remote, transcoder], async (servers) => {
  const results = await compareEach(servers, workloads);
  console.log(`speed by processor time of all processes: median of ${rounds} interleaved rounds\n`);
  printSpeeds(results, grpcProxy, "cpu");
  console.log("processor time of one request\n");
  printTimes(results);
  console.log("speed by throughput\n");
  printSpeeds(results, grpcProxy, "elapsed");
});
