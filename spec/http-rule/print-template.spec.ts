import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "vitest";
import { parseTemplate } from "../../lib/http-rule/parse-template.js";
import { printTemplate, templateShape } from "../../lib/http-rule/print-template.js";
import type { Segment, Template } from "../../lib/http-rule/template.js";

const printed = [
  { text: "/", canonical: "/", shape: "/" },
  { text: "/v1/{name=*}", canonical: "/v1/{name}", shape: "/v1/*" },
  {
    text: "/v1/{book.name=books/*}:merge",
    canonical: "/v1/{book.name=books/*}:merge",
    shape: "/v1/books/*:merge",
  },
  { text: "/{a=**}/x/{b}", canonical: "/{a=**}/x/{b}", shape: "/**/x/*" },
  { text: "/*/{a}/**", canonical: "/*/{a}/**", shape: "/*/*/**" },
  { text: "/v1/%73helves", canonical: "/v1/shelves", shape: "/v1/shelves" },
  { text: "/v1/café", canonical: "/v1/caf%C3%A9", shape: "/v1/caf%C3%A9" },
  { text: "/a%2fb/%2A/c%3ad", canonical: "/a%2Fb/%2A/c%3Ad", shape: "/a%2Fb/%2A/c%3Ad" },
  { text: "/x:b:c", canonical: "/x%3Ab:c", shape: "/x%3Ab:c" },
  { text: "/a+b=c@d;e,f$g&h", canonical: "/a+b=c@d;e,f$g&h", shape: "/a+b=c@d;e,f$g&h" },
];

describe("printTemplate", () => {
  for (const { text, canonical } of printed) {
    it(`prints ${text} as ${canonical}`, () => assert.equal(printTemplate(parseTemplate(text)), canonical));
  }

  it("prints what parseTemplate reads as the same template", () => {
    fc.assert(
      fc.property(templates, (template) => {
        assert.deepEqual(withoutPlaces(parseTemplate(printTemplate(template))), withoutPlaces(template));
      }),
    );
  });
});

describe("templateShape", () => {
  for (const { text, shape } of printed) {
    it(`gives ${text} the shape ${shape}`, () => assert.equal(templateShape(parseTemplate(text)), shape));
  }

  it("tells an escaped star from a wildcard, and an escaped colon from a verb's", () => {
    assert.notEqual(templateShape(parseTemplate("/%2A")), templateShape(parseTemplate("/*")));
    assert.notEqual(templateShape(parseTemplate("/a%3Ab")), templateShape(parseTemplate("/a:b")));
  });
});

/** Any text that UTF-8 has, with the characters that paths and templates give a meaning to. */
const literals = fc.oneof(
  fc.string({ minLength: 1, unit: "binary" }),
  fc.string({ minLength: 1, unit: fc.constantFrom(..."/:*{}%?#=. aé") }),
);

/** Any template: of its pieces, at most one holds the `**`, and a variable or nothing is around each piece. */
const templates: fc.Arbitrary<Template> = fc
  .record({
    pieces: fc.array(
      fc.record({
        segments: fc.array(
          fc.oneof(
            literals.map((value): Segment => ({ kind: "literal", value })),
            fc.constant<Segment>({ kind: "wildcard" }),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        fieldPath: fc.option(fc.array(fc.constantFrom("a", "b_c", "_D1"), { minLength: 1, maxLength: 3 })),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    deep: fc.option(fc.nat({ max: 11 })),
    verb: fc.option(literals, { nil: undefined }),
  })
  .map(({ pieces, deep, verb }) => {
    const segments = pieces.flatMap((piece) => piece.segments);
    if (deep !== null && deep < segments.length) segments[deep] = { kind: "deep-wildcard" };
    const ends = pieces.map((_, i) => pieces.slice(0, i + 1).flatMap((piece) => piece.segments).length);
    const variables = pieces.flatMap(({ fieldPath }, i) =>
      fieldPath === null ? [] : { fieldPath, start: ends[i - 1] ?? 0, end: ends[i] ?? 0, column: 0 },
    );
    return { text: "", segments, verb, variables };
  });

function withoutPlaces({ segments, verb, variables }: Template) {
  return {
    segments,
    verb,
    variables: variables.map(({ fieldPath, start, end }) => ({ fieldPath, start, end })),
  };
}
