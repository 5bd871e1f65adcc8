import protobuf from "protobufjs";
import { compileFunction } from "./compile-function.js";
import { enumValuesOf } from "./enum-values.js";
import { answerNames, elementTypeName, protoName } from "./field-names.js";
import * as values from "./wire-values.js";

/** Writes a message as handlers have it; `depth` counts the messages around it. */
export type Encode = (message: object, writer: protobuf.Writer, depth: number) => protobuf.Writer;

/** Holds the encoder of a type, which is compiled when it is first used: types may refer to each other in circles. */
export interface EncoderSlot {
  encode: Encode;
}

/**
 * Generate the function that writes messages of a type.
 *
 * For `message Page { string token = 1; repeated Row rows = 2; }` it is about this:
 *
 *     return function encode(m, w, d) {
 *       const own = hasOwnFields(m, d);
 *       if (m.$type === type) return type.encode(m, w);
 *       let f = 0, i, k, v;
 *       try {
 *         v = m["token"];
 *         if (v !== undefined && v !== null) {
 *           f = 0;
 *           if (typeof v !== "string") v = toText(v);
 *           if (!v.isWellFormed()) v = v.toWellFormed();
 *           if (v !== "") w.uint32(10).string(v);
 *         }
 *         ...
 *       } catch (e) { throw enclose(e, f, i ?? k); }
 *       return w;
 *     };
 *
 * The text holds only numbers and quoted names of the schema; all else is passed in beside it.
 */
export function compileEncoder(type: protobuf.Type, slotOf: (type: protobuf.Type) => EncoderSlot): Encode {
  const names = answerNames(type);
  const fields = [...names.keys()].sort((a, b) => a.id - b.id);
  const slots = fields.map(({ resolvedType }) =>
    resolvedType instanceof protobuf.Type ? slotOf(resolvedType) : null,
  );
  const enums = fields.map(({ resolvedType }) =>
    resolvedType instanceof protobuf.Enum ? enumValuesOf(resolvedType) : null,
  );
  const source = [
    "const own = values.hasOwnFields(m, d);",
    "if (m.$type === type) return type.encode(m, w);",
    "let f = 0, i, k, v;",
    "try {",
    ...fields.map((field, index) => encodeField(field, index, names.get(field) ?? [])),
    "} catch (e) { throw enclose(e, f, i ?? k); }",
    "return w;",
  ].join("\n");
  const parameters = ["values", "type", "slots", "enums", "defaults", "enclose"];
  const make = compileFunction(parameters, `return function encode(m, w, d) {\n${source}\n};`);
  const defaults = fields.map((field) => field.typeDefault);
  // The source returns a function of this type.
  return make(values, type, slots, enums, defaults, encloser(fields)) as Encode;
}

/** Adds the field to the path of an error. */
function encloser(fields: readonly protobuf.Field[]) {
  const steps = fields.map((field) => ({ name: protoName(field), type: elementTypeName(field) }));
  return (error: unknown, index: number, key: string | number | undefined): unknown => {
    const { name, type } = steps[index]!;
    return error instanceof values.WrongValue ? error.enclose(name, key, type) : error;
  };
}

function encodeField(field: protobuf.Field, index: number, names: readonly string[]): string {
  const load = names.map((name, i) => `${i === 0 ? "" : "if (v === undefined) "}v = ${readMember(name)};`);
  const hasPresence = Boolean(field.hasPresence) || field.resolvedType instanceof protobuf.Type;
  const isSet = `v !== undefined && v !== null${hasPresence ? ` && (own || Object.hasOwn(m, ${quote(field.name)}))` : ""}`;
  const encode = `f = ${index}; ${encodeValue(field, index)}`;
  if (!field.required) return [...load, `if (${isSet}) { ${encode} }`].join("\n");
  // As protobufjs does, which writes the default of a required field that is missing.
  return [...load, `if (!(${isSet})) v = defaults[${index}];`, encode].join("\n");
}

function readMember(name: string): string {
  // What every object inherits is not a field.
  const isInherited = name in Object.prototype;
  return isInherited
    ? `Object.hasOwn(m, ${quote(name)}) ? m[${quote(name)}] : undefined`
    : `m[${quote(name)}]`;
}

function encodeValue(field: protobuf.Field, index: number): string {
  if (field instanceof protobuf.MapField) return encodeMap(field, field.keyType, index);
  if (field.repeated) return encodeList(field, index);
  const write = writeElement(field, index, "v", tagOf(field));
  const isImplicit = !field.hasPresence && !(field.resolvedType instanceof protobuf.Type);
  return (
    convert(field, index, "v") + (isImplicit ? `if (${isNotDefault(field, index)}) { ${write} }` : write)
  );
}

function encodeList(field: protobuf.Field, index: number): string {
  const list = "if (!Array.isArray(v)) v = values.toList(v);";
  const loop = (write: string) =>
    `for (i = 0; i < v.length; i++) { let x = v[i]; ${convert(field, index, "x")}${write} } i = undefined;`;
  if (!field.packed || !isPackable(field)) return list + loop(writeElement(field, index, "x", tagOf(field)));
  const packed = (field.id << 3) | 2;
  return `${list} if (v.length > 0) { w.uint32(${packed >>> 0}).fork(); ${loop(`w.${wireType(field)}(x);`)} w.ldelim(); }`;
}

function encodeMap(field: protobuf.Field, keyType: string, index: number): string {
  const keyTag = (1 << 3) | wireTypeNumber(keyType);
  const valueTag =
    (2 << 3) | (field.resolvedType instanceof protobuf.Type ? 2 : wireTypeNumber(wireType(field)));
  return `for (k of values.keysOf(v)) {
    let x = v instanceof Map ? v.get(k) : v[k], y = k;
    ${convertScalar(keyType, "y")}${convert(field, index, "x")}
    w.uint32(${((field.id << 3) | 2) >>> 0}).fork().uint32(${keyTag}).${keyType}(y);
    ${writeElement(field, index, "x", valueTag)}
    w.ldelim();
  } k = undefined;`;
}

/** Statements that bring a variable into the form that the writer takes, or throw. */
function convert(field: protobuf.Field, index: number, name: string): string {
  if (field.resolvedType instanceof protobuf.Type) return "";
  if (!(field.resolvedType instanceof protobuf.Enum)) return convertScalar(field.type, name);
  return `${name} = values.toEnum(${name}, enums[${index}]); `;
}

function convertScalar(type: string, name: string): string {
  switch (type) {
    case "string":
      // Of half a surrogate pair the writer would make invalid UTF-8, for which readers refuse the whole message.
      return (
        `if (typeof ${name} !== "string") ${name} = values.toText(${name}); ` +
        `if (!${name}.isWellFormed()) ${name} = ${name}.toWellFormed(); `
      );
    case "bool":
      return `if (typeof ${name} !== "boolean") ${name} = values.toBool(${name}); `;
    case "bytes":
      return `if (!(${name} instanceof Uint8Array)) ${name} = values.toBytes(${name}); `;
    case "double":
      return `if (typeof ${name} !== "number") ${name} = values.toDouble(${name}); `;
    case "float":
      return `if (typeof ${name} !== "number" || !(Math.abs(${name}) <= ${values.maxFloat})) ${name} = values.toFloat(${name}); `;
    case "int32":
    case "sint32":
    case "sfixed32":
      return `if (typeof ${name} !== "number" || (${name} | 0) !== ${name}) ${name} = values.toInt32(${name}); `;
    case "uint32":
    case "fixed32":
      return `if (typeof ${name} !== "number" || (${name} >>> 0) !== ${name}) ${name} = values.toUint32(${name}); `;
    case "uint64":
    case "fixed64":
      return `${name} = values.toUint64(${name}); `;
    default:
      return `${name} = values.toInt64(${name}); `;
  }
}

function isNotDefault(field: protobuf.Field, index: number): string {
  if (field.resolvedType instanceof protobuf.Enum) return `v !== defaults[${index}]`;
  switch (field.type) {
    case "string":
      return 'v !== ""';
    case "bool":
      return "v";
    case "bytes":
      return "v.length > 0";
    case "double":
    case "float":
      return "!Object.is(v, 0)";
    default:
      return 'typeof v === "object" ? v.low !== 0 || v.high !== 0 : v !== 0';
  }
}

function writeElement(field: protobuf.Field, index: number, name: string, tag: number): string {
  if (!(field.resolvedType instanceof protobuf.Type)) return `w.uint32(${tag}).${wireType(field)}(${name});`;
  const encode = (writer: string) => `slots[${index}].encode(${name}, ${writer}, d + 1)`;
  return field.delimited && !field.map
    ? `${encode(`w.uint32(${tag})`)}.uint32(${((field.id << 3) | 4) >>> 0});`
    : `${encode(`w.uint32(${tag}).fork()`)}.ldelim();`;
}

function tagOf(field: protobuf.Field): number {
  const isMessage = field.resolvedType instanceof protobuf.Type;
  const wire = isMessage ? (field.delimited ? 3 : 2) : wireTypeNumber(wireType(field));
  return ((field.id << 3) | wire) >>> 0;
}

/** The method of the writer for a scalar or enum field. */
function wireType(field: protobuf.Field): string {
  return field.resolvedType instanceof protobuf.Enum ? "int32" : field.type;
}

function wireTypeNumber(type: string): number {
  const numbers: Readonly<Record<string, number>> = protobuf.types.basic;
  return numbers[type]!;
}

function isPackable(field: protobuf.Field): boolean {
  return Object.hasOwn(protobuf.types.packed, wireType(field));
}

function quote(name: string): string {
  return JSON.stringify(name);
}
