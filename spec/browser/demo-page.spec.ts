import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { type Demo, startDemo } from "../../demo/start.js";
import { describeInBrowser } from "./chromium.js";

describeInBrowser("the page of the demo", (open) => {
  const folder = mkdtempSync(join(tmpdir(), "demo-page-"));
  const clock = new EventEmitter();
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({
      port: 0,
      grpcPort: 0,
      socket: join(folder, "demo.sock"),
      log: () => {},
      greetingPause: (signal) => once(clock, "next", { signal }),
    });
  });

  afterAll(async () => {
    await demo.stop();
    rmSync(folder, { recursive: true });
  });

  it("shows each line of a stream as it arrives", async () => {
    const { page, complaints } = await open(`${demo.url}/`);
    let hasEnded = false;
    page.on("requestfinished", (request) => {
      if (request.url().endsWith("/hellos")) hasEnded = true;
    });
    const greetings = page.locator("#greetings li");
    await page.getByRole("button", { name: "Say hello three times" }).click();
    for (const [index, text] of ["Hello world 1", "Hello world 2", "Hello world 3"].entries()) {
      await greetings.nth(index).waitFor();
      assert.equal(await greetings.count(), index + 1);
      assert.equal(await greetings.nth(index).textContent(), text);
      // The server waits until it is told that this line has been seen.
      if (index < 2) assert.equal(hasEnded, false);
      clock.emit("next");
    }
    if (!hasEnded) await page.waitForEvent("requestfinished", (request) => request.url().endsWith("/hellos"));
    assert.deepEqual(complaints, []);
  });

  it("shows an answer, and the books", async () => {
    const { page, complaints } = await open(`${demo.url}/`);
    await page.getByLabel("Name").fill("Ada Lovelace");
    await page.getByRole("button", { name: "Say hello", exact: true }).click();
    await page.locator("#greetings li").waitFor();
    assert.deepEqual(await page.locator("#greetings li").allTextContents(), ["Hello Ada Lovelace"]);
    await page.locator("#books tr").first().waitFor();
    assert.match((await page.locator("#books").textContent()) ?? "", /Emma/);
    assert.deepEqual(complaints, []);
  });

  it("leads to the docs page", async () => {
    const { page, complaints } = await open(`${demo.url}/`);
    await page.getByRole("link", { name: "Docs" }).click();
    await page.getByText("/v1/greeter/{name}/hellos").waitFor();
    assert.deepEqual(complaints, []);
  });
});
