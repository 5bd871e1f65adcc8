import { compareEach, rounds } from "../rest/compare.js";
import { type Contestant, grpcProxy, remote, transcoder } from "../rest/contestants.js";
import { printSpeeds, printTimes } from "../rest/print-results.js";
import { withServers } from "../rest/with-servers.js";
import { workloads } from "../rest/workloads.js";
import { build, program } from "./build.js";

// REST in front of a gRPC server, by grpc-gateway and grpc-go as well, each in a process of its own with a Unix socket
// between them. It needs Go, and its modules from wherever GOPROXY says:
//
//     npm run bench:gateway

const gateway: Contestant = {
  title: "grpc-gateway, grpc-go server",
  protocol: "rest",
  server: (target) => ({ command: program, args: ["proxy", target] }),
  backend: (target) => ({ command: program, args: ["backend", target] }),
};

try {
  await build();
} catch (error) {
  console.error(`grpc-gateway cannot be built, so there is nothing to compare with:\n${error}`);
  process.exit(1);
}
await withServers([gateway, remote, grpcProxy, transcoder], async (servers) => {
  const results = await compareEach(servers, workloads);
  console.log(`speed by processor time of all processes: median of ${rounds} interleaved rounds\n`);
  printSpeeds(results, gateway, "cpu");
  printSpeeds(results, grpcProxy, "cpu");
  console.log("processor time of one request\n");
  printTimes(results);
  console.log("speed by throughput\n");
  printSpeeds(results, gateway, "elapsed");
});
