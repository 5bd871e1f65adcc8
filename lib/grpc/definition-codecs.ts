import type { ServiceDefinition } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import type { JsonCodecs } from "../json/codec.js";
import { createJsonCodecs } from "../json/create-json-codecs.js";
import { defaultRepresentation } from "../schema/representation.js";

/** Where a definition that was made by `Services` keeps its codecs; grpc-js looks at the names of methods only. */
const codecsOf = Symbol("codecs");

/** A definition whose clients can decode the details of errors that are of its own types. */
export function withCodecs(definition: ServiceDefinition, codecs: JsonCodecs): ServiceDefinition {
  return Object.defineProperty(definition, codecsOf, { value: codecs });
}

/** The codecs of a definition; of one made elsewhere, those that know the details of `google.rpc` alone. */
export function findCodecs(definition: ServiceDefinition): () => JsonCodecs {
  const own: unknown = Reflect.get(definition, codecsOf);
  // It was put there by `withCodecs`.
  if (own !== undefined) return () => own as JsonCodecs;
  let codecs: JsonCodecs | undefined;
  return () => {
    codecs ??= createJsonCodecs(new protobuf.Root(), defaultRepresentation);
    return codecs;
  };
}
