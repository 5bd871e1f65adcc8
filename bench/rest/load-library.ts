import { join } from "node:path";
import { loadServices, type Services } from "../../lib/index.js";

/** The service of library.proto, without handlers. */
export function loadLibrary(): Promise<Services> {
  return loadServices("rest/library.proto", { includeDirs: [join(import.meta.dirname, "..")] });
}
