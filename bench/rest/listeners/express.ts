import type { RequestListener } from "node:http";
import express from "express";
import { mixed } from "../books.js";
import { createLibrary } from "../library.js";
import { sendStream } from "./node-http.js";

const library = createLibrary(mixed);

/** The routes written by hand for Express, with the settings that it comes with. */
export function createListener(): RequestListener {
  const app = express();
  app.use(express.json({ limit: "4mb" }));
  app.get("/v1/shelves/:shelf/books/:book", async ({ params: { shelf, book } }, res) => {
    res.json(await library.getBook({ name: `shelves/${shelf}/books/${book}` }));
  });
  app.post("/v1/books", async (req, res) => {
    res.json(await library.createBook(req.body));
  });
  app.post("/v1/mixed", async (req, res) => {
    res.json(await library.createMixed(req.body));
  });
  app.get("/v1/mixed", async (req, res) => {
    res.json(await library.listMixed({ pageSize: Number(req.query.page_size) }));
  });
  app.post("/v1/mixed\\:import", async (req, res) => {
    res.json(await library.importMixed(req.body));
  });
  app.get("/v1/books\\:watch", (req, res) => {
    const { count, linger } = req.query;
    return sendStream(res, library.watchBooks({ count: Number(count), linger: linger === "true" }));
  });
  return app;
}
