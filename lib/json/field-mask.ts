/**
 * Read the paths of a field mask; `undefined` if one of them is not in camelCase, unless snake_case is allowed.
 *
 *     parseFieldMask("pageSize,book.displayName", false)   // ["page_size", "book.display_name"]
 *
 * @see https://protobuf.dev/reference/protobuf/google.protobuf/#json-encoding-field-masks
 */
export function parseFieldMask(text: string, allowsSnakeCase: boolean): string[] | undefined {
  if (text === "") return [];
  if (!allowsSnakeCase && text.includes("_")) return undefined;
  return text.split(",").map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/**
 * Print the paths of a field mask in camelCase; `undefined` if one of them would read back as another.
 *
 *     printFieldMask(["page_size", "book.display_name"])   // "pageSize,book.displayName"
 */
export function printFieldMask(paths: readonly string[]): string | undefined {
  const camel = paths.map((path) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  const isExact = paths.every((path, i) => !/[A-Z,]/.test(path) && !camel[i]!.includes("_"));
  return isExact ? camel.join(",") : undefined;
}
