/**
 * The source of a function that is generated for one message type.
 *
 *     const source = new FunctionSource();
 *     const read = source.constant(readString);
 *     source.line(`return function (reader) { return ${read}(reader); };`);
 *     source.compile()
 *
 * The text may hold only what comes from the schema, each name printed by `quote`; all else is a constant.
 */
export class FunctionSource {
  readonly #lines: string[] = [];
  readonly #constants = new Map<unknown, string>();

  line(text: string): void {
    this.#lines.push(text);
  }

  /** The name by which the source refers to a value. */
  constant(value: unknown): string {
    let name = this.#constants.get(value);
    if (name === undefined) {
      name = `$${this.#constants.size}`;
      this.#constants.set(value, name);
    }
    return name;
  }

  /** Run the source; the result is what it returns. */
  compile(): unknown {
    const body = `"use strict";\n${this.#lines.join("\n")}`;
    return new Function(...this.#constants.values(), body)(...this.#constants.keys());
  }
}

/** A JavaScript string literal. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => (char === "\u2028" ? "\\u2028" : "\\u2029"));
}

/** A key of an object literal: computed where the plain form would set the prototype. */
export function propertyKey(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : quote(name);
}
