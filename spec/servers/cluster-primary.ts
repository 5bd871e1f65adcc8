import cluster from "node:cluster";
import { join } from "node:path";

// The primary of a cluster of two: node --import tsx cluster-primary.ts <port> <path of a socket>

cluster.setupPrimary({
  exec: join(import.meta.dirname, "cluster-worker.ts"),
  args: process.argv.slice(2),
  execArgv: ["--import", "tsx"],
});
const fork = () => cluster.fork().on("message", (message) => process.send?.(message));
for (let i = 0; i < 2; i++) fork();
process.on("message", (message) => {
  if (message === "fork") fork();
  const workers = Object.values(cluster.workers ?? {});
  if (message === "stop one") workers[0]?.once("exit", () => process.send?.("stopped one")).send("stop");
  if (message === "stop") for (const worker of workers) worker?.send("stop");
});
cluster.on("exit", () => {
  if (Object.keys(cluster.workers ?? {}).length === 0) process.exit(0);
});
