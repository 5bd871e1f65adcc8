import type { RequestListener } from "node:http";
import { expressConnectMiddleware } from "@connectrpc/connect-express";
import express from "express";
import { createRoutes } from "./connect-routes.js";

export async function createListener(): Promise<RequestListener> {
  return express().use(expressConnectMiddleware({ routes: await createRoutes() }));
}
