import { codes, RpcError } from "../call/rpc-error.js";
import { HttpError } from "../http/http-error.js";

/** Cuts a text that arrives in pieces into the JSON values that it holds. */
export interface JsonSplitter {
  /** The values that are complete after this piece. */
  push(piece: string): string[];
  /** What is left at the end: nothing, or one value. */
  end(): string[];
}

/**
 * Split a stream of JSON values: one after another with any white space between them, or the elements of one
 * array.
 *
 *     {"n":1}⏎{"n":2}⏎     // '{"n":1}', '{"n":2}'
 *     [{"n":1},{"n":2}]    // the same
 *
 * Values are told apart by brackets and quotes only; whoever reads them sees whether they are JSON.
 *
 * @param limit the most characters that one value may have.
 */
export function createJsonSplitter(limit: number): JsonSplitter {
  let form: "unknown" | "sequence" | "array" | "closed" = "unknown";
  /** Of an array: whether the next thing is its first element or `]`, a comma or `]`, or an element. */
  let expected: "first" | "comma" | "element" = "first";
  /** The beginning of a value whose end is in a later piece. */
  let begun = "";
  let depth = 0;
  let isInString = false;
  let isEscaped = false;

  function push(piece: string): string[] {
    const values: string[] = [];
    /** Where the current value starts in this piece; -1 between values. */
    let start = begun === "" ? -1 : 0;

    function finishValue(end: number): void {
      values.push(begun + piece.slice(start, end));
      begun = "";
      start = -1;
      expected = "comma";
    }

    function readBetween(char: string, at: number): void {
      if (form === "closed") throw syntaxFault("there is more after the array");
      if (form === "unknown") {
        form = char === "[" ? "array" : "sequence";
        if (form === "array") return;
      }
      if (form === "array" && char === ",") {
        if (expected !== "comma") throw syntaxFault("an element of the array is missing");
        expected = "element";
      } else if (form === "array" && char === "]") {
        if (expected === "element") throw syntaxFault("an element of the array is missing");
        form = "closed";
      } else {
        if (form === "array" && expected === "comma")
          throw syntaxFault("a comma between elements is missing");
        start = at;
        if (char === '"') isInString = true;
        else if (char === "{" || char === "[") depth = 1;
      }
    }

    for (let i = 0; i < piece.length; i++) {
      const char = piece.charAt(i);
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (char === "\\") isEscaped = true;
        else if (char === '"') isInString = false;
      } else if (depth > 0) {
        if (char === '"') isInString = true;
        else if (char === "{" || char === "[") depth++;
        else if (char === "}" || char === "]") depth--;
        if (depth === 0) finishValue(i + 1);
      } else {
        // A number, a word or a text ends where something begins that cannot be part of it.
        if (start !== -1 && endsScalar(char)) finishValue(i);
        if (start === -1 && !isSpace(char)) readBetween(char, i);
      }
    }
    if (start !== -1) begun += piece.slice(start);
    if (begun.length > limit) {
      throw new HttpError(
        413,
        codes.RESOURCE_EXHAUSTED,
        `a message in the request body is larger than ${limit} bytes`,
      );
    }
    return values;
  }

  function end(): string[] {
    if (begun !== "") return [begun];
    if (form === "array") throw syntaxFault("the array is not closed");
    return [];
  }

  return { push, end };
}

function isSpace(char: string): boolean {
  return char === " " || char === "\n" || char === "\r" || char === "\t";
}

function endsScalar(char: string): boolean {
  return isSpace(char) || char === "," || char === "]" || char === "{" || char === "[";
}

function syntaxFault(what: string): RpcError {
  return new RpcError(codes.INVALID_ARGUMENT, `invalid JSON in the request body: ${what}`);
}
