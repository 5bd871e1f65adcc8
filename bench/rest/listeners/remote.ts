import type { RequestListener } from "node:http";
import { createTranscoder } from "../../../lib/index.js";
import { loadLibrary } from "../load-library.js";

export async function createListener(target: string): Promise<RequestListener> {
  const services = await loadLibrary();
  services.addRemote("bench.Library", target);
  return createTranscoder(services);
}
