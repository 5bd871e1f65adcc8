import protobuf from "protobufjs";
import { descriptorNumbers as number } from "./descriptor-numbers.js";
import { flattenOptions, readDescriptorOptions } from "./read-descriptor-options.js";
import type { SchemaFile, SourcePlace } from "./schema.js";
import { qualifiedName } from "./walk.js";

/** Where the HTTP rule of a method begins, or else the method, by its full name. */
export type SourcePlaces = ReadonlyMap<string, SourcePlace>;

/**
 * Write what descriptors say about their elements, but protobufjs does not take from them, to the elements of the
 * root: custom options, comments, JSON names, and the files they are from.
 *
 * The descriptors are decoded by the root itself, whose option types have been extended by the options in use.
 */
export function annotateRoot(root: protobuf.Root, files: Iterable<SchemaFile>): SourcePlaces {
  const fileType = root.lookupType(".google.protobuf.FileDescriptorProto");
  const places = new Map<string, SourcePlace>();
  for (const { bytes } of files) {
    // The interface declares what the descriptor of descriptors says.
    annotateFile(fileType.decode(bytes) as unknown as FileDescriptor, root, places);
  }
  return places;
}

/** A decoded `google.protobuf.FileDescriptorProto`, as far as it is read here. */
interface FileDescriptor {
  readonly name: string;
  readonly package: string;
  readonly messageType: readonly MessageDescriptor[];
  readonly enumType: readonly EnumDescriptor[];
  readonly service: readonly ServiceDescriptor[];
  readonly extension: readonly FieldDescriptor[];
  readonly options: protobuf.Message | null;
  readonly sourceCodeInfo: { readonly location: readonly SourceLocation[] } | null;
}

interface NamedDescriptor {
  readonly name: string;
  readonly options: protobuf.Message | null;
}

interface MessageDescriptor extends NamedDescriptor {
  readonly field: readonly FieldDescriptor[];
  readonly extension: readonly FieldDescriptor[];
  readonly nestedType: readonly MessageDescriptor[];
  readonly enumType: readonly EnumDescriptor[];
  readonly oneofDecl: readonly NamedDescriptor[];
}

interface FieldDescriptor extends NamedDescriptor {
  readonly number: number;
  readonly jsonName: string;
}

interface EnumDescriptor extends NamedDescriptor {
  readonly value: readonly NamedDescriptor[];
}

interface ServiceDescriptor extends NamedDescriptor {
  readonly method: readonly NamedDescriptor[];
}

interface SourceLocation {
  /** Field numbers and indexes that lead from the file to the element. */
  readonly path: readonly number[];
  /** Line and column of its start, counted from 0, then of its end. */
  readonly span: readonly number[];
  readonly leadingComments: string;
  readonly trailingComments: string;
}

function annotateFile(file: FileDescriptor, root: protobuf.Root, places: Map<string, SourcePlace>): void {
  const sources = file.sourceCodeInfo?.location ?? [];
  const locations = new Map(sources.map((location) => [location.path.join(), location]));
  const rules = findRules(sources);
  const scope = file.package === "" ? root : root.lookup(`.${file.package}`);
  if (!(scope instanceof protobuf.Namespace)) return;
  const options = readDescriptorOptions(file.options);
  if (options.length > 0) scope.parsedOptions = [...(scope.parsedOptions ?? []), ...options];
  annotateMessages(file.messageType, scope, [number.file.message]);
  annotateEnums(file.enumType, scope, [number.file.enum]);
  annotateExtensions(file.extension, scope, [number.file.extension]);
  annotateServices(file.service, scope, [number.file.service]);

  function annotate(
    object: protobuf.ReflectionObject,
    { options }: NamedDescriptor,
    path: readonly number[],
  ): void {
    object.filename = file.name;
    object.comment = commentAt(path);
    const parsedOptions = readDescriptorOptions(options);
    if (parsedOptions.length > 0) object.parsedOptions = parsedOptions;
  }

  function commentAt(path: readonly number[]): string | null {
    const location = locations.get(path.join());
    return location === undefined ? null : readComment(location.leadingComments || location.trailingComments);
  }

  function annotateMessages(
    messages: readonly MessageDescriptor[],
    scope: protobuf.NamespaceBase,
    path: number[],
  ): void {
    for (const [i, message] of messages.entries()) {
      const type = scope.get(message.name);
      if (!(type instanceof protobuf.Type)) continue; // the entry of a map
      const at = [...path, i];
      annotate(type, message, at);
      annotateFields(message.field, type, [...at, number.message.field]);
      annotateExtensions(message.extension, type, [...at, number.message.extension]);
      annotateEnums(message.enumType, type, [...at, number.message.enum]);
      annotateMessages(message.nestedType, type, [...at, number.message.nested]);
      for (const [j, oneof] of message.oneofDecl.entries()) {
        const reflection = type.oneofsArray[j];
        if (reflection !== undefined) annotate(reflection, oneof, [...at, number.message.oneof, j]);
      }
    }
  }

  function annotateFields(fields: readonly FieldDescriptor[], type: protobuf.Type, path: number[]): void {
    for (const [i, field] of fields.entries()) {
      const reflection = type.fieldsById[field.number];
      if (reflection !== undefined) annotateField(reflection, field, [...path, i]);
    }
  }

  function annotateField(reflection: protobuf.FieldBase, field: FieldDescriptor, path: number[]): void {
    annotate(reflection, field, path);
    reflection.jsonName = field.jsonName || protobuf.util.jsonName(field.name);
  }

  function annotateExtensions(
    fields: readonly FieldDescriptor[],
    scope: protobuf.NamespaceBase,
    path: number[],
  ): void {
    for (const [i, field] of fields.entries()) {
      const reflection = scope.nestedArray.find(
        (nested) => nested instanceof protobuf.Field && nested.protoName === field.name,
      );
      if (reflection instanceof protobuf.Field) annotateField(reflection, field, [...path, i]);
    }
  }

  function annotateEnums(
    enums: readonly EnumDescriptor[],
    scope: protobuf.NamespaceBase,
    path: number[],
  ): void {
    for (const [i, descriptor] of enums.entries()) {
      const reflection = scope.get(descriptor.name);
      if (!(reflection instanceof protobuf.Enum)) continue;
      const at = [...path, i];
      annotate(reflection, descriptor, at);
      for (const [j, value] of descriptor.value.entries()) {
        reflection.comments[value.name] = commentAt([...at, number.enumValue, j]);
        const options = readDescriptorOptions(value.options);
        if (options.length > 0)
          reflection.valuesOptions = { ...reflection.valuesOptions, [value.name]: flattenOptions(options) };
      }
    }
  }

  function annotateServices(
    services: readonly ServiceDescriptor[],
    scope: protobuf.NamespaceBase,
    path: number[],
  ): void {
    for (const [i, descriptor] of services.entries()) {
      const service = scope.get(descriptor.name);
      if (!(service instanceof protobuf.Service)) continue;
      annotate(service, descriptor, [...path, i]);
      for (const [j, method] of descriptor.method.entries()) {
        const reflection = service.methods[method.name];
        if (reflection === undefined) continue;
        const at = [...path, i, number.method, j];
        annotate(reflection, method, at);
        const [line, column] = (rules.get(at.join()) ?? locations.get(at.join()))?.span ?? [];
        if (line === undefined || column === undefined) continue;
        places.set(qualifiedName(reflection), { file: file.name, line: line + 1, fileColumn: column + 1 });
      }
    }
  }
}

/** Where the HTTP rule of each method begins, by the path of the method; a rule may be many statements. */
function findRules(locations: readonly SourceLocation[]): Map<string, SourceLocation> {
  const rules = new Map<string, SourceLocation>();
  for (const location of locations) {
    const { path, span } = location;
    const isRule =
      path[0] === number.file.service && path[4] === number.methodOptions && path[5] === number.httpOption;
    const method = path.slice(0, 4).join();
    const [first = Number.POSITIVE_INFINITY] = rules.get(method)?.span ?? [];
    if (isRule && span[0] !== undefined && span[0] < first) rules.set(method, location);
  }
  return rules;
}

/** protoc leaves the spaces after the slashes and the second star of a block; the parser does not. */
function readComment(text: string): string | null {
  const lines = text.replace(/^\*+/, "").split("\n");
  return (
    lines
      .map((line) => line.replace(/^\/+/, "").trim())
      .join("\n")
      .trim() || null
  );
}
