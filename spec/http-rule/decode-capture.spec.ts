import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { codes } from "../../lib/call/rpc-error.js";
import { decodeCapture } from "../../lib/http-rule/decode-capture.js";
import { compileRoutes } from "./compile-routes.js";

const fields = compileRoutes(["GET /{nested.name}"])[0]!.variables[0]!.fields;

const decoded = [
  { text: "", one: "", many: "" },
  { text: "plain", one: "plain", many: "plain" },
  { text: "a%20b", one: "a b", many: "a b" },
  { text: "a+b", one: "a+b", many: "a+b" },
  { text: "a%2Bb", one: "a+b", many: "a+b" },
  { text: "x%2Fy", one: "x/y", many: "x%2Fy" },
  { text: "x%2fy", one: "x/y", many: "x%2fy" },
  { text: "x%252Fy", one: "x%2Fy", many: "x%2Fy" },
  { text: "%2F%2f", one: "//", many: "%2F%2f" },
  { text: "%F0%9F%98%80%2Fc", one: "😀/c", many: "😀%2Fc" },
  { text: "%3A%3F%23%25", one: ":?#%", many: ":?#%" },
  { text: "%00", one: "\0", many: "\0" },
  { text: "__proto__", one: "__proto__", many: "__proto__" },
  { text: "%2e%2e", one: "..", many: ".." },
];

const malformed = [
  { text: "%", why: "an escape without digits" },
  { text: "a%2", why: "an escape of one digit" },
  { text: "%zz", why: "an escape of other characters" },
  { text: "%ff", why: "a byte that UTF-8 does not have" },
  { text: "%C3", why: "a character cut short" },
  { text: "%C3%2F", why: "a character cut short by a slash" },
  { text: "%C0%AF", why: "an overlong slash" },
  { text: "%ED%A0%80", why: "half of a surrogate pair" },
  { text: "%F4%90%80%80", why: "a code point beyond the last" },
];

describe("decodeCapture", () => {
  for (const { text, one, many } of decoded) {
    it(`reads ${text} as ${one}, and as ${many} of many segments`, () => {
      assert.equal(decodeCapture(text, { span: "one-segment", fields }), one);
      assert.equal(decodeCapture(text, { span: "many-segments", fields }), many);
    });
  }

  for (const { text, why } of malformed) {
    it(`refuses ${why} and names the field`, () => {
      for (const span of ["one-segment", "many-segments"] as const) {
        assert.throws(() => decodeCapture(text, { span, fields }), {
          name: "RpcError",
          code: codes.INVALID_ARGUMENT,
          message: `malformed escape in "${text}" for field "nested.name"`,
          details: [
            {
              "@type": "type.googleapis.com/google.rpc.BadRequest",
              fieldViolations: [
                {
                  field: "nested.name",
                  description: `malformed escape in "${text}" for field "nested.name"`,
                },
              ],
            },
          ],
        });
      }
    });
  }
});
