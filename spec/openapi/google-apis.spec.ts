import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "vitest";
import { compileBindings } from "../../lib/http-rule/compile-binding.js";
import { buildDocument } from "../../lib/openapi/build-document.js";
import { loadSchema } from "../../lib/schema/load-schema.js";
import {
  danglingReferences,
  findViolations,
  lint,
  operationsOf,
  rulesIn,
  rulesOf,
  unusedSchemas,
} from "./document-checks.js";

const protos = dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json"));

const apis = [
  "pubsub/v1",
  "cloud/kms/v1",
  "cloud/secretmanager/v1",
  "spanner/v1",
  "firestore/v1",
  "cloud/tasks/v2",
  "logging/v2",
  "monitoring/v3",
  "cloud/run/v2",
  "cloud/translate/v3",
  "cloud/speech/v2",
  "privacy/dlp/v2",
];

/**
 * What the linter cannot know: `default` is every failure; a template of wildcards may match a path of literals, as
 * with every router that prefers the latter.
 */
const tolerated = new Set(["operation-4xx-response", "no-ambiguous-paths"]);

describe("the document of a Google API", () => {
  for (const api of apis) {
    it(`${api} is complete, valid and of one piece`, { timeout: 60_000 }, async () => {
      const folder = join("google", api);
      const files = readdirSync(join(protos, folder)).filter((file) => file.endsWith(".proto"));
      const { services } = await loadSchema(
        files.map((file) => join(folder, file)),
        { includeDirs: [protos] },
      );
      const bindings = compileBindings(services, ({ message }) => assert.fail(message));
      const info = { license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" } };
      for (const version of ["3.1", "3.0"] as const) {
        const document = buildDocument(bindings, { version, info, json: { emitDefaults: true } });
        const operations = operationsOf(document);
        assert.ok(operations.length > 10);
        assert.deepEqual(rulesIn(document), rulesOf(services));
        assert.equal(
          new Set(operations.map(({ operation }) => operation.operationId)).size,
          operations.length,
        );
        assert.deepEqual(danglingReferences(document), []);
        assert.deepEqual(unusedSchemas(document), []);
        assert.deepEqual(await findViolations(document), []);
        const problems = await lint(document);
        assert.deepEqual(
          problems.filter((problem) => !tolerated.has(problem.split(" ")[0] ?? "")),
          [],
        );
        for (const { path, operation } of operations) {
          const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
          const parameters = operation.parameters?.filter((parameter) => parameter.in === "path") ?? [];
          assert.deepEqual(
            parameters.map(({ name }) => name),
            names,
          );
          assert.ok(
            names.every((name) => /^[A-Za-z_]\w*$/.test(name ?? "")),
            path,
          );
        }
      }
    });
  }
});
