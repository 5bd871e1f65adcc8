import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { MethodImplementation } from "../../lib/call/method-implementation.js";
import { findWayToAnswer, type WayToAnswer } from "../../lib/call/way-to-answer.js";

/** Handlers by their source: what a compiler would make of them is not what is meant. */
const handlers: readonly (readonly [source: string, way: WayToAnswer])[] = [
  ["(call, callback) => callback(null, {})", "callback"],
  ["async (call, callback) => callback(null, {})", "callback"],
  ["function (call, callback) {}", "callback"],
  ["(call, callback = () => {}) => callback(null, {})", "callback"],
  ["(call = {}, callback) => callback(null, {})", "callback"],
  ["({ request }, callback) => callback(null, {})", "callback"],
  ["({ request = (1, 2) }, callback = [1, 2]) => callback(null, {})", "callback"],
  ["() => ({})", "return"],
  ["call => ({ ...call.request })", "return"],
  ["async call => ({ ...call.request })", "return"],
  ["(call) => { const all = [...call.request.list]; return all[0]; }", "return"],
  ["async ({ request, ...rest }) => ({ ...rest })", "return"],
  ["(call /* , callback */) => ({})", "return"],
  ["(call, // , callback\n) => ({})", "return"],
  ['(call, { text = ",)" } = {}) => ({ text })', "callback"],
  ['({ text = "a,b)" }) => ({ text })', "return"],
  ["({ text = `,)` }) => ({ text })", "return"],
  ["async function sayHello(call) { return {}; }", "return"],
  ['({ async "say, hello"(call) { return {}; } })["say, hello"]', "return"],
  ["(...args) => args[1](null, {})", "either"],
  ["async (...args) => ({})", "either"],
  ["(call, ...more) => more[0](null, {})", "either"],
  ["function () { return original.apply(this, arguments); }", "either"],
  ["((call, callback) => {}).bind(null)", "callback"],
  ["((call) => ({})).bind(null)", "return"],
  ["((...args) => {}).bind(null)", "either"],
];

describe("findWayToAnswer", () => {
  for (const [source, way] of handlers) {
    it(`reads ${source}`, () => {
      const handler = new Function(`return (${source});`)() as MethodImplementation;
      assert.equal(findWayToAnswer(handler), way);
    });
  }
});
