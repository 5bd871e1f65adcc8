import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { DocumentOptions } from "../../../lib/openapi/build-document.js";
import type { JsonSchema, Response } from "../../../lib/openapi/document.js";
import type { ErrorStatus } from "../../../lib/rest/encode-error.js";
import { googleError, problemJson } from "../../../lib/rest/error-formats.js";
import { describeSource, operationOf, schemaOf, schemasIn } from "../describe-source.js";

interface Case extends DocumentOptions {
  readonly returns: string;
  readonly responseBody?: string;
  readonly comment?: string;
}

function describeCall({ returns, responseBody = "", comment = "", ...options }: Case) {
  return describeSource(
    `message Request {}
     message Response { Book book = 1; repeated Book books = 2; string text = 3; google.api.HttpBody file = 4; }
     message Book {}
     service Service {
       ${comment}
       rpc Call(Request) returns (${returns}) {
         option (google.api.http) = { get: "/v1/call" response_body: "${responseBody}" };
       }
     }`,
    options,
  );
}

function responsesOf(options: Case): Readonly<Record<string, Response>> {
  return operationOf(describeCall(options)).responses;
}

const book = { $ref: "#/components/schemas/Book" };
const ok = (schema: JsonSchema): Response => ({
  description: "OK",
  content: { "application/json": { schema } },
});
const bytes = {
  description: "The bytes, with their content type.",
  content: {
    "application/octet-stream": { schema: { type: "string", format: "binary" } },
    "*/*": { schema: { type: "string", format: "binary" } },
  },
};

describe("the response of a success", () => {
  const successes: readonly (Case & { readonly success: Response })[] = [
    { returns: "Book", success: ok(book) },
    { returns: "Response", responseBody: "book", success: ok(book) },
    { returns: "Response", responseBody: "books", success: ok({ type: "array", items: book }) },
    { returns: "Response", responseBody: "text", success: ok({ type: "string" }) },
    { returns: "google.protobuf.Empty", success: ok({ type: "object" }) },
    { returns: "google.api.HttpBody", success: bytes },
    { returns: "Response", responseBody: "file", success: bytes },
    { returns: "stream google.api.HttpBody", success: bytes },
  ];
  for (const { success, ...options } of successes) {
    it(`of ${options.returns} ${options.responseBody ?? ""}`, () => {
      const { description, content } = responsesOf(options)["200"] ?? {};
      assert.deepEqual({ description, content: schemasIn(content) }, success);
    });
  }

  const event = { "text/event-stream": { schema: book } };
  for (const { streamFormat, content } of [
    { streamFormat: "ndjson", content: { "application/x-ndjson": { schema: book }, ...event } },
    { streamFormat: "sse", content: event },
    {
      streamFormat: "array",
      content: { "application/json": { schema: { type: "array", items: book } }, ...event },
    },
    {
      streamFormat: "result-error",
      content: {
        "application/json": {
          schema: {
            type: "object",
            properties: { result: book, error: { $ref: "#/components/schemas/Status" } },
          },
        },
        ...event,
      },
    },
  ] as const) {
    it(`of a stream as ${streamFormat}`, () => {
      const success = responsesOf({ returns: "stream Book", streamFormat })["200"];
      assert.deepEqual(schemasIn(success?.content), content);
    });
  }

  it("of a stream is lines unless asked otherwise", () => {
    assert.deepEqual(Object.keys(responsesOf({ returns: "stream Book" })["200"]?.content ?? {}), [
      "application/x-ndjson",
      "text/event-stream",
    ]);
  });
});

describe("the response of a failure", () => {
  it("is google.rpc.Status", () => {
    const document = describeCall({ returns: "Book" });
    const content = { "application/json": { schema: { $ref: "#/components/schemas/Status" } } };
    assert.deepEqual(operationOf(document).responses.default, { description: "The call failed.", content });
    assert.deepEqual(Object.keys(schemaOf(document, "Status").properties ?? {}), [
      "code",
      "message",
      "details",
    ]);
  });

  it("is Google's error object when that is what is written", () => {
    const document = describeCall({ returns: "Book", errors: "google" });
    const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
    assert.deepEqual(operationOf(document).responses.default?.content, content);
    const { error } = schemaOf(document, "Error").properties ?? {};
    assert.deepEqual(Object.keys(error?.properties ?? {}), ["code", "message", "status", "details"]);
  });

  it("has a form of one's own", () => {
    const errors = { contentType: "application/problem+json", schema: { type: "object" } };
    const { default: failure } = responsesOf({ returns: "Book", errors });
    assert.deepEqual(failure?.content, { "application/problem+json": { schema: { type: "object" } } });
  });

  it("stands under the statuses that the comment speaks of, in their order", () => {
    const comment = `
      // Gets a book. Returns NOT_FOUND if there is none.
      //
      // - \`INVALID_ARGUMENT\`: the name
      //   is none.`;
    const responses = responsesOf({ returns: "Book", comment });
    assert.deepEqual(Object.keys(responses), ["200", "400", "404", "default"]);
    assert.equal(responses["404"]?.description, "Returns NOT_FOUND if there is none.");
    assert.equal(responses["400"]?.description, "`INVALID_ARGUMENT`: the name is none.");
    assert.deepEqual(schemasIn(responses["404"]?.content), responses.default?.content);
  });

  for (const { errors, format, contentType } of [
    { errors: "status", format: ({ code, message, details }: ErrorStatus) => ({ code, message, details }) },
    { errors: "google", format: (status: ErrorStatus) => googleError(status, undefined) },
    {
      errors: "problem",
      format: (status: ErrorStatus) => problemJson(status, undefined),
      contentType: "application/problem+json",
    },
  ] as const) {
    it(`has an example of each code that the comment names, as it is written: ${errors}`, () => {
      const comment = "// Returns INVALID_ARGUMENT or FAILED_PRECONDITION. Returns CANCELLED too.";
      const responses = responsesOf({ returns: "Book", comment, errors });
      const examplesOf = (status: string) =>
        responses[status]?.content?.[contentType ?? "application/json"]?.examples;
      const invalid = { code: 3, message: "invalid argument", details: [], httpStatus: 400 };
      const failed = { code: 9, message: "failed precondition", details: [], httpStatus: 400 };
      assert.deepEqual(examplesOf("400"), {
        INVALID_ARGUMENT: { value: format(invalid) },
        FAILED_PRECONDITION: { value: format(failed) },
      });
      const cancelled = { code: 1, message: "cancelled", details: [], httpStatus: 499 };
      assert.deepEqual(examplesOf("499"), { CANCELLED: { value: format(cancelled) } });
      assert.equal(examplesOf("default"), undefined);
    });
  }

  it("of a stream stands under `error` when the router writes it so", () => {
    const comment = "// Returns NOT_FOUND if there is none.";
    const options = { comment, wrapsStreamErrors: true };
    const status = { $ref: "#/components/schemas/Status" };
    const failure = responsesOf({ returns: "stream Book", ...options })["404"]?.content;
    assert.deepEqual(failure, {
      "application/json": {
        schema: { type: "object", properties: { error: status } },
        examples: { NOT_FOUND: { value: { error: { code: 5, message: "not found", details: [] } } } },
      },
    });
    const { default: other } = responsesOf({ returns: "Book", ...options });
    assert.deepEqual(other?.content, { "application/json": { schema: status } });
  });
});
