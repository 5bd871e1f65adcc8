import type { RequestListener } from "node:http";
import type { Readable } from "node:stream";
import { credentials } from "@grpc/grpc-js";
import express, { type NextFunction, type Response } from "express";
import { type GrpcBook, loadLibraryClient, toGrpc, toJson } from "../plain-grpc.js";
import { sendStream } from "./node-http.js";

type Callback = (error: Error | null, message: object) => void;

/** grpc-js's clients of loaded definitions have no types. */
interface LibraryClient {
  getBook(request: object, callback: Callback): void;
  createBook(request: object, callback: Callback): void;
  createMixed(request: object, callback: Callback): void;
  listMixed(request: object, callback: Callback): void;
  importMixed(request: object, callback: Callback): void;
  watchBooks(request: object): Readable;
}

/** What teams write by hand today: Express in front of a client of the gRPC server, each route with its own call. */
export function createListener(target: string): RequestListener {
  const Library = loadLibraryClient({ bytes: String });
  const client = new Library(target, credentials.createInsecure()) as unknown as LibraryClient;
  const app = express();
  app.use(express.json({ limit: "4mb" }));
  app.get("/v1/shelves/:shelf/books/:book", ({ params: { shelf, book } }, res, next) => {
    client.getBook({ name: `shelves/${shelf}/books/${book}` }, answer(res, next));
  });
  app.post("/v1/books", ({ body }, res, next) => {
    client.createBook(body, answer(res, next));
  });
  app.post("/v1/mixed", ({ body }, res, next) => {
    client.createMixed(
      toGrpc(body),
      answer(res, next, (book) => toJson(book as GrpcBook)),
    );
  });
  app.get("/v1/mixed", ({ query }, res, next) => {
    client.listMixed({ pageSize: Number(query.page_size) }, answer(res, next, toJsonList));
  });
  app.post("/v1/mixed\\:import", ({ body }, res, next) => {
    client.importMixed({ items: body.items.map(toGrpc) }, answer(res, next));
  });
  app.get("/v1/books\\:watch", ({ query: { count, linger } }, res) =>
    sendStream(res, client.watchBooks({ count: Number(count), linger: linger === "true" })),
  );
  return app;
}

function answer(res: Response, next: NextFunction, convert = (message: object) => message): Callback {
  return (error, message) => {
    if (error) next(error);
    else res.json(convert(message));
  };
}

function toJsonList(list: object): object {
  return { items: (list as { readonly items: readonly GrpcBook[] }).items.map(toJson) };
}
