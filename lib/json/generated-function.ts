import { compileFunction } from "../schema/compile-function.js";

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
    const make = compileFunction([...this.#constants.values()], this.#lines.join("\n"));
    return make(...this.#constants.keys());
  }
}

/** A JavaScript string literal. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) =>
    char === "\u2028" ? "\\u2028" : "\\u2029",
  );
}

/** A key of an object literal: computed where the plain form would set the prototype. */
export function propertyKey(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : quote(name);
}

/**
 * A function that makes objects with some properties, given their values: `compileObject(["seconds", "nanos"])` is
 *
 *     (v0, v1) => ({ seconds: v0, nanos: v1 })
 *
 * The engine knows the shape of what a literal makes; properties whose names are computed cost several times as much.
 */
export function compileObject(
  names: readonly string[],
): (...values: readonly unknown[]) => Record<string, unknown> {
  const source = new FunctionSource();
  const parameters = names.map((_, i) => `v${i}`);
  const properties = names.map((name, i) => `${propertyKey(name)}: v${i}`);
  source.line(`return (${parameters.join(", ")}) => ({ ${properties.join(", ")} });`);
  // The source returns a function of this type.
  return source.compile() as (...values: readonly unknown[]) => Record<string, unknown>;
}
