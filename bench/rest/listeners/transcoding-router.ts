import type { RequestListener } from "node:http";
import express from "express";
import { transcodingRouter } from "../../../lib/index.js";
import { addLibrary } from "../add-library.js";

export async function createListener(): Promise<RequestListener> {
  return express().use(transcodingRouter(await addLibrary()));
}
