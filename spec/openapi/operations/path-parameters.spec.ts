import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { Parameter } from "../../../lib/openapi/document.js";
import { describeMethod, parametersOf } from "../describe-source.js";

function describePath(template: string): Parameter[] {
  const messages = `
    message Request {
      // The shelf or the book.
      string name = 1;
      int64 id = 2;
      State state = 3;
      string ref = 4 [(google.api.resource_reference).type = "example.com/Shelf"];
      string key = 5 [(google.api.field_info).format = UUID4];
      Request nested = 6;
      google.protobuf.Timestamp at = 7;
      string old = 8 [deprecated = true];
      // Output only. Whose it is.
      string owner = 9;
    }
    message Shelf { option (google.api.resource) = { type: "example.com/Shelf" pattern: "shelves/{shelf}" }; }
    enum State { UNKNOWN = 0; }
    message Response {}`;
  return parametersOf(describeMethod(`get: "${template}"`, messages), "path");
}

const string = { type: "string" };
const comment = "The shelf or the book.";

const table: readonly [template: string, parameters: Omit<Parameter, "in" | "required">[]][] = [
  ["/v1/{name}", [{ name: "name", description: comment, schema: string }]],
  ["/v1/{id}", [{ name: "id", schema: { type: "string", format: "int64" } }]],
  ["/v1/{state}", [{ name: "state", schema: { $ref: "#/components/schemas/State" } }]],
  [
    "/v1/{at}",
    [{ name: "at", schema: { type: "string", format: "date-time", examples: ["2026-01-15T01:30:15Z"] } }],
  ],
  ["/v1/{ref}", [{ name: "ref", schema: string }]],
  ["/v1/{key}", [{ name: "key", schema: { type: "string", format: "uuid" } }]],
  ["/v1/{old}", [{ name: "old", deprecated: true, schema: string }]],
  ["/v1/{owner}", [{ name: "owner", description: "Whose it is.", schema: string }]],
  ["/v1/{nested.id}", [{ name: "nestedId", schema: { type: "string", format: "int64" } }]],
  [
    "/v1/{ref=shelves/*}",
    [{ name: "shelf", description: "The `shelf` in `ref`: `shelves/{shelf}`.", schema: string }],
  ],
  [
    "/v1/{nested.name=shelves/*/books/*}:check",
    [
      {
        name: "shelf",
        description: `The \`shelf\` in \`nested.name\`: \`shelves/{shelf}/books/{book}\`.\n\n${comment}`,
        schema: string,
      },
      {
        name: "book",
        description: `The \`book\` in \`nested.name\`: \`shelves/{shelf}/books/{book}\`.\n\n${comment}`,
        schema: string,
      },
    ],
  ],
  [
    "/v1/{name=**}",
    [
      {
        name: "name",
        description: `Any number of segments, with slashes between them.\n\n${comment}`,
        schema: string,
      },
    ],
  ],
  ["/v1/shelves/*", [{ name: "shelf", schema: string }]],
];

describe("a path parameter", () => {
  for (const [template, parameters] of table) {
    it(`of ${template}`, () => {
      assert.deepEqual(
        describePath(template),
        parameters.map((parameter) => ({ ...parameter, in: "path", required: true })),
      );
    });
  }

  it("is none for a variable without wildcards", () => {
    assert.deepEqual(describePath("/v1/{name=shelves/main}"), []);
  });
});
