import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import cors from "cors";
import { build } from "esbuild";
import express, { type Express } from "express";
import { afterAll, beforeAll, it } from "vitest";
import { corsHeaders, loadServices, transcodingRouter } from "../../lib/index.js";
import { behaviourProto } from "../behaviour/each-protocol.js";
import { createNotes, failure, largeText, longMessage, notes } from "../clients/notes-service.js";
import { describeInBrowser } from "./chromium.js";
import type { PageCall, PageResult, PageScript } from "./grpc-web-page.js";

// The client of the gRPC-Web project needs a browser.
describeInBrowser("grpc-web, on a page of another origin", (open) => {
  const { implementation, expectWait } = createNotes();
  const servers: Server[] = [];
  let url: string;
  let pageUrl: string;

  async function serve(app: Express): Promise<string> {
    const server = app.listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    const services = (await loadServices(behaviourProto)).add(notes, implementation);
    const sent = [...corsHeaders.allowedHeaders, "x-echo", "mark-bin"];
    const read = [...corsHeaders.exposedHeaders, "x-echo", "mark-bin"];
    const app = express();
    app.use(cors({ origin: true, ...corsHeaders, allowedHeaders: sent, exposedHeaders: read }));
    app.use(transcodingRouter(services, { protocols: "all" }));
    url = await serve(app);

    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, "grpc-web-page.ts")],
      bundle: true,
      write: false,
    });
    const page = express();
    page.get("/page.js", (_req, res) => void res.type("js").send(outputFiles[0]?.text));
    page.get(
      "/",
      (_req, res) =>
        void res.type("html").send('<link rel="icon" href="data:,"><script src="page.js"></script>'),
    );
    pageUrl = await serve(page);
  });

  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  const openPage = async () => {
    const { page } = await open(pageUrl, [url]);
    return {
      call: (call: Omit<PageCall, "url">): Promise<PageResult> =>
        page.evaluate((sent) => (globalThis as unknown as PageScript).callGrpcWeb(sent), { ...call, url }),
      leave: () => page.evaluate(() => (globalThis as unknown as PageScript).leave()),
    };
  };

  for (const format of ["binary", "text"] as const) {
    const send = { format, method: "Send" } as const;

    it(`calls, with metadata both ways, in ${format}`, async () => {
      const { call } = await openPage();
      const metadata = { "x-echo": "7", "mark-bin": "AP8" };
      const result = await call({ ...send, note: { text: "größe" }, metadata });
      assert.deepEqual(result.notes, [{ text: "größe", count: 1 }]);
      assert.deepEqual([result.headers["x-echo"], result.headers["mark-bin"]], ["7", "AP8"]);
      assert.equal(result.trailers["trace-bin"], "A/8");
      assert.equal(result.error, undefined);
    });

    it(`reads a stream in ${format}`, async () => {
      const { call } = await openPage();
      const result = await call({ format, method: "Expand", note: { text: "a", count: 2 } });
      assert.deepEqual(
        result.notes.map(({ count }) => count),
        [1, 2],
      );
    });

    it(`reads an error with its details in ${format}`, async () => {
      const { call } = await openPage();
      const { error } = await call({ ...send, note: { text: "fail" } });
      assert.deepEqual([error?.code, error?.message], [failure.code, failure.message]);
      const details = Buffer.from(error?.metadata["grpc-status-details-bin"] ?? "", "base64");
      assert.match(details.toString(), /google\.rpc\.ErrorInfo.*MOVED/s);
      const { error: long } = await call({ ...send, note: { text: "fail at length" } });
      assert.deepEqual([long?.code, long?.message.length], [failure.code, longMessage.length]);
    });

    it(`has a deadline, and cancels, in ${format}`, async () => {
      const { call, leave } = await openPage();
      const late = expectWait(`wait in ${format} to be late`);
      const { error } = await call({ ...send, note: { text: `wait in ${format} to be late` }, timeout: 500 });
      assert.equal(error?.code, 4);
      await late.ended;

      const left = expectWait(`wait in ${format} to leave`);
      const abandoned = call({ ...send, note: { text: `wait in ${format} to leave` } });
      await left.begun;
      await leave();
      await left.ended;
      assert.deepEqual((await abandoned).notes, []);
    });

    it(`carries messages of almost 4 MiB in ${format}`, async () => {
      const { call } = await openPage();
      const { notes: answers, error } = await call({ ...send, note: { text: largeText } });
      assert.deepEqual([answers[0]?.text.length, error], [largeText.length, undefined]);
    });
  }
});
