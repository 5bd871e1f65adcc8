import type { AddressInfo } from "node:net";
import { listen } from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";

// A server for specs that try to break its memory: node --import tsx echo-process.ts

const services = await loadEcho();
services.add("http.v1.Echo", { getPath: async ({ request }) => request });
const { address } = await listen(services, { host: "127.0.0.1", openapi: false });
process.send?.((address as AddressInfo).port);
