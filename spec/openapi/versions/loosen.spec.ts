import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { JsonSwitches } from "../../../lib/json/codec.js";
import type { Operation } from "../../../lib/openapi/document.js";
import { accepts } from "../accepts.js";
import { describeMethod, parametersOf, propertiesOf, schemaOf } from "../describe-source.js";

const messages = `
  message Request {
    Book book = 1;
    string page_token = 2 [(google.api.field_behavior) = REQUIRED];
    string token = 3 [(google.api.field_behavior) = REQUIRED];
  }
  message Book {
    int32 count = 1;
    int64 size = 2;
    double weight = 3;
    State state = 4;
    bytes cover = 5;
    google.protobuf.Timestamp at = 6;
    google.protobuf.Struct extra = 7;
    google.protobuf.Value any = 8;
    Author author = 9;
    repeated int32 marks = 10;
    map<string, Author> editors = 11;
    oneof id { string isbn = 12; int32 shelf_mark = 13; }
    string etag = 14 [(google.api.field_behavior) = OUTPUT_ONLY];
    bool lent = 15;
    google.protobuf.NullValue nothing = 16;
  }
  message Author { string given_name = 1 [(google.api.field_behavior) = REQUIRED]; string name = 2; }
  enum State { UNKNOWN = 0; LENT = 1; }
  message Response {}`;

function describeBook(options: { lenient?: boolean; json?: JsonSwitches } = {}) {
  return describeMethod(`post: "/v1/books" body: "book"`, messages, options);
}

function isAccepted(value: object, options: { lenient?: boolean; json?: JsonSwitches }): Promise<boolean> {
  const document = describeBook(options);
  return accepts(schemaOf(document, "Book"), value, document.components?.schemas);
}

/** What ProtoJSON reads, but never writes. */
const readOnly: readonly object[] = [
  { count: "12" },
  { size: 12 },
  { weight: "1.5" },
  { state: 1 },
  { state: 7 },
  { at: null },
  { count: null, size: null, weight: null, state: null, cover: null, author: null, marks: null, lent: null },
  { marks: [1, "2"] },
  { isbn: null, shelfMark: 1 },
  { author: { given_name: "Ada" } },
  { nothing: "NULL_VALUE" },
];

const written: readonly object[] = [
  {},
  {
    count: 12,
    size: "12",
    weight: 1.5,
    state: "LENT",
    cover: "aGk=",
    at: "2026-01-15T01:30:15Z",
    lent: true,
  },
  { weight: "NaN", cover: "_-8" },
  {
    extra: { a: [1] },
    any: null,
    author: { givenName: "Ada" },
    marks: [1],
    editors: { a: { givenName: "Ada" } },
  },
];

const refused: readonly object[] = [
  { count: true },
  { size: {} },
  { cover: 1 },
  { at: 1 },
  { author: {} },
  { marks: 1 },
  { marks: [null] },
  { state: {} },
  { lent: "true" },
];

describe("a lenient document", () => {
  for (const value of written) {
    it(`allows what is written: ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(
        [await isAccepted(value, {}), await isAccepted(value, { lenient: true })],
        [true, true],
      );
    });
  }

  for (const value of readOnly) {
    it(`allows what is only read: ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(
        [await isAccepted(value, {}), await isAccepted(value, { lenient: true })],
        [false, true],
      );
    });
  }

  for (const value of refused) {
    it(`refuses what is neither: ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(
        [await isAccepted(value, {}), await isAccepted(value, { lenient: true })],
        [false, false],
      );
    });
  }

  it("allows any name of an enum that the switches let through", async () => {
    assert.equal(await isAccepted({ state: "lent" }, { lenient: true }), false);
    assert.equal(
      await isAccepted({ state: "lent" }, { lenient: true, json: { caseInsensitiveEnums: true } }),
      true,
    );
    assert.equal(
      await isAccepted({ state: "NEW" }, { lenient: true, json: { ignoreUnknownFields: true } }),
      true,
    );
  });

  it("allows numbers and names of an enum that is written by number", async () => {
    const options = { lenient: true, json: { enumsAsIntegers: true } };
    assert.equal(await isAccepted({ state: 1 }, options), true);
    assert.equal(await isAccepted({ state: "LENT" }, options), true);
  });

  it("lets read-only members be sent back", () => {
    assert.deepEqual(propertiesOf(describeBook(), "Book").etag, { type: "string", readOnly: true });
    assert.deepEqual(propertiesOf(describeBook({ lenient: true }), "Book").etag, {
      type: ["string", "null"],
    });
  });

  it("does not ask for a parameter that may be given under its other name", () => {
    const required = parametersOf(describeBook({ lenient: true }), "query").map(({ name, required }) => [
      name,
      required,
    ]);
    assert.deepEqual(required, [
      ["pageToken", undefined],
      ["token", true],
    ]);
  });
});

describe("the operation of a rule for an HTTP method that OpenAPI does not know", () => {
  it("is loosened as others are", () => {
    const custom = `custom: { kind: "REPORT" path: "/v1/books" }`;
    const [item = {}] = Object.values(describeMethod(custom, messages, { lenient: true }).paths);
    const { REPORT: operation } = item["x-additionalOperations"] as Readonly<Record<string, Operation>>;
    const required = operation?.parameters?.filter((parameter) => parameter.required);
    assert.deepEqual(
      required?.map(({ name }) => name),
      ["token"],
    );
  });
});
