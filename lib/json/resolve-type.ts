import protobuf from "protobufjs";

/** Finds the message type that the URL of an Any names. */
export type ResolveType = (typeUrl: string) => protobuf.Type | undefined;

/**
 * A resolver of type URLs that looks in several roots, the first one first.
 *
 *     resolveType("type.googleapis.com/acme.Book")
 */
export function createTypeResolver(roots: readonly (() => protobuf.Root)[]): ResolveType {
  return (typeUrl) => {
    const name = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
    for (const root of roots) {
      const type = findType(root(), name);
      if (type !== undefined) return type;
    }
    return undefined;
  };
}

/** `Root#lookup` would remember every name that a client invents. */
function findType(root: protobuf.Root, fullName: string): protobuf.Type | undefined {
  let found: protobuf.ReflectionObject | null = root;
  for (const name of fullName.split(".")) {
    found = found instanceof protobuf.Namespace ? found.get(name) : null;
  }
  return found instanceof protobuf.Type ? found : undefined;
}
