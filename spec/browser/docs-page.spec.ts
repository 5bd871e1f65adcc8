import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import helmet from "helmet";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { createGreeter } from "../../demo/greeter.js";
import { loadDemoServices } from "../../demo/load-demo-services.js";
import { type Demo, startDemo } from "../../demo/start.js";
import {
  type Listening,
  listen,
  loadServicesSync,
  type Message,
  type Services,
  transcodingRouter,
} from "../../lib/index.js";
import { withFiles } from "../schema/proto-folder.js";
import { describeInBrowser } from "./chromium.js";

async function loadGreeter(): Promise<Services> {
  const services = await loadDemoServices();
  return services.add(
    "greet.v1.Greeter",
    createGreeter(async () => {}),
  );
}

const mapsProto = `
  syntax = "proto3";
  package test.v1;
  import "google/api/annotations.proto";
  import "google/protobuf/empty.proto";
  import "google/protobuf/struct.proto";
  service Maps {
    rpc Show(Request) returns (google.protobuf.Empty) { option (google.api.http).get = "/v1/maps"; }
  }
  message Request { map<string, string> labels = 1; google.protobuf.Struct struct = 2; }`;

/** Open an operation, and fill in its parameters. */
async function fillIn(page: Page, operation: string, parameters: Readonly<Record<string, string>>) {
  const block = page.locator(`[id$="-${operation}"]`);
  await block.locator(".opblock-summary").click();
  await block.getByRole("button", { name: "Try it out" }).click();
  for (const [name, value] of Object.entries(parameters))
    await block.locator(`[data-param-name="${name}"] input`).fill(value);
  return block;
}

/** Send the request of an operation, and wait for the answer that the page shows. */
async function tryOut(page: Page, operation: string, parameters: Readonly<Record<string, string>>) {
  return execute(await fillIn(page, operation, parameters));
}

async function execute(block: Locator) {
  await block.getByRole("button", { name: "Execute" }).click();
  const answer = block.locator(".live-responses-table .response");
  await answer.waitFor();
  return {
    status: (await answer.locator(".response-col_status").textContent())?.trim(),
    body: await answer.locator(".response-col_description .highlight-code code").first().textContent(),
  };
}

describeInBrowser("the docs page", (open) => {
  let server: Server;
  let url: string;
  let onePort: Listening;
  /** What was last sent to the service of maps. */
  let seen: Message;

  beforeAll(async () => {
    const app = express().use(helmet());
    app.use("/api", transcodingRouter(await loadGreeter()));
    app.use(
      "/several",
      transcodingRouter(await loadGreeter(), {
        openapi: [
          { info: { title: "The first" } },
          { info: { title: "The second" }, path: "/second.json", version: "3.0" },
        ],
      }),
    );
    const maps = withFiles({ "maps.proto": mapsProto }, (folder) => loadServicesSync(`${folder}/maps.proto`));
    const show = async (call: { readonly request: Message }) => {
      seen = call.request;
      return {};
    };
    app.use("/maps", transcodingRouter(maps.add("test.v1.Maps", { show })));
    server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // a TCP server has an AddressInfo
    url = `http://127.0.0.1:${port}`;
    onePort = await listen(await loadGreeter(), { host: "127.0.0.1", port: 0 });
  });

  afterAll(async () => {
    await Promise.all([once(server.close(), "close"), onePort.shutdown()]);
  });

  it("runs behind helmet's default policy, below a prefix, and calls the service", async () => {
    const { page, complaints } = await open(`${url}/api/docs`);
    assert.deepEqual(await tryOut(page, "Greeter_SayHello", { name: "world" }), {
      status: "200",
      body: '{\n  "message": "Hello world"\n}',
    });
    assert.equal(await page.title(), "Greeter");
    assert.deepEqual(complaints, []);
  });

  it("shows the lines of a stream", async () => {
    const { page, complaints } = await open(`${url}/api/docs/`);
    const { status, body } = await tryOut(page, "Greeter_SayHellos", { name: "world", count: "2" });
    assert.equal(status, "200");
    assert.equal(body, '{"message":"Hello world 1"}\n{"message":"Hello world 2"}\n');
    assert.deepEqual(complaints, []);
  });

  it("shows the failure of a call", async () => {
    const { page } = await open(`${url}/api/docs`);
    const { status, body } = await tryOut(page, "Greeter_SayHellos", { name: "world", count: "101" });
    assert.equal(status, "400");
    assert.match(body ?? "", /"message": "count must be 0 to 100"/);
  });

  it("offers several documents", async () => {
    const { page, complaints } = await open(`${url}/several/docs`);
    await page.getByRole("heading", { name: "The first" }).waitFor();
    await page.getByLabel("Select a definition").selectOption("The second");
    await page.getByRole("heading", { name: "The second" }).waitFor();
    const { status } = await tryOut(page, "Greeter_SayHello", { name: "world" });
    assert.equal(status, "200");
    assert.deepEqual(complaints, []);
  });

  it("sends no parameter that nobody filled in, and a map as its entries", async () => {
    const { page, complaints } = await open(`${url}/maps/docs`);
    const block = await fillIn(page, "Maps_Show", {});
    await execute(block);
    assert.deepEqual(seen, { labels: {}, struct: null });
    await block.locator('[data-param-name="labels"] textarea').fill('{"color": "red"}');
    const answer = page.waitForResponse(/v1\/maps/);
    await execute(block);
    await answer;
    assert.deepEqual(seen, { labels: { color: "red" }, struct: null });
    assert.deepEqual(complaints, []);
  });

  it("runs on one port with everything else", async () => {
    const { port } = onePort.address as AddressInfo; // no Unix socket was asked for
    const { page, complaints } = await open(`http://127.0.0.1:${port}/docs`);
    assert.equal((await tryOut(page, "Greeter_SayHello", { name: "world" })).status, "200");
    assert.deepEqual(complaints, []);
  });
});

describeInBrowser("the docs page of the demo", (open) => {
  let folder: string;
  let demo: Demo;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "docs-page-"));
    demo = await startDemo({ port: 0, grpcPort: 0, socket: join(folder, "demo.sock"), log: () => {} });
  });

  afterAll(async () => {
    await demo.stop();
    rmSync(folder, { recursive: true });
  });

  it("sends an example of an update that fits the book", async () => {
    const { page, complaints } = await open(`${demo.url}/docs`);
    const block = await fillIn(page, "Bookstore_UpdateBook", { shelf: "fiction", book: "emma" });
    assert.equal((await execute(block)).status, "200");
    assert.deepEqual(complaints, []);
  });

  it("sends a picture as one", async () => {
    const { page, complaints } = await open(`${demo.url}/docs`);
    const block = await fillIn(page, "Bookstore_UploadCover", { shelf: "fiction", book: "emma" });
    await block
      .locator(".opblock-section-request-body")
      .getByLabel("Request content type")
      .selectOption("image/png");
    await block
      .locator("input[type=file]")
      .setInputFiles(join(import.meta.dirname, "../../demo/bookstore/cover.png"));
    const { status, body } = await execute(block);
    assert.equal(status, "200");
    assert.match(body ?? "", /"coverSize": "121"/);
    assert.deepEqual(complaints, []);
  });
});
