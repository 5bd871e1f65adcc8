import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import express from "express";
import { describe, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { listen } from "../../lib/index.js";
import { loadNotes, stopAfterwards } from "./notes.js";

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

const text = readFileSync(join(import.meta.dirname, "../../docs/deploy.md"), "utf8");
const probe = /^app\.get\("(\/healthz)"/m.exec(text)?.[1] ?? "";
const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block as string);

describe("the manifests of docs/deploy.md", () => {
  const documents = blocks.flatMap((block) => parseAllDocuments(block, { strict: true, uniqueKeys: true }));

  it("are all there", () => {
    const kinds = documents.map((document) => (document.toJS() as Manifest).kind);
    assert.deepEqual(kinds, ["Service", "Deployment", "Service", "Pod"]);
  });

  for (const document of documents) {
    const { apiVersion, kind } = document.toJS() as Manifest;
    it(`have a readable ${kind} of ${apiVersion}`, () => {
      assert.deepEqual(document.errors, []);
      assert.deepEqual(document.warnings, []);
    });
  }
});

describe("the probe of docs/deploy.md", () => {
  it("tells whether the server can be used, and is where the manifests look for it", async () => {
    const app = express();
    const server = stopAfterwards(await listen(await loadNotes(), { app, host: "127.0.0.1" }));
    app.get(probe, (_, res) => {
      res.sendStatus(server.health.servingStatus() === "SERVING" ? 200 : 503);
    });
    const url = `http://127.0.0.1:${(server.address as AddressInfo).port}${probe}`;
    assert.equal((await fetch(url)).status, 200);
    server.health.setServingStatus("", "NOT_SERVING");
    assert.equal((await fetch(url)).status, 503);

    const probed = blocks.join("").matchAll(/httpGet:\s+path: (\S+)/g);
    assert.deepEqual([...new Set([...probed].map(([, path]) => path))], [probe]);
  });
});
