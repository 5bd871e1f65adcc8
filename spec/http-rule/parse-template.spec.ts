import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { parseTemplate } from "../../lib/http-rule/parse-template.js";
import type { Segment } from "../../lib/http-rule/template.js";

/** Segments as written: `*` and `**` are wildcards, all other text is a literal. */
interface Accepted {
  readonly text: string;
  readonly segments: readonly string[];
  readonly verb?: string;
  /** Field path, start, end, column. */
  readonly variables?: readonly (readonly [string, number, number, number])[];
}

const accepted: readonly Accepted[] = [
  { text: "/", segments: [] },
  { text: "/v1", segments: ["v1"] },
  { text: "/v1/shelves", segments: ["v1", "shelves"] },
  { text: "/v1/*", segments: ["v1", "*"] },
  { text: "/v1/**", segments: ["v1", "**"] },
  { text: "/v1/{name}", segments: ["v1", "*"], variables: [["name", 1, 2, 6]] },
  { text: "/v1/{name=*}", segments: ["v1", "*"], variables: [["name", 1, 2, 6]] },
  { text: "/{name=**}", segments: ["**"], variables: [["name", 0, 1, 3]] },
  { text: "/v1/{name=shelves}", segments: ["v1", "shelves"], variables: [["name", 1, 2, 6]] },
  {
    text: "/v1/{name=shelves/*/books/*}",
    segments: ["v1", "shelves", "*", "books", "*"],
    variables: [["name", 1, 5, 6]],
  },
  { text: "/v1/{book.name}", segments: ["v1", "*"], variables: [["book.name", 1, 2, 6]] },
  { text: "/{_a1.B_2.c}", segments: ["*"], variables: [["_a1.B_2.c", 0, 1, 3]] },
  {
    text: "/{a}/x/{b=y/*}/z",
    segments: ["*", "x", "y", "*", "z"],
    variables: [
      ["a", 0, 1, 3],
      ["b", 2, 4, 9],
    ],
  },
  { text: "/{a}/{a}", segments: ["*", "*"], variables: [["a", 0, 1, 3], ["a", 1, 2, 7]] }, // biome-ignore format: one row
  { text: "/a/**/b", segments: ["a", "**", "b"] },
  { text: "/**/*", segments: ["**", "*"] },
  { text: "/{a=**}/b/c", segments: ["**", "b", "c"], variables: [["a", 0, 1, 3]] },
  { text: "/{a=**/b/*}", segments: ["**", "b", "*"], variables: [["a", 0, 3, 3]] },
  {
    text: "/{a=x/**/y}/{b}/z",
    segments: ["x", "**", "y", "*", "z"],
    variables: [
      ["a", 0, 3, 3],
      ["b", 3, 4, 14],
    ],
  },
  { text: "/v1:list", segments: ["v1"], verb: "list" },
  { text: "/v1/*:list", segments: ["v1", "*"], verb: "list" },
  { text: "/v1/**:list", segments: ["v1", "**"], verb: "list" },
  { text: "/v1/{a}:list", segments: ["v1", "*"], verb: "list", variables: [["a", 1, 2, 6]] },
  { text: "/v1/{a=b/*}:list", segments: ["v1", "b", "*"], verb: "list", variables: [["a", 1, 3, 6]] },
  { text: "/v1/x:b:c", segments: ["v1", "x:b"], verb: "c" },
  { text: "/v1/a:b/c", segments: ["v1", "a:b", "c"] },
  { text: "/v1/{a=b:c}", segments: ["v1", "b:c"], variables: [["a", 1, 2, 6]] },
  { text: "/v1/a%3Ab", segments: ["v1", "a:b"] },
  { text: "/v1/{a}:b%3Ac", segments: ["v1", "*"], verb: "b:c", variables: [["a", 1, 2, 6]] },
  { text: "/v1/a%20b%2Fc", segments: ["v1", "a b/c"] },
  { text: "/v1/caf%C3%A9", segments: ["v1", "café"] },
  { text: "/v1/café/本", segments: ["v1", "café", "本"] },
  { text: "/v1/😀", segments: ["v1", "😀"] },
  { text: "/-._~!$&'()+,;=@", segments: ["-._~!$&'()+,;=@"] },
  { text: "/__proto__/constructor", segments: ["__proto__", "constructor"] },
];

/** The column in the second place, counted from 1, and a word of the message. */
const refused: readonly (readonly [text: string, column: number, message: RegExp])[] = [
  ["", 1, /starts with "\/"/],
  ["v1/x", 1, /starts with "\/"/],
  [":", 1, /starts with "\/"/],
  [":verb", 1, /starts with "\/"/],
  ["{name}", 1, /starts with "\/"/],
  ["//", 2, /segment is missing/],
  ["/v1//x", 5, /segment is missing/],
  ["/v1/", 5, /does not end with "\/"/],
  ["/v1/{a}/", 9, /does not end with "\/"/],
  ["/:", 2, /segment is missing before the verb/],
  ["/:b", 2, /segment is missing before the verb/],
  ["/v1/:b", 5, /segment is missing before the verb/],
  ["/{x=}", 5, /segment is missing/],
  ["/{x=/a}", 5, /segment is missing/],
  ["/{x=a/}", 7, /segment is missing/],
  ["/{x=a//b}", 7, /segment is missing/],
  ["/{}", 3, /field name is missing/],
  ["/{", 3, /field name is missing/],
  ["/{=a}", 3, /field name is missing/],
  ["/{a.}", 5, /field name is missing/],
  ["/{.a}", 3, /field name is missing/],
  ["/{1a}", 3, /starts with a letter/],
  ["/{a-b}", 4, /"-" cannot be in a field path/],
  ["/{ a}", 3, /field name is missing/],
  ["/{a b}", 4, /" " cannot be in a field path/],
  ["/v1/{name", 10, /column 5 is not closed: write "}"/],
  ["/v1/{name=x", 12, /column 5 is not closed/],
  ["/v1/a}", 6, /closes nothing/],
  ["/v1/*}", 6, /closes nothing/],
  ["/v1/}", 5, /closes nothing/],
  ["/v1/{a}}", 8, /closes nothing/],
  ["/a{x}", 3, /a variable fills its segment/],
  ["/{x}a", 5, /a variable fills its segment/],
  ["/{x}{y}", 5, /a variable fills its segment/],
  ["/ext-{id}", 6, /a variable fills its segment/],
  ["/*{x}", 3, /a wildcard fills its segment/],
  ["/{a={b}}", 5, /holds no other variable/],
  ["/{a=b/{c}}", 7, /holds no other variable/],
  ["/{a=b{c}}", 6, /holds no other variable/],
  ["/v1/***", 7, /a wildcard fills its segment/],
  ["/v1/*x", 6, /a wildcard fills its segment/],
  ["/v1/x*", 6, /write "%2A"/],
  ["/v1/x*y", 6, /write "%2A"/],
  ["/**/**", 5, /one "\*\*"/],
  ["/v1/**/x/**", 10, /one "\*\*"/],
  ["/{a=**}/{b=**}", 12, /one "\*\*"/],
  ["/{x}:", 6, /verb is missing/],
  ["/v1/x:", 7, /verb is missing/],
  ["/v1/{a}:b:c", 10, /a verb holds no colon: write "%3A"/],
  ["/v1/{a}:b/c", 10, /a verb ends the template/],
  ["/v1/*:b/c", 8, /a verb ends the template/],
  ["/v1/{a}:{b}", 9, /verb is missing/],
  ["/v1/{a}:*", 9, /a wildcard fills its segment/],
  ["/v1/{a=*:b}", 9, /a verb follows the closing brace/],
  ["/v1/a b", 6, /" " cannot occur in a path: write "%20"/],
  ["/v1/a?b={c}", 6, /no query/],
  ["/v1/a#b", 6, /no fragment/],
  ["/v1/a|b", 6, /write "%7C"/],
  ["/v1/a\u0000b", 6, /write "%00"/],
  ["/v1/x:a b", 8, /write "%20"/],
  ["/v1/a%zz", 6, /two hexadecimal digits: write "%25"/],
  ["/v1/100%", 8, /two hexadecimal digits/],
  ["/v1/a%2", 6, /two hexadecimal digits/],
  ["/v1/a%ff", 5, /not UTF-8/],
  ["/v1/a%C0%AF", 5, /not UTF-8/],
  ["/v1/a\ud800", 6, /surrogate pair/],
];

describe("parseTemplate", () => {
  for (const { text, segments, verb, variables = [] } of accepted) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseTemplate(text), {
        text,
        segments: segments.map(readSegment),
        verb,
        variables: variables.map(([path, start, end, column]) => ({
          fieldPath: path.split("."),
          start,
          end,
          column,
        })),
      });
    });
  }

  for (const [text, column, message] of refused) {
    it(`refuses ${JSON.stringify(text)} at column ${column}`, () => {
      assert.throws(() => parseTemplate(text), { name: "TemplateError", column, message });
    });
  }

  it("takes time in proportion to the length of the template", () => {
    const text = "/a".repeat(50_000);
    assert.equal(parseTemplate(text).segments.length, 50_000);
  });
});

function readSegment(text: string): Segment {
  if (text === "*") return { kind: "wildcard" };
  return text === "**" ? { kind: "deep-wildcard" } : { kind: "literal", value: text };
}
