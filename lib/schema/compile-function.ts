import { ConfigError } from "./config-error.js";

/**
 * A function whose text was generated from a schema.
 *
 * @throws ConfigError where Node was told not to make functions of text.
 */
export function compileFunction(
  parameters: readonly string[],
  body: string,
): (...values: readonly unknown[]) => unknown {
  try {
    // The text says how many parameters there are.
    return new Function(...parameters, `"use strict";\n${body}`) as (
      ...values: readonly unknown[]
    ) => unknown;
  } catch (cause) {
    if (!(cause instanceof EvalError)) throw cause;
    const message =
      "readers and writers of messages are generated, here as in protobufjs, and this process may not generate code: run node without --disallow-code-generation-from-strings";
    throw new ConfigError([{ message }], { cause });
  }
}
