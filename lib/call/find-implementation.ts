import type { ConfigFault } from "../schema/config-error.js";
import type { Method } from "../schema/schema.js";
import { suggestName } from "../schema/suggest-name.js";
import type { MethodImplementation } from "./method-implementation.js";

/** What implements a method, as grpc-js finds it: under either spelling. */
export function findImplementation(method: Method, implementation: object): MethodImplementation | undefined {
  for (const name of [method.name, method.memberName]) {
    const found: unknown = Reflect.get(implementation, name);
    // Every object has a toString, and a service may have a method ToString.
    if (typeof found === "function" && found !== Reflect.get(Object.prototype, name))
      return found as MethodImplementation;
  }
  return undefined;
}

/**
 * The functions of an object literal that are nearly named as methods which it does not implement. The instance of a
 * class may have whatever methods it likes.
 *
 *     findMisspelt([sayHello, sayGoodbye], { sayHello() {}, sayGodbye() {} })
 *     // [{ method: "greet.v1.Greeter.SayGoodbye", message: '"sayGodbye" is no method; did you mean "sayGoodbye"?' }]
 */
export function findMisspelt(methods: readonly Method[], implementation: object): ConfigFault[] {
  const prototype: unknown = Object.getPrototypeOf(implementation);
  if (prototype !== Object.prototype && prototype !== null) return [];
  const names = new Set(methods.flatMap(({ name, memberName }) => [name, memberName]));
  const missing = methods.filter((method) => findImplementation(method, implementation) === undefined);
  return Object.entries(implementation).flatMap(([name, value]) => {
    if (typeof value !== "function" || names.has(name)) return [];
    const bySpelling = new Map(missing.map((method) => [spell(method, name), method]));
    const meant = suggestName(name, bySpelling.keys());
    if (meant === undefined) return [];
    const message = `"${name}" is no method; did you mean "${meant}"?`;
    return [{ method: bySpelling.get(meant)?.fullName, message }];
  });
}

/** As the one who wrote `name` spells methods. */
function spell(method: Method, name: string): string {
  return /^[A-Z]/.test(name) ? method.name : method.memberName;
}
