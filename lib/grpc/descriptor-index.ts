import type protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import type { SchemaFile } from "../schema/schema.js";

/** Serialized files, found by what they declare. */
export interface DescriptorIndex {
  /** A file, then those of its imports, and of theirs, that are known. */
  withImports(name: string): readonly SchemaFile[];
  /** The file that declares `"greet.v1.Greeter"`, `"greet.v1.Greeter.SayHello"` or `"greet.v1.HelloRequest.name"`. */
  fileOfSymbol(fullName: string): string | undefined;
  fileOfExtension(extendee: string, number: number): string | undefined;
  /** The numbers of all extensions of a message; `undefined` if there is no such message. */
  extensionNumbers(extendee: string): readonly number[] | undefined;
}

/** Read serialized files; of files of one name, the first counts. */
export function indexDescriptors(files: readonly SchemaFile[]): DescriptorIndex {
  const byName = new Map<string, { file: SchemaFile; imports: readonly string[] }>();
  const symbols = new Map<string, string>();
  const extensions = new Map<string, Map<number, string>>();
  const messages = new Set<string>();
  for (const file of files) {
    if (byName.has(file.name)) continue;
    const decoded = descriptor.FileDescriptorProto.decode(file.bytes) as descriptor.IFileDescriptorProto &
      protobuf.Message;
    byName.set(file.name, { file, imports: decoded.dependency ?? [] });
    addFile(decoded, file.name);
  }

  return {
    withImports(name) {
      const found = new Set<string>([name]);
      for (const each of found) for (const imported of byName.get(each)?.imports ?? []) found.add(imported);
      return [...found].flatMap((each) => byName.get(each)?.file ?? []);
    },
    fileOfSymbol: (fullName) => symbols.get(fullName),
    fileOfExtension: (extendee, number) => extensions.get(extendee)?.get(number),
    extensionNumbers: (extendee) =>
      messages.has(extendee)
        ? [...(extensions.get(extendee)?.keys() ?? [])].sort((a, b) => a - b)
        : undefined,
  };

  function addFile(file: descriptor.IFileDescriptorProto, name: string): void {
    const scope = file.package ?? "";
    for (const message of file.messageType ?? []) addMessage(message, scope, name);
    for (const type of file.enumType ?? []) addEnum(type, scope, name);
    for (const extension of file.extension ?? []) addExtension(extension, scope, name);
    for (const service of file.service ?? []) {
      const fullName = addSymbol(scope, service.name, name);
      for (const method of service.method ?? []) addSymbol(fullName, method.name, name);
    }
  }

  function addMessage(message: descriptor.IDescriptorProto, scope: string, file: string): void {
    const fullName = addSymbol(scope, message.name, file);
    messages.add(fullName);
    for (const field of message.field ?? []) addSymbol(fullName, field.name, file);
    for (const oneof of message.oneofDecl ?? []) addSymbol(fullName, oneof.name, file);
    for (const nested of message.nestedType ?? []) addMessage(nested, fullName, file);
    for (const type of message.enumType ?? []) addEnum(type, fullName, file);
    for (const extension of message.extension ?? []) addExtension(extension, fullName, file);
  }

  function addEnum(type: descriptor.IEnumDescriptorProto, scope: string, file: string): void {
    const fullName = addSymbol(scope, type.name, file);
    for (const value of type.value ?? []) {
      // protobuf has values beside their enum; tools ask for them within it as well.
      addSymbol(scope, value.name, file);
      addSymbol(fullName, value.name, file);
    }
  }

  function addExtension(field: descriptor.IFieldDescriptorProto, scope: string, file: string): void {
    addSymbol(scope, field.name, file);
    const extendee = (field.extendee ?? "").replace(/^\./, "");
    const numbers = extensions.get(extendee) ?? new Map<number, string>();
    extensions.set(extendee, numbers.set(field.number ?? 0, file));
  }

  function addSymbol(scope: string, name: string | null | undefined, file: string): string {
    const fullName = scope === "" ? `${name}` : `${scope}.${name}`;
    if (!symbols.has(fullName)) symbols.set(fullName, file);
    return fullName;
  }
}
