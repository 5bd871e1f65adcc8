import type { HandlerCall, Message, Services } from "../../lib/index.js";
import { mixed } from "./books.js";
import { createLibrary } from "./library.js";
import { loadLibrary } from "./load-library.js";

/** The service of library.proto with the handlers that every server has. */
export async function addLibrary(): Promise<Services> {
  const services = await loadLibrary();
  const library = createLibrary(services.json("bench.Mixed").decode(JSON.stringify(mixed)));
  const implementation = Object.entries(library).map(([name, handle]) => [
    name,
    ({ request }: HandlerCall) => (handle as (request: Message) => unknown)(request),
  ]);
  services.add("bench.Library", Object.fromEntries(implementation));
  return services;
}
