import type { RequestListener } from "node:http";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createRoutes } from "./connect-routes.js";

export async function createListener(): Promise<RequestListener> {
  return connectNodeAdapter({ routes: await createRoutes() });
}
