import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { RequestListener } from "./http2-host.js";

type UpgradeListener = (req: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** An app that listens for upgrades itself gets them; node takes one for an ordinary request if nobody listens. */
export function forwardUpgrades(server: Server, app: RequestListener | undefined): void {
  if (app === undefined || !("on" in app) || typeof app.on !== "function") return;
  if (!("emit" in app) || typeof app.emit !== "function") return;
  const emitter = app as RequestListener & NodeJS.EventEmitter;
  const forward: UpgradeListener = (...args) => emitter.emit("upgrade", ...args);
  const attach = () => {
    if (!server.listeners("upgrade").includes(forward)) server.on("upgrade", forward);
  };
  if (emitter.listenerCount("upgrade") > 0) attach();
  const onListener = (event: string | symbol) => (event === "upgrade" ? attach() : undefined);
  emitter.on("newListener", onListener);
  server.once("close", () => emitter.off("newListener", onListener));
}
