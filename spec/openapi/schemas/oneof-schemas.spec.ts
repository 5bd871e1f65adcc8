import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { withoutOneofs } from "../../../lib/openapi/schemas/oneof-schemas.js";
import { accepts } from "../accepts.js";
import { describeMethod, propertiesOf, schemaOf } from "../describe-source.js";

function describeMessage(fields: string) {
  return describeMethod(`get: "/v1/call"`, `message Request {} message Response { ${fields} }`);
}

const twoFields = `string name = 1; oneof id { string isbn = 2; int32 shelf_mark = 3; }`;
const twoOneofs = `${twoFields} oneof place { string shelf = 4; string box = 5; string hand = 6; }`;
const manyNames = Array.from({ length: 12 }, (_, i) => `f${i}`);
const manyFields = `oneof kind { ${manyNames.map((name, i) => `string ${name} = ${i + 1};`).join(" ")} }`;

describe("the schema of a oneof", () => {
  it("has its fields as ordinary properties, of which at most one is there", () => {
    const document = describeMessage(twoFields);
    assert.deepEqual(schemaOf(document, "Response"), {
      type: "object",
      description: "At most one of `isbn`, `shelfMark` is set.",
      properties: {
        name: { type: "string" },
        isbn: { type: "string" },
        shelfMark: { type: "integer", format: "int32" },
      },
      not: { properties: { isbn: {}, shelfMark: {} }, required: ["isbn", "shelfMark"] },
    });
  });

  it("has its comment in the description of the message", () => {
    const document = describeMethod(
      `get: "/v1/call"`,
      `message Request {}
       // A book.
       message Response {
         // How it is known.
         oneof id { string isbn = 1; string title = 2; }
       }`,
    );
    const text = "A book.\n\nAt most one of `isbn`, `title` is set. How it is known.";
    assert.equal(schemaOf(document, "Response").description, text);
  });

  it("is none for optional fields and for oneofs of one field", () => {
    const document = describeMessage(`optional string a = 1; oneof b { string c = 2; }`);
    assert.deepEqual(schemaOf(document, "Response"), {
      type: "object",
      properties: { a: { type: "string" }, c: { type: "string" } },
    });
  });

  for (const { fields, value, isValid } of [
    { fields: twoFields, value: {}, isValid: true },
    { fields: twoFields, value: { name: "a", isbn: "1" }, isValid: true },
    { fields: twoFields, value: { shelfMark: 1 }, isValid: true },
    { fields: twoFields, value: { isbn: "1", shelfMark: 1 }, isValid: false },
    { fields: twoOneofs, value: { isbn: "1", shelf: "a" }, isValid: true },
    { fields: twoOneofs, value: { shelf: "a", hand: "b" }, isValid: false },
    { fields: twoOneofs, value: { isbn: "1", shelfMark: 1, box: "c" }, isValid: false },
    { fields: manyFields, value: {}, isValid: true },
    { fields: manyFields, value: { f3: "a" }, isValid: true },
    { fields: manyFields, value: { f3: "a", f11: "b" }, isValid: false },
    { fields: manyFields, value: Object.fromEntries(manyNames.map((name) => [name, ""])), isValid: false },
  ]) {
    it(`${isValid ? "allows" : "refuses"} ${JSON.stringify(value)}`, async () => {
      assert.equal(await accepts(schemaOf(describeMessage(fields), "Response"), value), isValid);
    });
  }

  it("stays short for many fields", () => {
    const { allOf } = schemaOf(describeMessage(manyFields), "Response");
    assert.equal(allOf?.[0]?.oneOf?.length, manyNames.length + 1);
  });

  for (const fields of [twoFields, twoOneofs, manyFields]) {
    it(`goes without trace: ${fields.slice(0, 40)}`, () => {
      const document = describeMessage(fields);
      const { description, ...schema } = withoutOneofs(schemaOf(document, "Response"));
      assert.deepEqual(schema, { type: "object", properties: propertiesOf(document, "Response") });
    });
  }

  it("leaves what else is refused", () => {
    const others = { not: { type: "null" }, allOf: [{ oneOf: [{ minProperties: 1 }] }] };
    assert.deepEqual(withoutOneofs(others), others);
  });
});
