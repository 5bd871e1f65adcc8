import protobuf from "protobufjs";
import { describeOptions } from "./describe-options.js";
import { descriptorNumbers as number } from "./descriptor-numbers.js";
import { addWellKnownTypes } from "./google-protos.js";
import type { ParsedOptions } from "./read-descriptor-options.js";
import { toProtoMessage } from "./to-proto-message.js";
import { isExtension, valueComment } from "./walk.js";

/** What one file declares at its top level. */
export interface Declarations {
  readonly packageName: string;
  readonly objects: protobuf.ReflectionObject[];
  /** Of the file itself: `[{ go_package: "example.com/greet" }]` */
  readonly options: ParsedOptions;
  /** The file that declares an object. */
  fileOf(object: protobuf.ReflectionObject): string | undefined;
}

/** A descriptor under construction: its fields by their proto names. */
type Descriptor = Record<string, unknown>;
type Path = readonly number[];

const types: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  group: 10,
  message: 11,
  bytes: 12,
  uint32: 13,
  enum: 14,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
};

const labels = { optional: 1, required: 2, repeated: 3 };

/**
 * The bytes of the `google.protobuf.FileDescriptorProto` of one file.
 *
 * @see https://github.com/protocolbuffers/protobuf/blob/v29.0/src/google/protobuf/descriptor.proto
 */
export function describeFile(name: string, declarations: Declarations, root: protobuf.Root): Uint8Array {
  const fileType = descriptorType(root);
  const syntax = syntaxOf(declarations.objects);
  // There, what a field requires is a feature of it.
  const isEditions = syntax.syntax === "editions";
  const { packageName, objects, fileOf } = declarations;
  const comments: Descriptor[] = [];
  const dependencies = new Set<string>();
  const messages = objects.filter((object) => object instanceof protobuf.Type);
  const enums = objects.filter((object) => object instanceof protobuf.Enum);
  const services = objects.filter((object) => object instanceof protobuf.Service);
  const extensions = objects.filter(isExtension);

  const file = {
    name,
    package: packageName || undefined,
    message_type: messages.map((type, i) => describeMessage(type, [number.file.message, i])),
    enum_type: enums.map((type, i) => describeEnum(type, [number.file.enum, i])),
    service: services.map((service, i) => describeService(service, [number.file.service, i])),
    extension: extensions.map((field, i) => describeField(field, [number.file.extension, i], undefined)),
    options: optionsOf("FileOptions", declarations.options),
    ...syntax,
    dependency: [] as string[],
    source_code_info: { location: comments },
  };
  dependencies.delete(name);
  file.dependency.push(...dependencies);
  return fileType.encode(toProtoMessage(fileType, file)).finish();

  function describeMessage(type: protobuf.Type, path: Path): Descriptor {
    comment(type.comment, path);
    const oneofs = [...type.oneofsArray].sort(
      (a, b) => Number(a.isProto3Optional) - Number(b.isProto3Optional),
    );
    const nested = type.nestedArray.filter((object) => object instanceof protobuf.Type);
    const fields = type.fieldsArray.filter(({ declaringField }) => declaringField === null);
    const at = (field: number) => (_: unknown, i: number) => [...path, field, i];
    const entries = fields.filter((field) => field instanceof protobuf.MapField).map(describeMapEntry);
    return {
      name: type.name,
      field: fields.map((field, i) => describeField(field, at(number.message.field)(field, i), oneofs)),
      nested_type: [
        ...nested.map((inner, i) => describeMessage(inner, at(number.message.nested)(inner, i))),
        ...entries,
      ],
      enum_type: type.nestedArray
        .filter((object) => object instanceof protobuf.Enum)
        .map((inner, i) => describeEnum(inner, at(number.message.enum)(inner, i))),
      extension: type.nestedArray
        .filter(isExtension)
        .map((field, i) => describeField(field, at(number.message.extension)(field, i), undefined)),
      oneof_decl: oneofs.map((oneof, i) => {
        comment(oneof.comment, at(number.message.oneof)(oneof, i));
        return { name: oneofName(oneof), options: optionsOf("OneofOptions", oneof.parsedOptions) };
      }),
      extension_range: (type.extensions ?? []).map((range) => ({ start: range[0], end: range[1]! + 1 })),
      reserved_range: rangesOf(type.reserved).map(([start, end]) => ({ start, end: end + 1 })),
      reserved_name: (type.reserved ?? []).filter((name) => typeof name === "string"),
      options: optionsOf("MessageOptions", type.parsedOptions),
    };
  }

  function describeField(
    field: protobuf.Field,
    path: Path,
    oneofs: readonly protobuf.OneOf[] | undefined,
  ): Descriptor {
    comment(field.comment, path);
    const protoName = field.protoName ?? field.name;
    const oneofIndex = field.partOf === null ? -1 : (oneofs?.indexOf(field.partOf) ?? -1);
    const isMap = field instanceof protobuf.MapField;
    return {
      name: protoName,
      number: field.id,
      label:
        isMap || field.repeated
          ? labels.repeated
          : field.required && !isEditions
            ? labels.required
            : labels.optional,
      ...(isMap ? { type: types.message, type_name: mapEntryName(field) } : typeOf(field, field.type)),
      extendee: field.extend === undefined ? undefined : extendeeOf(field),
      default_value: defaultOf(field),
      oneof_index: oneofIndex === -1 ? undefined : oneofIndex,
      json_name: field.jsonName ?? protobuf.util.camelCase(protoName),
      proto3_optional: field.partOf?.isProto3Optional || undefined,
      options: optionsOf("FieldOptions", field.parsedOptions?.filter(isRealOption)),
    };
  }

  function describeMapEntry(field: protobuf.MapField): Descriptor {
    return {
      name: entryName(field),
      field: [
        { name: "key", number: 1, label: labels.optional, type: types[field.keyType], json_name: "key" },
        {
          name: "value",
          number: 2,
          label: labels.optional,
          ...typeOf(field, field.type),
          json_name: "value",
        },
      ],
      options: { map_entry: true },
    };
  }

  function typeOf(field: protobuf.FieldBase, type: string): Descriptor {
    const { resolvedType } = field;
    if (resolvedType === null) return { type: types[type] };
    dependOn(resolvedType);
    const kind =
      resolvedType instanceof protobuf.Enum
        ? "enum"
        : (resolvedType as protobuf.Type & { readonly group?: boolean }).group === true
          ? "group"
          : "message";
    return { type: types[kind], type_name: resolvedType.fullName };
  }

  function extendeeOf(field: protobuf.Field): string {
    // The field that stands for it in the extended type knows that type.
    const extended = field.extensionField?.parent ?? null;
    if (extended === null) return field.extend!;
    dependOn(extended);
    return extended.fullName;
  }

  function describeEnum(type: protobuf.Enum, path: Path): Descriptor {
    comment(type.comment, path);
    return {
      name: type.name,
      value: Object.entries(type.values).map(([name, value], i) => {
        comment(valueComment(type, name), [...path, number.enumValue, i]);
        const options = type.valuesOptions?.[name] as Readonly<Record<string, unknown>> | undefined;
        return { name, number: value, options: optionsOf("EnumValueOptions", unflatten(options)) };
      }),
      options: optionsOf("EnumOptions", type.parsedOptions),
      reserved_range: rangesOf(type.reserved).map(([start, end]) => ({ start, end })),
      reserved_name: (type.reserved ?? []).filter((name) => typeof name === "string"),
    };
  }

  function describeService(service: protobuf.Service, path: Path): Descriptor {
    comment(service.comment, path);
    return {
      name: service.name,
      method: service.methodsArray.map((method, i) => {
        comment(method.comment, [...path, number.method, i]);
        const { resolvedRequestType: request, resolvedResponseType: response } = method;
        if (request !== null) dependOn(request);
        if (response !== null) dependOn(response);
        return {
          name: method.name,
          input_type: request?.fullName ?? method.requestType,
          output_type: response?.fullName ?? method.responseType,
          client_streaming: method.requestStream || undefined,
          server_streaming: method.responseStream || undefined,
          options: optionsOf("MethodOptions", method.parsedOptions),
        };
      }),
      options: optionsOf("ServiceOptions", service.parsedOptions),
    };
  }

  function optionsOf(type: string, parsed: ParsedOptions | null | undefined): Descriptor | undefined {
    if (!parsed || parsed.length === 0) return undefined;
    return describeOptions(root.lookup(`.google.protobuf.${type}`), parsed, dependOn);
  }

  function dependOn(object: protobuf.ReflectionObject): void {
    const dependency = fileOf(object);
    if (dependency !== undefined) dependencies.add(dependency);
  }

  /** As protoc has it: what stands between the slashes and the end of the line. */
  function comment(text: string | null, path: Path): void {
    if (!text) return;
    const lines = text.split("\n").map((line) => (line === "" ? "\n" : ` ${line}\n`));
    comments.push({ path, span: [0, 0, 0], leading_comments: lines.join("") });
  }
}

/** The root's own, which knows the custom options; a root without options has none. */
function descriptorType(root: protobuf.Root): protobuf.Type {
  const own = root.lookup(".google.protobuf.FileDescriptorProto");
  if (own instanceof protobuf.Type) return own;
  const other = new protobuf.Root();
  addWellKnownTypes(other, "google/protobuf/descriptor.proto");
  return other.resolveAll().lookupType("google.protobuf.FileDescriptorProto");
}

/** These are options in the text of a `.proto` file, but have a field of their own in a descriptor. */
function isRealOption(option: Readonly<Record<string, unknown>>): boolean {
  return !["default", "json_name", "proto3_optional"].some((name) => Object.hasOwn(option, name));
}

function rangesOf(reserved: readonly (string | number[])[] | undefined): [number, number][] {
  return (reserved ?? []).flatMap((range) => (typeof range === "string" ? [] : [[range[0]!, range[1]!]]));
}

/** `"PageSizesEntry"` for `page_sizes` */
function entryName(field: protobuf.MapField): string {
  const camel = (field.protoName ?? field.name).replace(/(?:^|_)([a-z])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
  return `${camel.replaceAll("_", "")}Entry`;
}

/** protobufjs names the oneof of an optional field after its camelCase name. */
function oneofName({ name, isProto3Optional, fieldsArray: [field] }: protobuf.OneOf): string {
  return isProto3Optional && field !== undefined ? `_${field.protoName ?? field.name}` : name;
}

function mapEntryName(field: protobuf.MapField): string {
  return `${field.parent?.fullName}.${entryName(field)}`;
}

function defaultOf(field: protobuf.Field): string | undefined {
  const value: unknown = field.options?.default;
  if (value === undefined) return undefined;
  if (field.resolvedType instanceof protobuf.Enum && typeof value === "number") {
    return field.resolvedType.valuesById[value];
  }
  if (field.type === "bytes") return escapeBytes(String(value));
  return String(value).replace("Infinity", "inf");
}

/** As in C: what is not printable is octal. */
function escapeBytes(text: string): string {
  return text.replace(/[^ -~]|["'\\]/g, (char) =>
    /["'\\]/.test(char) ? `\\${char}` : `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/** Options of enum values are kept under the whole path of their members: `"(its.full.name).member"`. */
function unflatten(options: Readonly<Record<string, unknown>> | undefined): ParsedOptions {
  return Object.entries(options ?? {}).map(([path, value]) => {
    const [, name = path, members = ""] = /^(\([^)]*\)|[^.]+)(.*)$/.exec(path) ?? [];
    const steps = members.split(".").filter(Boolean);
    return { [name]: steps.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value) };
  });
}

function syntaxOf(objects: readonly protobuf.ReflectionObject[]): Descriptor {
  // protobufjs notes it on what a file declares; nothing has it when all that is declared are extensions.
  const edition = (objects as readonly { readonly _edition?: string | null }[]).find(
    ({ _edition }) => _edition,
  )?._edition;
  if (edition === "proto2" || edition === undefined) return {};
  if (edition === "proto3") return { syntax: "proto3" };
  return { syntax: "editions", edition: `EDITION_${edition}` };
}
