import { codes, RpcError } from "../call/rpc-error.js";
import { HttpError } from "../http/http-error.js";

/** Cuts a text that arrives in pieces into the JSON values that it holds. */
export interface JsonSplitter {
  /** The values that are complete with this piece. */
  push(piece: string): Iterable<string>;
  /** What is left at the end: nothing, or one value. */
  end(): Iterable<string>;
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
 * @param limit the most bytes that one value may have.
 */
export function createJsonSplitter(limit: number): JsonSplitter {
  const form = createForm();
  const value = createValue();
  /** The beginning of a value whose end is in a later piece. */
  let begun = "";
  let begunBytes = 0;

  function add(text: string): void {
    begunBytes += Buffer.byteLength(text);
    if (begunBytes > limit) throw tooLarge(limit);
    begun += text;
  }

  function take(): string {
    const whole = begun;
    begun = "";
    begunBytes = 0;
    form.endValue();
    return whole;
  }

  function* push(piece: string): Iterable<string> {
    /** Where the current value starts in this piece; -1 between values. */
    let start = begun === "" ? -1 : 0;
    for (let i = 0; i < piece.length; i++) {
      const char = piece.charAt(i);
      if (start !== -1) {
        const end = value.endsAt(char);
        if (end === "not yet") continue;
        add(piece.slice(start, end === "after" ? i + 1 : i));
        yield take();
        start = -1;
        if (end === "after") continue;
      }
      if (isSpace(char) || !form.begins(char)) continue;
      value.begin(char);
      start = i;
    }
    if (start !== -1) add(piece.slice(start));
  }

  function* end(): Iterable<string> {
    if (begun !== "") yield take();
    form.end();
  }

  return { push, end };
}

/** What stands between values. */
function createForm() {
  let form: "unknown" | "sequence" | "array" | "closed" = "unknown";
  /** Of an array: its first element or `]`, a comma or `]`, an element. */
  let expected: "first" | "comma" | "element" = "first";
  return {
    /** Does a value begin with this character, or is it punctuation between values? */
    begins(char: string): boolean {
      if (form === "closed") throw syntaxFault("there is more after the array");
      if (form === "unknown") {
        form = char === "[" ? "array" : "sequence";
        if (form === "array") return false;
      }
      if (form === "sequence") return true;
      if (char === ",") {
        if (expected !== "comma") throw syntaxFault("an element of the array is missing");
        expected = "element";
        return false;
      }
      if (char === "]") {
        if (expected === "element") throw syntaxFault("an element of the array is missing");
        form = "closed";
        return false;
      }
      if (expected === "comma") throw syntaxFault("a comma between elements is missing");
      return true;
    },
    endValue(): void {
      expected = "comma";
    },
    end(): void {
      if (form === "array") throw syntaxFault("the array is not closed");
    },
  };
}

/** Where the current value ends. */
function createValue() {
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  return {
    begin(char: string): void {
      isInString = char === '"';
      isEscaped = false;
      depth = char === "{" || char === "[" ? 1 : 0;
    },
    /** Is this character its last one, or the first that is none of it? */
    endsAt(char: string): "not yet" | "after" | "before" {
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (char === "\\") isEscaped = true;
        else if (char === '"') isInString = false;
        return isInString || depth > 0 ? "not yet" : "after";
      }
      if (depth === 0) return endsScalar(char) ? "before" : "not yet";
      if (char === '"') isInString = true;
      else if (char === "{" || char === "[") depth++;
      else if (char === "}" || char === "]") depth--;
      return depth === 0 ? "after" : "not yet";
    },
  };
}

function isSpace(char: string): boolean {
  return char === " " || char === "\n" || char === "\r" || char === "\t";
}

/** A number or a word ends where something begins that cannot be part of it. */
function endsScalar(char: string): boolean {
  return isSpace(char) || char === "," || char === "]" || char === "{" || char === "[" || char === '"';
}

function tooLarge(limit: number): HttpError {
  return new HttpError(
    413,
    codes.RESOURCE_EXHAUSTED,
    `a message in the request body is larger than ${limit} bytes`,
  );
}

function syntaxFault(what: string): RpcError {
  return new RpcError(codes.INVALID_ARGUMENT, `invalid JSON in the request body: ${what}`);
}
