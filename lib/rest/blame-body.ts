import { codes, invalidField, RpcError } from "../call/rpc-error.js";
import { HttpError } from "../http/http-error.js";
import type { Binding } from "../http-rule/binding.js";
import { protoName } from "../schema/field-names.js";

/**
 * The error of a body that cannot be read, with the field that is at fault in its details: where the body as a whole
 * is, by the name that the rule has for it.
 *
 *     malformed JSON at line 1, column 9: expected ":"    // fieldViolations: [{ field: "book", description: … }]
 */
export function blameBody(error: unknown, { body }: Binding): unknown {
  const isUnspecific =
    error instanceof RpcError &&
    !(error instanceof HttpError) &&
    error.code === codes.INVALID_ARGUMENT &&
    error.details.length === 0;
  if (!isUnspecific || body === undefined) return error;
  return invalidField(body === "*" ? body : protoName(body), error.message, { cause: error });
}
