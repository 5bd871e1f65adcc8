import protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import { qualifiedName } from "../schema/walk.js";
import type { FieldTypes } from "./field-types.js";
import { writeComment } from "./write-comment.js";

interface MessageOptions {
  readonly fieldTypes: FieldTypes;
  readonly representation: Representation;
}

/** The two interfaces of a message: as code reads it, and as code may write it. */
export function writeMessage(type: protobuf.Type, name: string, options: MessageOptions): string {
  const comment = writeComment(type.comment, "", type);
  const read = type.fieldsArray.map((field) => readProperty(field, options));
  // proto3's `optional` is no oneof to anybody but the compiler of protobuf.
  const oneofs = options.representation.oneofs
    ? type.oneofsArray.filter(({ isProto3Optional }) => !isProto3Optional)
    : [];
  const write = type.fieldsArray.map((field) => writeProperty(field, options));
  const isAny = qualifiedName(type) === "google.protobuf.Any";
  return [
    `${comment}export interface ${name} {`,
    ...read,
    ...oneofs.map((oneof) => `${writeComment(oneof.comment, "  ")}  ${oneofProperty(oneof)};`),
    "}",
    "",
    writeComment(`\`${name}\` as it may be written.`, "") +
      (isAny ? `export type ${name}Input = ${heldMessage} | {` : `export interface ${name}Input {`),
    ...write,
    ...oneofs.map((oneof) => `  readonly ${oneofProperty(oneof)} | undefined;`),
    isAny ? "};" : "}",
    "",
  ].join("\n");
}

/** An Any may hold its message as it is; one that was read has no room for other fields. */
const heldMessage = '{ readonly "@type": string; readonly [field: string]: unknown }';

function readProperty(field: protobuf.Field, { fieldTypes, representation }: MessageOptions): string {
  const { defaults, arrays, objects } = representation;
  const value = fieldTypes.read(field);
  const comment = writeComment(field.comment, "  ", field);
  const key = propertyKey(field.name);
  if (field.map) return `${comment}  ${key}${defaults || objects ? "" : "?"}: Record<string, ${value}>;`;
  if (field.repeated) return `${comment}  ${key}${defaults || arrays ? "" : "?"}: ${listOf(value)};`;
  const isThere = field.required || (defaults && field.partOf === null);
  const isMessage = field.resolve().resolvedType instanceof protobuf.Type;
  return `${comment}  ${key}${isThere ? "" : "?"}: ${value}${isThere && isMessage ? " | null" : ""};`;
}

function writeProperty(field: protobuf.Field, { fieldTypes }: MessageOptions): string {
  const value = fieldTypes.write(field);
  const key = propertyKey(field.name);
  const type = field.map
    ? `{ readonly [key: string]: ${value} }`
    : field.repeated
      ? `readonly ${listOf(value)}`
      : value;
  return `  readonly ${key}?: ${type} | null | undefined;`;
}

/** Tells which member is set. */
function oneofProperty(oneof: protobuf.OneOf): string {
  const members = oneof.fieldsArray.map(({ name }) => JSON.stringify(name)).join(" | ");
  return `${propertyKey(oneof.name)}?: ${members}`;
}

function listOf(type: string): string {
  return /^[\w$]+$/.test(type) ? `${type}[]` : `(${type})[]`;
}

/** Names of fields are identifiers, except those of extensions. */
function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
