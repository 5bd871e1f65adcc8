import type { RequestListener } from "node:http";
import { createTranscoder } from "../../../lib/index.js";
import { addLibrary } from "../add-library.js";

export async function createListener(): Promise<RequestListener> {
  return createTranscoder(await addLibrary());
}
