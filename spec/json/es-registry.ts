import { create, createFileRegistry, type FileRegistry, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type DescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";

type MessageShape = Exclude<MessageInitShape<typeof DescriptorProtoSchema>, { $typeName: string }>;

/** The types of a proto3 root for `@bufbuild/protobuf`. Packages become messages around their types: names stay the same. */
export function createRegistry(root: protobuf.Root): FileRegistry {
  const { nestedType = [] } = describeNamespace(root);
  const file = create(FileDescriptorProtoSchema, {
    name: "all.proto",
    syntax: "proto3",
    messageType: nestedType,
  });
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }));
}

function describeNamespace(namespace: protobuf.NamespaceBase): MessageShape & { nestedType: MessageShape[] } {
  const nested = namespace.nestedArray;
  const types = nested.filter((object) => object instanceof protobuf.Type);
  const packages = nested.filter(
    (object) => object instanceof protobuf.Namespace && !(object instanceof protobuf.Type),
  );
  return {
    name: namespace.name,
    nestedType: [
      ...packages.map((object) => describeNamespace(object as protobuf.Namespace)),
      ...types.map((type) => describeType(type)),
    ],
    enumType: nested
      .filter((object) => object instanceof protobuf.Enum)
      .map(({ name, values }) => ({
        name,
        value: Object.entries(values).map(([name, number]) => ({ name, number })),
        options: { allowAlias: true },
      })),
  };
}

function describeType(type: protobuf.Type): MessageShape {
  const shape = describeNamespace(type);
  const fields = type.fieldsArray.filter((field) => field.declaringField === null);
  return {
    ...shape,
    field: fields.map((field) => ({
      name: field.protoName,
      jsonName: field.jsonName,
      number: field.id,
      label: field.repeated || field.map ? 3 : 1,
      ...(field instanceof protobuf.MapField
        ? { type: 11, typeName: `${type.fullName}.${entryName(field)}` }
        : describeFieldType(field)),
      ...(field.partOf === null ? {} : { oneofIndex: type.oneofsArray.indexOf(field.partOf) }),
      proto3Optional: field.partOf?.isProto3Optional ?? false,
    })),
    nestedType: [
      ...shape.nestedType,
      ...fields.filter((field) => field instanceof protobuf.MapField).map((field) => describeEntry(field)),
    ],
    oneofDecl: type.oneofsArray.map(({ name }) => ({ name })),
  };
}

function describeEntry(field: protobuf.MapField): MessageShape {
  return {
    name: entryName(field),
    options: { mapEntry: true },
    field: [
      { name: "key", jsonName: "key", number: 1, label: 1, type: scalarTypes[field.keyType]! },
      { name: "value", jsonName: "value", number: 2, label: 1, ...describeFieldType(field) },
    ],
  };
}

function entryName(field: protobuf.MapField): string {
  return `${field.name.replace(/^./, (letter) => letter.toUpperCase())}Entry`;
}

function describeFieldType({ type, resolvedType }: protobuf.FieldBase): { type: number; typeName?: string } {
  if (resolvedType === null) return { type: scalarTypes[type]! };
  return { type: resolvedType instanceof protobuf.Enum ? 14 : 11, typeName: resolvedType.fullName };
}

/** `google.protobuf.FieldDescriptorProto.Type` */
const scalarTypes: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
};
