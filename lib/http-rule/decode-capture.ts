import { invalidField } from "../call/rpc-error.js";
import type { BoundVariable } from "./binding.js";
import { printFieldPath } from "./print-template.js";

/**
 * Decode what a variable captured of a request path.
 *
 *     decodeCapture("a%20b%2Fc", { span: "one-segment", fields })     // "a b/c"
 *     decodeCapture("a%20b%2Fc/d", { span: "many-segments", fields }) // "a b%2Fc/d"
 *
 * A capture of many segments keeps `%2F` and `%2f` as sent, so that the reader can still tell an escaped slash
 * from a separator.
 *
 * @throws RpcError `INVALID_ARGUMENT` when an escape is malformed or the bytes are not UTF-8.
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/http.proto
 */
export function decodeCapture(
  text: string,
  { span, fields }: Pick<BoundVariable, "span" | "fields">,
): string {
  try {
    if (span === "one-segment") return decodeURIComponent(text);
    return text
      .split(/(%2F)/i)
      .map((part, i) => (i % 2 === 1 ? part : decodeURIComponent(part)))
      .join("");
  } catch (cause) {
    const name = printFieldPath(fields);
    throw invalidField(name, `malformed escape in ${JSON.stringify(text)} for field "${name}"`, { cause });
  }
}
