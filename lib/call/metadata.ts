import { Metadata, type MetadataValue } from "@grpc/grpc-js";

// Handlers are promised grpc-js metadata whichever door a call comes through, so this is the one place outside
// grpc/ that needs grpc-js at run time.

/** Metadata without entries. */
export function createMetadata(): Metadata {
  return new Metadata();
}

/** The metadata of grpc-js that `value` is, be it of another copy of grpc-js; `undefined` if it is anything else. */
export function findMetadata(value: unknown): Metadata | undefined {
  if (value instanceof Metadata) return value;
  const methods = ["getMap", "get", "clone", "merge"] as const;
  const isOfCopy =
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === "function");
  return isOfCopy ? (value as Metadata) : undefined;
}

/** Visit every value of every key, in the order in which they were added. */
export function eachMetadataValue(
  metadata: Metadata,
  visit: (key: string, value: MetadataValue) => void,
): void {
  for (const key of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(key)) visit(key, value);
  }
}
