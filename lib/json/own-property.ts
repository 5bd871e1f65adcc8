/**
 * Set a property of a plain object whose name comes from outside. `__proto__` becomes a property like any other,
 * as it is in what `JSON.parse` and protobufjs make.
 */
export function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
  } else object[name] = value;
}
