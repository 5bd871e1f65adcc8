import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import type { Report } from "./config-error.js";
import { wellKnownFiles } from "./google-protos.js";
import { loadDescriptorSet } from "./load-descriptor-set.js";
import { isRecord } from "./record.js";
import { qualifiedName, servicesIn } from "./walk.js";

/** What `load` of `@grpc/proto-loader` gives: the definitions of services, messages and enums by full name. */
export interface PackageDefinition {
  readonly [fullName: string]: object;
}

/**
 * Make a root of a `PackageDefinition`, as far as it goes.
 *
 * The descriptors in it have no comments, no `json_name`s and no custom options, the names of fields may be in
 * camelCase already, and everything is proto3. The options of methods, HTTP rules among them, are beside them.
 */
export function loadPackageDefinition(source: unknown, keepCase: boolean, report: Report): protobuf.Root {
  const definition = isRecord(source) ? source : {};
  let packages: descriptor.IFileDescriptorProto[];
  try {
    const files = [...new Set(findDescriptors(definition))].map(decodeFile);
    packages = mergePackages(files, files.some(hasProtoNames) ? (name) => name : restoreName);
  } catch (error) {
    report({ message: `a descriptor of the PackageDefinition cannot be read: ${(error as Error).message}` });
    return new protobuf.Root();
  }
  if (packages.length === 0) {
    report({
      message:
        "there is nothing to load: give paths of .proto files, a descriptor set, a Root of protobufjs " +
        "or a PackageDefinition of @grpc/proto-loader",
    });
    return new protobuf.Root();
  }
  const set = descriptor.FileDescriptorSet.fromObject({ file: packages });
  const bytes = descriptor.FileDescriptorSet.encode(set).finish();
  const { root } = loadDescriptorSet([{ bytes }], keepCase, report);
  restoreOptions(root, definition);
  return root;
}

/** The serialized files of all definitions; the same ones come with each. */
function findDescriptors(definition: Readonly<Record<string, unknown>>): Uint8Array[] {
  return Object.values(definition)
    .filter(isRecord)
    .flatMap((value) => {
      const types = "fileDescriptorProtos" in value ? [value] : Object.values(value).map(requestTypeOf);
      return types.flatMap((type: unknown): Uint8Array[] => {
        const files: unknown = isRecord(type) ? type.fileDescriptorProtos : undefined;
        return Array.isArray(files) ? files.filter((file) => file instanceof Uint8Array) : [];
      });
    });
}

function requestTypeOf(method: unknown): unknown {
  return isRecord(method) ? method.requestType : undefined;
}

function decodeFile(bytes: Uint8Array): descriptor.IFileDescriptorProto {
  return descriptor.FileDescriptorProto.decode(bytes) as descriptor.IFileDescriptorProto;
}

/** Are the names of fields those of the `.proto` file? With `keepCase: false` there is none like `page_size`. */
function hasProtoNames({ package: name, messageType }: descriptor.IFileDescriptorProto): boolean {
  const isProtoName = (field: descriptor.IFieldDescriptorProto) => /_[a-z]/.test(field.name ?? "");
  const isWritten = ({ field, nestedType, options }: descriptor.IDescriptorProto): boolean =>
    // Those of an Any are written so either way, and entries of maps have no names of their own.
    (options?.mapEntry !== true && (field ?? []).some(isProtoName)) || (nestedType ?? []).some(isWritten);
  return name !== "google.protobuf" && (messageType ?? []).some(isWritten);
}

/** Gives the name of a field or a oneof in the `.proto` file. */
type Restore = (name: string) => string;

/** There is one file for each package; those of several calls of `load` may have different parts of it. */
function mergePackages(
  files: readonly descriptor.IFileDescriptorProto[],
  restore: Restore,
): descriptor.IFileDescriptorProto[] {
  const packages = new Map<string, descriptor.IFileDescriptorProto>();
  const restoreAll = (messages: readonly descriptor.IDescriptorProto[] | undefined) =>
    messages?.map((message) => restoreMessage(message, restore));
  for (const file of files) {
    const name = file.package ?? "";
    if (name === "google.protobuf") continue; // these are built in
    const known = packages.get(name);
    packages.set(name, {
      name: file.name ?? name,
      package: name,
      syntax: "proto3",
      dependency: wellKnownFiles,
      messageType: mergeByName(known?.messageType, restoreAll(file.messageType)),
      enumType: mergeByName(known?.enumType, file.enumType),
      service: mergeByName(known?.service, file.service),
    });
  }
  return [...packages.values()];
}

function mergeByName<T extends { name?: string }>(known: readonly T[] = [], more: readonly T[] = []): T[] {
  return [...known, ...more.filter((one) => !known.some((other) => other.name === one.name))];
}

function restoreMessage(message: descriptor.IDescriptorProto, restore: Restore): descriptor.IDescriptorProto {
  return {
    ...message,
    field:
      message.field?.map((field) => {
        const oneof =
          field.oneofIndex === undefined ? undefined : message.oneofDecl?.[field.oneofIndex]?.name;
        return { ...field, name: restore(field.name ?? ""), proto3Optional: oneof === `_${field.name}` };
      }) ?? [],
    oneofDecl: message.oneofDecl?.map((oneof) => ({ ...oneof, name: restore(oneof.name ?? "") })) ?? [],
    nestedType: message.nestedType?.map((nested) => restoreMessage(nested, restore)) ?? [],
  };
}

/**
 * Undo the camelCase of a field, as path templates have the name of the `.proto` file.
 *
 *     restoreName("pageSize")   // "page_size"
 *     restoreName("myURL")      // "myURL": probably the name in the file
 */
function restoreName(name: string): string {
  return /^[A-Z]|[A-Z]{2}/.test(name) ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function restoreOptions(root: protobuf.Root, definition: Readonly<Record<string, unknown>>): void {
  for (const service of servicesIn(root)) {
    const methods: unknown = definition[qualifiedName(service)];
    if (!isRecord(methods)) continue;
    for (const method of service.methodsArray) {
      const own = methods[method.name];
      const options = isRecord(own) && isRecord(own.options) ? own.options : {};
      method.parsedOptions = Object.entries(options).map(([name, value]) => ({ [name]: value }));
      if (options.deprecated === true) method.setOption("deprecated", true);
    }
  }
}
