import { listen, startGrpcServer } from "../../lib/index.js";
import { loadNotes } from "./notes.js";

// A worker of a cluster: serves on a port and at a Unix socket, and says who answers.

const [port, path] = process.argv.slice(2);
const services = await loadNotes({ send: async () => ({ text: `worker ${process.pid}` }) });
const servers = [
  await listen(services, { host: "127.0.0.1", port: Number(port) }),
  await startGrpcServer(services, { address: `unix:${path}` }),
];
process.on("message", async () => {
  await Promise.all(servers.map((server) => server.shutdown()));
  process.disconnect();
});
process.send?.({
  pid: process.pid,
  address: servers[0] && "address" in servers[0] ? servers[0].address : undefined,
});
