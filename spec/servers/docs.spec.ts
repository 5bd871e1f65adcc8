import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { parseAllDocuments } from "yaml";

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

const text = readFileSync(join(import.meta.dirname, "../../docs/deploy.md"), "utf8");
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
