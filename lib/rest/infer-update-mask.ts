import protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import type { Binding } from "../http-rule/binding.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { qualifiedName } from "../schema/walk.js";
import { createBindableField, protoNameOf } from "./bindable-field.js";

/** Sets the field mask of a message that has none to what the text of its body sets. */
export type MaskInference = (message: Message, bodyText: string) => void;

/**
 * Compile the inference of a field mask, for a PATCH whose body is a message field and whose request has exactly
 * one FieldMask beside it; `undefined` for every other binding.
 *
 *     PATCH /v1/shelves/1   {"theme":"sea","owner":{"displayName":"Ada"}}
 *     // updateMask: { paths: ["owner.display_name", "theme"] }
 *
 * Paths are proto names, sorted, and go down to leaves; lists, maps and well-known types are leaves.
 *
 * @see https://google.aip.dev/134
 */
export function createMaskInference(
  { httpMethod, body, method }: Binding,
  options: { readonly codecs: JsonCodecs; readonly representation: Representation },
): MaskInference | undefined {
  if (httpMethod !== "PATCH" || !(body instanceof protobuf.Field)) return undefined;
  const type = body.resolve().resolvedType;
  const masks = method.requestType.fieldsArray.filter(
    (field) => !field.repeated && qualifiedTypeOf(field) === "google.protobuf.FieldMask",
  );
  const [mask] = masks;
  if (!(type instanceof protobuf.Type) || mask === undefined || masks.length > 1) return undefined;
  const { set, createMessage } = createBindableField(mask, options);
  return (message, bodyText) => {
    const present: Message | null | undefined = message[mask.name];
    if (present?.paths?.length) return;
    const paths = bodyText === "" ? [] : listPaths(JSON.parse(bodyText), type);
    set(message, { ...createMessage(), paths: paths.sort() });
  };
}

/** The codec has read the text before: it is an object of known fields. */
function listPaths(value: object, type: protobuf.Type): string[] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const field = type.fieldsArray.find((one) => one.jsonName === name || protoNameOf(one) === name);
    if (field === undefined) return [];
    const path = protoNameOf(field);
    const inner = field.resolve().resolvedType;
    const isLeaf = field.repeated || field.map || !(inner instanceof protobuf.Type) || isWellKnown(inner);
    if (isLeaf || typeof member !== "object" || member === null) return path;
    const below = listPaths(member, inner);
    return below.length === 0 ? path : below.map((rest) => `${path}.${rest}`);
  });
}

function qualifiedTypeOf(field: protobuf.Field): string | undefined {
  const { resolvedType } = field.resolve();
  return resolvedType === null ? undefined : qualifiedName(resolvedType);
}

function isWellKnown(type: protobuf.Type): boolean {
  return qualifiedName(type).startsWith("google.protobuf.");
}
