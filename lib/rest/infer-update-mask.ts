import protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import type { Binding } from "../http-rule/binding.js";
import type { JsonCodecs } from "../json/codec.js";
import { fieldsByName, protoName } from "../schema/field-names.js";
import type { Representation } from "../schema/representation.js";
import { isWellKnown } from "../schema/well-known.js";
import { createBindableField } from "./bindable-field.js";

export interface MaskInferenceOptions {
  readonly codecs: JsonCodecs;
  readonly representation: Representation;
  /** Names in the body are read whatever their letter case. */
  readonly caseInsensitiveFieldNames: boolean;
}

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
  options: MaskInferenceOptions,
): MaskInference | undefined {
  if (httpMethod !== "PATCH" || !(body instanceof protobuf.Field)) return undefined;
  const type = body.resolve().resolvedType;
  const [mask, ...others] = method.requestType.fieldsArray.filter(isMask);
  if (!(type instanceof protobuf.Type) || mask === undefined || others.length > 0) return undefined;
  const { set, createMessage } = createBindableField(mask, options);
  const listPaths = createPathLister(options.caseInsensitiveFieldNames);
  return (message, bodyText) => {
    const present: Message | null | undefined = message[mask.name];
    if (present?.paths?.length) return;
    const paths = bodyText === "" ? [] : listPaths(JSON.parse(bodyText), type);
    set(message, { ...createMessage(), paths: paths.sort() });
  };
}

/** Lists the paths of what is set in JSON that the codec has read before, so that its names are names of fields. */
function createPathLister(ignoresCase: boolean): (value: unknown, type: protobuf.Type) => string[] {
  const indexes = new Map<protobuf.Type, ReadonlyMap<string, protobuf.Field>>();

  function findField(type: protobuf.Type, name: string): protobuf.Field | undefined {
    const index = indexes.get(type) ?? indexFields(type, ignoresCase);
    indexes.set(type, index);
    return index.get(name) ?? (ignoresCase ? index.get(name.toLowerCase()) : undefined);
  }

  return function listPaths(value: unknown, type: protobuf.Type): string[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
      const field = findField(type, name);
      // One that was skipped.
      if (field === undefined) return [];
      const path = protoName(field);
      const below = isLeaf(field) ? [] : listPaths(member, field.resolvedType as protobuf.Type);
      return below.length === 0 ? path : below.map((rest) => `${path}.${rest}`);
    });
  };
}

function indexFields(type: protobuf.Type, ignoresCase: boolean): ReadonlyMap<string, protobuf.Field> {
  const byName = fieldsByName(type);
  if (!ignoresCase) return byName;
  return new Map([...[...byName].map(([name, field]) => [name.toLowerCase(), field] as const), ...byName]);
}

/** Whatever is not a singular message of fields. */
function isLeaf(field: protobuf.Field): boolean {
  const { resolvedType } = field.resolve();
  return field.repeated || field.map || !(resolvedType instanceof protobuf.Type) || isWellKnown(resolvedType);
}

function isMask(field: protobuf.Field): boolean {
  return (
    field.resolve().resolvedType?.fullName === ".google.protobuf.FieldMask" && !field.repeated && !field.map
  );
}
