import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { annotateRoot, type SourcePlaces } from "./annotate-root.js";
import { decodeBytesDefaults } from "./bytes-defaults.js";
import type { ConfigFault, Report } from "./config-error.js";
import { addBuiltInFile, addClientOptions, addWellKnownTypes } from "./google-protos.js";
import { lostField } from "./parse-proto-file.js";
import { readDescriptorOptions } from "./read-descriptor-options.js";
import { resolveRoot } from "./resolve-root.js";
import type { SchemaFile } from "./schema.js";

/** A serialized `google.protobuf.FileDescriptorSet`, and the file that it is from. */
export interface SerializedSet {
  readonly bytes: Uint8Array;
  readonly file?: string;
}

/** A resolved root, made of descriptors. */
export interface DescriptorSet {
  readonly root: protobuf.Root;
  readonly files: readonly SchemaFile[];
  readonly places: SourcePlaces;
}

/**
 * Make a root of serialized descriptor sets, with their comments and custom options.
 *
 * Fields are named as if the `.proto` files had been parsed: handlers see the same whatever the source was.
 */
export function loadDescriptorSet(
  sets: readonly SerializedSet[],
  keepCase: boolean,
  report: Report,
): DescriptorSet {
  const root = new protobuf.Root();
  const files = new Map<string, SchemaFile>();
  // Sets that were made one by one have the same imports.
  for (const file of sets.flatMap((set) => splitFiles(set, report)))
    if (!files.has(file.name)) files.set(file.name, file);
  const add = (name: string) =>
    files.has(name) || addBuiltInFile(root, name, keepCase) || addClientOptions(root, name, keepCase);
  const missing: ConfigFault[] = [];
  for (const { bytes } of files.values()) {
    const file = decodeFile(bytes);
    addFile(root, file, keepCase, report);
    const dependencies: readonly string[] = file.dependency ?? [];
    for (const name of dependencies) if (!add(name)) missing.push(missingImport(file.name, name));
  }
  optionTypes.forEach(add);
  decodeBytesDefaults(root);

  let isResolved = true;
  resolveRoot(root, (fault) => {
    isResolved = false;
    if (missing.length === 0) report(fault);
  });
  if (!isResolved) for (const fault of missing) report(fault);
  const places: SourcePlaces = isResolved ? annotateRoot(root, files.values()) : new Map();
  return { root, files: [...files.values()], places };
}

/** With these types the options are read, also those of a set that was made without its imports. */
const optionTypes = [
  "google/protobuf/descriptor.proto",
  "google/api/http.proto",
  "google/api/annotations.proto",
];

function missingImport(file: string | undefined, name: string): ConfigFault {
  return { file, message: `import "${name}" is not in the descriptor set: make it with --include_imports` };
}

/** The files of a set, as they were serialized: nothing in them is lost. */
function splitFiles({ bytes: set, file }: SerializedSet, report: Report): readonly SchemaFile[] {
  const files: SchemaFile[] = [];
  try {
    const reader = protobuf.Reader.create(set);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag !== fileTag) {
        reader.skipType(tag & 7);
        continue;
      }
      const bytes = reader.bytes();
      const { name } = decodeFile(bytes);
      if (name) files.push({ name, bytes });
    }
  } catch (error) {
    report({ file, message: `this is no FileDescriptorSet: ${(error as Error).message}` });
    return [];
  }
  if (files.length === 0) report({ file, message: "the descriptor set is empty" });
  return files;
}

/** Field 1, length-delimited: `FileDescriptorSet.file`. */
const fileTag = (1 << 3) | 2;

function decodeFile(bytes: Uint8Array): descriptor.IFileDescriptorProto {
  return descriptor.FileDescriptorProto.decode(bytes) as descriptor.IFileDescriptorProto;
}

function addFile(
  root: protobuf.Root,
  file: descriptor.IFileDescriptorProto,
  keepCase: boolean,
  report: Report,
): void {
  if (addWellKnownTypes(root, file.name ?? "")) return;
  try {
    const context = { edition: editionOf(file), features: featuresOf(file) };
    const scope = file.package ? root.define(file.package) : root;
    const groups = new Set(file.extension?.filter(({ type }) => type === groupType).map(groupName));
    for (const message of file.messageType ?? []) {
      nameFields(message, context.edition, keepCase);
      const type: protobuf.Type & { group?: boolean } = protobuf.Type.fromDescriptor(message, context);
      // Those of extensions within messages protobufjs finds itself.
      if (groups.has(type.name)) type.group = true;
      scope.add(type);
    }
    for (const enumeration of file.enumType ?? [])
      scope.add(protobuf.Enum.fromDescriptor(enumeration, context));
    for (const extension of file.extension ?? []) {
      nameField(extension, context.edition, keepCase);
      scope.add(protobuf.Field.fromDescriptor(extension, context));
    }
    for (const service of file.service ?? []) scope.add(protobuf.Service.fromDescriptor(service, context));
  } catch (error) {
    report({ file: file.name, message: (error as Error).message });
  }
}

function editionOf(file: descriptor.IFileDescriptorProto): string {
  if (file.syntax !== "editions") return file.syntax || "proto2";
  const edition = descriptor.FileDescriptorProto.lookupEnum("Edition").valuesById[file.edition ?? 0];
  return edition?.replace("EDITION_", "") ?? `${file.edition}`;
}

/** The features that hold for the whole file: `{ field_presence: "IMPLICIT" }`. */
function featuresOf(file: descriptor.IFileDescriptorProto): object {
  // At run time the options are a message.
  const options = readDescriptorOptions(file.options as protobuf.Message | undefined);
  return options.find((option) => Object.hasOwn(option, "features"))?.features as object;
}

/** protobufjs names fields by their JSON names; here they become what its parser makes of the source. */
function nameFields(message: descriptor.IDescriptorProto, edition: string, keepCase: boolean): void {
  for (const field of [...(message.field ?? []), ...(message.extension ?? [])])
    nameField(field, edition, keepCase);
  for (const oneof of message.oneofDecl ?? []) oneof.name = parsedName(oneof.name ?? "", keepCase);
  for (const nested of message.nestedType ?? []) nameFields(nested, edition, keepCase);
}

function nameField(field: descriptor.IFieldDescriptorProto, edition: string, keepCase: boolean): void {
  const isGroup = field.type === groupType && edition === "proto2";
  field.jsonName = isGroup ? protobuf.util.lcFirst(groupName(field)) : parsedName(field.name ?? "", keepCase);
  if (keepCase && field.name === "__proto__") throw new Error(lostField);
  if (field.type === bytesType) field.defaultValue = protobuf.tokenize.unescape(field.defaultValue ?? "");
}

/** A group is declared beside its field, so that its name is enough. */
function groupName({ typeName }: descriptor.IFieldDescriptorProto): string {
  return typeName?.split(".").at(-1) ?? "";
}

/** `FieldDescriptorProto.TYPE_GROUP` and `TYPE_BYTES` */
const groupType = 10;
const bytesType = 12;

function parsedName(name: string, keepCase: boolean): string {
  return keepCase ? name : protobuf.util.camelCase(name);
}
