import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import type { OpenApiDocument } from "../../lib/openapi/document.js";
import { demoDocuments } from "../../openapi/demo-documents.js";
import { findViolations, lint } from "./document-checks.js";

const folder = join(import.meta.dirname, "../../openapi");
const documents = await demoDocuments();

describe("the documents in openapi/", () => {
  it("are those of the demo, and no others", () => {
    const files = readdirSync(folder).filter((name) => !name.endsWith(".ts"));
    assert.deepEqual(files.sort(), [...documents.keys()].sort());
  });

  for (const [name, text] of documents) {
    it(`${name} is as \`npm run openapi\` writes it`, () => {
      assert.equal(readFileSync(join(folder, name), "utf8"), text);
    });

    if (!name.endsWith(".json")) continue;
    it(`${name} is valid, and the linter finds no error`, async () => {
      const document = JSON.parse(text) as OpenApiDocument;
      assert.deepEqual(await findViolations(document), []);
      const problems = (await lint(document)).map((problem) => problem.split(" ")[0]);
      // The demo has no license of its own, and `default` is every failure.
      assert.deepEqual([...new Set(problems)].sort(), ["info-license", "operation-4xx-response"]);
    });
  }
});
