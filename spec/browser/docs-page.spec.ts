import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import helmet from "helmet";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { createGreeter } from "../../demo/greeter.js";
import { loadDemoServices } from "../../demo/load-demo-services.js";
import { type Listening, listen, type Services, transcodingRouter } from "../../lib/index.js";
import { describeInBrowser } from "./chromium.js";

async function loadGreeter(): Promise<Services> {
  const services = await loadDemoServices();
  return services.add(
    "greet.v1.Greeter",
    createGreeter(async () => {}),
  );
}

/** Send the request of an operation, and wait for the answer that the page shows. */
async function tryOut(page: Page, operation: string, parameters: Readonly<Record<string, string>>) {
  const block = page.locator(`[id$="-${operation}"]`);
  await block.locator(".opblock-summary").click();
  await block.getByRole("button", { name: "Try it out" }).click();
  for (const [name, value] of Object.entries(parameters))
    await block.locator(`[data-param-name="${name}"] input`).fill(value);
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

  it("runs on one port with everything else", async () => {
    const { port } = onePort.address as AddressInfo; // no Unix socket was asked for
    const { page, complaints } = await open(`http://127.0.0.1:${port}/docs`);
    assert.equal((await tryOut(page, "Greeter_SayHello", { name: "world" })).status, "200");
    assert.deepEqual(complaints, []);
  });
});
