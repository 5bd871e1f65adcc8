import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import cors from "cors";
import express from "express";
import { corsHeaders, startGrpcServer, transcodingRouter } from "express-grpc-transcoding";
import { createBookstore } from "./bookstore/bookstore.js";
import { createMemoryBookRepository } from "./bookstore/memory-book-repository.js";
import { stockShelves } from "./bookstore/stock-shelves.js";
import type { DemoPlaces } from "./environment.js";
import { createGreeter, type Pause } from "./greeter.js";
import { loadDemoServices } from "./load-demo-services.js";
import { demoOpenApi } from "./openapi.js";
import { createPages } from "./pages.js";
import { RequestLog } from "./request-log.js";
import { printRoutes } from "./routes.js";

/** The demo has no passwords: only this machine may call it. */
const host = "127.0.0.1";
/** And pages of this machine. */
const origin = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/;

export interface DemoOptions extends DemoPlaces {
  /** Takes a line for each request. */
  readonly log: (line: string) => void;
  /** Between two greetings: a second unless given. */
  readonly greetingPause?: Pause;
}

export interface Demo {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** What a gRPC client dials: `127.0.0.1:50051`. */
  readonly grpcAddress: string;
  /** The same over the Unix socket: `unix:/tmp/demo.sock`. */
  readonly socketAddress: string;
  /** A line for each route. */
  readonly routes: readonly string[];
  /** Let running calls finish for a while, then close everything. */
  stop(): Promise<void>;
}

/** Start the demo: both services over REST, gRPC-Web and Connect in Express, and natively over gRPC on TCP and on a Unix socket. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const books = createMemoryBookRepository();
  await stockShelves(books);
  const services = await loadDemoServices();
  services.use(new RequestLog(options.log));
  services.add("greet.v1.Greeter", createGreeter(options.greetingPause));
  services.add("bookstore.v1.Bookstore", createBookstore(books));

  const app = express();
  app.use(createPages());
  app.use(cors({ origin, ...corsHeaders }));
  app.use(transcodingRouter(services, { protocols: "all", validate: true, openapi: demoOpenApi }));

  const http = await listen(app, options.port);
  try {
    const grpc = await startGrpcServer(services, {
      address: [`${host}:${options.grpcPort}`, `unix:${options.socket}`],
    });
    const [grpcAddress = "", socketAddress = ""] = grpc.addresses;
    let stopping: Promise<unknown> | undefined;
    return {
      url: `http://${host}:${(http.address() as AddressInfo).port}`, // a TCP server has an AddressInfo
      grpcAddress,
      socketAddress,
      routes: printRoutes(services.routes),
      async stop() {
        books.close(); // watches never end by themselves
        stopping ??= Promise.all([close(http), grpc.shutdown()]);
        await stopping;
      },
    };
  } catch (error) {
    http.close();
    throw error;
  }
}

async function listen(app: express.Express, port: number): Promise<Server> {
  const server = app.listen(port, host);
  await once(server, "listening");
  return server;
}

/** Connections that are still busy after five seconds are cut. */
async function close(server: Server): Promise<void> {
  // Otherwise one whose response ends from now on would be kept for the client's next request.
  server.keepAliveTimeout = 1;
  const timer = setTimeout(() => server.closeAllConnections(), 5000);
  server.close();
  await once(server, "close");
  clearTimeout(timer);
}
