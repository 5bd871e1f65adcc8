import type { MethodImplementation } from "./method-implementation.js";

/** How a handler with one response gives it: through its second argument, or by what it returns. */
export type WayToAnswer = "callback" | "return" | "either";

/**
 * Find out how a handler answers. Its parameters tell: one with a callback may return anything, a timer or a query, and
 * means nothing by it. A function whose parameters tell nothing may do either.
 *
 *     findWayToAnswer((call, callback) => { … })           // "callback"
 *     findWayToAnswer(async ({ request }) => { … })        // "return"
 *     findWayToAnswer((...args) => original(...args))      // "either"
 */
export function findWayToAnswer(implementation: MethodImplementation): WayToAnswer {
  if (implementation.length >= 2) return "callback";
  const text = Function.prototype.toString.call(implementation);
  // A bound function keeps the number of its parameters, and shows nothing else.
  if (/\{\s*\[native code\]\s*\}$/.test(text)) return implementation.length === 0 ? "either" : "return";
  const [first, second] = readParameters(text);
  if (isRest(first) || isRest(second)) return "either";
  // Parameters from the first default value on are not counted: `(call, callback = ignore)`.
  if (second !== undefined) return "callback";
  return /\barguments\b/.test(text) ? "either" : "return";
}

function isRest(parameter: string | undefined): boolean {
  return parameter?.startsWith("...") ?? false;
}

/**
 * The parameters in the text of a function.
 *
 *     readParameters("async ({ request }, callback = () => {}) => null")   // ["{ request }", "callback = () => {}"]
 */
function readParameters(text: string): string[] {
  const start = text.indexOf("(");
  const arrow = text.indexOf("=>");
  // `call => …`
  if (start === -1 || (arrow !== -1 && arrow < start)) return [text.slice(0, arrow)];
  const parameters: string[] = [];
  let depth = 0;
  let parameter = "";
  for (const [token] of text.slice(start).matchAll(parameterToken)) {
    if (token.startsWith("/*") || token.startsWith("//")) continue;
    if (depth === 1 && (token === "," || token === ")")) {
      if (parameter.trim() !== "") parameters.push(parameter.trim());
      parameter = "";
    } else if (depth > 0) parameter += token;
    if (/^[([{]$/.test(token)) depth++;
    else if (/^[)\]}]$/.test(token)) depth--;
    if (depth === 0) break;
  }
  return parameters;
}

/** Texts and comments are one token each: what is in them is no bracket and no comma. */
const parameterToken =
  /\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|`(?:[^`\\]|\\[\s\S])*`|[\s\S]/g;
