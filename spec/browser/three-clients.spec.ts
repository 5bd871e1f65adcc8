import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { createPages } from "../../demo/pages.js";
import { type Demo, startDemo } from "../../demo/start.js";
import { describeInBrowser } from "./chromium.js";

const clients = ["rest", "connect", "grpc-web"];

describeInBrowser("the page with three clients", (open) => {
  const folder = mkdtempSync(join(tmpdir(), "three-clients-"));
  let demo: Demo;
  /** Serves the page alone, and so from another origin. */
  let elsewhere: Server;

  beforeAll(async () => {
    const socket = join(folder, "demo.sock");
    demo = await startDemo({ port: 0, grpcPort: 0, socket, log: () => {}, greetingPause: async () => {} });
    elsewhere = express().use(createPages()).listen(0, "127.0.0.1");
    await once(elsewhere, "listening");
  });

  afterAll(async () => {
    elsewhere.closeAllConnections();
    elsewhere.close();
    await demo.stop();
    rmSync(folder, { recursive: true });
  });

  const urls = {
    "from the server that it calls": () => `${demo.url}/browser`,
    "from another origin": () =>
      `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/browser?server=${demo.url}`,
  };

  for (const [place, url] of Object.entries(urls)) {
    it(`shows three equal answers, ${place}`, async () => {
      const { page, complaints } = await open(url(), [demo.url]);
      await page.getByLabel("Name").fill("Größe \u{1f600}");
      await page.getByRole("button", { name: "Say hello", exact: true }).click();
      assert.deepEqual(await readColumns(page, 1), threeTimes(["Hello Größe \u{1f600}"]));
      assert.deepEqual(complaints, []);
    });

    it(`shows three equal streams, ${place}`, async () => {
      const { page, complaints } = await open(url(), [demo.url]);
      await page.getByLabel("Greetings").fill("2");
      await page.getByRole("button", { name: "Say hello often" }).click();
      assert.deepEqual(await readColumns(page, 2), threeTimes(["Hello world 1", "Hello world 2"]));
      assert.deepEqual(complaints, []);
    });

    it(`shows three equal errors, ${place}`, async () => {
      const { page } = await open(url(), [demo.url]);
      await page.getByLabel("Greetings").fill("101");
      await page.getByRole("button", { name: "Say hello often" }).click();
      const alerts = clients.map((id) => page.locator(`#${id} [role=alert]`));
      for (const alert of alerts) await alert.getByText("Sorry").waitFor();
      const texts = await Promise.all(alerts.map((alert) => alert.textContent()));
      assert.deepEqual(texts, threeTimes("Sorry: count must be 0 to 100"));
    });
  }
});

/** What is in the columns as soon as each has so many greetings. */
async function readColumns(page: Page, count: number): Promise<string[][]> {
  const columns = clients.map((id) => page.locator(`#${id} .greetings li`));
  for (const column of columns) await column.nth(count - 1).waitFor();
  return Promise.all(columns.map((column) => column.allTextContents()));
}

function threeTimes<T>(answer: T): T[] {
  return clients.map(() => answer);
}
