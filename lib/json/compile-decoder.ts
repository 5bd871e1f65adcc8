import protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import { compileNameFinder } from "./compile-name-finder.js";
import { fieldsByName, jsonName, oneofOf } from "./field-names.js";
import { FunctionSource, propertyKey, quote } from "./generated-function.js";
import { longForm } from "./handler-form.js";
import type { JsonReader } from "./json-reader.js";
import { integerRanges } from "./number-text.js";
import { setOwn } from "./own-property.js";
import type { ReaderSlot, ReadValue } from "./read-well-known.js";

/** What a decoder needs to know of its surroundings. */
export interface DecoderContext {
  readonly representation: Representation;
  readonly ignoreUnknownFields: boolean;
  readonly caseInsensitiveFieldNames: boolean;
  /** The reader of a scalar or enum, of one element if the field is repeated, of one entry's value if it is a map. */
  scalarReader(field: protobuf.Field): ReadValue;
  /** Where the reader of a message type is, or will be. */
  slot(type: protobuf.Type): ReaderSlot;
  keyReader(field: protobuf.MapField): (reader: JsonReader) => string;
}

/** What an element reader gives for a value that is left out: an unknown enum name under `ignoreUnknownFields`. */
const skipped = Symbol("skipped");

/**
 * Generate the reader of a message type.
 *
 * For `message Page { string token = 1; int32 size = 2; }` it is about this:
 *
 *     return function read(r, whenNull) {
 *       if (r.text.charCodeAt(r.at) !== 123 && r.takeNull()) return whenNull;
 *       const text = r.text, open = r.at;
 *       let v0 = "", v1 = 0, seen0 = 0;
 *       if (r.openObject()) do {
 *         const name = r.at, end = r.endOfString();
 *         let field = -1;
 *         switch (end - name - 1) {
 *           case 5: if (text.slice(name + 1, end) === "token") field = 0; break;
 *           case 4: if (text.slice(name + 1, end) === "size") field = 1; break;
 *         }
 *         if (field === -1) { if ((field = findField(r, open)) === -1) continue; } else r.at = end + 1;
 *         r.colon();
 *         switch (field) {
 *           case 0: if (seen0 & 1) r.fail("duplicate", name); seen0 |= 1; v0 = readString(r, ""); break;
 *           case 1: if (seen0 & 2) r.fail("duplicate", name); seen0 |= 2; v1 = readInt32(r, 0); break;
 *         }
 *       } while (r.nextMember());
 *       return { "token": v0, "size": v1 };
 *     };
 */
export function compileDecoder(type: protobuf.Type, context: DecoderContext): ReadValue {
  const source = new FunctionSource();
  const fields = type.fieldsArray.map((field) => field.resolve());
  const parts = fields.map((field, index) => new FieldPart(field, index, source, context));
  const seenCount = Math.ceil(fields.length / 31);
  const oneofs = [...new Set(fields.map(oneofOf).filter((oneof) => oneof !== undefined))];
  const indexes = new Map([...fieldsByName(type)].map(([name, field]) => [name, fields.indexOf(field)]));
  const find = source.constant(compileNameFinder(indexes));
  const findSlowly = source.constant(slowFieldFinder(indexes, context));

  for (const part of parts) part.declareReader();
  source.line("return function read(r, whenNull) {");
  source.line("if (r.text.charCodeAt(r.at) !== 123 && r.takeNull()) return whenNull;");
  source.line("const text = r.text, open = r.at;");
  for (const part of parts) source.line(`let ${part.variable} = ${part.initial};`);
  for (const [i] of oneofs.entries()) source.line(`let o${i};`);
  for (let i = 0; i < seenCount; i++) source.line(`let seen${i} = 0;`);
  const heads = fields.map((field) => `${quote(jsonName(field))}:`);
  const first = source.constant(heads.map((head) => head.slice(0, 12)));
  const rest = source.constant(heads.map((head) => head.slice(12)));
  const after = source.constant(heads.map((_, i) => (i + 1) % heads.length));
  source.line("let expected = 0;");
  source.line("if (r.openObject()) do {");
  source.line("const name = r.at;");
  source.line(`let field = expected; const f = ${first}[field], e = ${rest}[field], l = name + f.length;`);
  source.line(`if (text.slice(name, l) === f && (e.length === 0 || text.slice(l, l + e.length) === e)) {`);
  source.line("r.at = l + e.length; if (text.charCodeAt(r.at) <= 32) r.skipSpace();");
  source.line("} else {");
  source.line("const end = r.endOfString();");
  source.line(`field = end === -1 ? -1 : ${find}(text, name + 1, end);`);
  source.line(`if (field === -1) { if ((field = ${findSlowly}(r, open)) === -1) continue; } else r.at = end + 1;`);
  source.line("r.colon();");
  source.line("}");
  source.line(`expected = ${after}[field];`);
  source.line("switch (field) {");
  for (const part of parts) {
    const oneof = oneofOf(part.field);
    source.line(`case ${part.index}:`);
    part.writeCase(oneof && `o${oneofs.indexOf(oneof)}`);
    source.line("break;");
  }
  source.line("}");
  source.line("} while (r.nextMember());");
  writeResult(source, parts, oneofs, context.representation);
  source.line("};");
  // The source returns a function of this type.
  return source.compile() as ReadValue;
}

/** Generate the reader of one field as a whole, for where HTTP carries it alone. */
export function compileFieldDecoder(field: protobuf.Field, context: DecoderContext): ReadValue {
  const source = new FunctionSource();
  const part = new FieldPart(field.resolve(), 0, source, context);
  part.declareReader();
  source.line(`return function read(r) { const v0 = ${part.read(part.initial)}; return ${part.result("v0")}; };`);
  return source.compile() as ReadValue;
}

/** The pieces of generated code that belong to one field. */
class FieldPart {
  readonly field: protobuf.Field;
  readonly index: number;
  readonly variable: string;
  readonly #source: FunctionSource;
  readonly #context: DecoderContext;

  constructor(field: protobuf.Field, index: number, source: FunctionSource, context: DecoderContext) {
    this.field = field;
    this.index = index;
    this.variable = `v${index}`;
    this.#source = source;
    this.#context = context;
  }

  /** Fields without presence start with their default, all others with `undefined`. */
  get initial(): string {
    return this.#isImplicit ? this.#default : "undefined";
  }

  /** Lists and maps get a function of their own, so that the engine can learn what each of them holds. */
  declareReader(): void {
    if (this.field instanceof protobuf.MapField) this.#declareMapReader(this.field);
    else if (this.field.repeated) this.#declareListReader();
  }

  /** An expression that reads the field's value; `null` in the text gives `whenNull`. */
  read(whenNull: string): string {
    if (this.field.map || this.field.repeated) return `read${this.index}(r)`;
    return this.#readElement(whenNull);
  }

  writeCase(oneofVariable: string | undefined): void {
    const { field, index, variable } = this;
    const seen = `seen${Math.floor(index / 31)}`;
    const bit = 1 << (index % 31);
    this.#source.line(`if (${seen} & ${bit}) r.fail("duplicate", name); ${seen} |= ${bit};`);
    this.#source.line(`${variable} = ${this.read(this.initial)};`);
    if (oneofVariable === undefined) return;
    this.#source.line(`if (${variable} !== undefined) {`);
    this.#source.line(`if (${oneofVariable} !== undefined) r.fail("oneof", name, ${quote(field.partOf!.name)});`);
    this.#source.line(`${oneofVariable} = ${quote(field.name)}; }`);
  }

  /** Whether a message in this representation has the property when the field is not set. */
  get isAlwaysThere(): boolean {
    const { defaults, arrays, objects } = this.#context.representation;
    if (this.field.partOf !== null) return false;
    return defaults || (this.field.repeated && arrays) || (this.field.map && objects);
  }

  /** What the handler sees for a value that was read, or for `undefined`. */
  result(variable: string): string {
    if (!this.isAlwaysThere || this.#isImplicit) return variable;
    return `${variable} === undefined ? ${this.#default} : ${variable}`;
  }

  /** Whether a value was read that a binary message would carry. */
  get isSet(): string {
    const { field, variable } = this;
    if (!this.#isImplicit) return `${variable} !== undefined`;
    if (field.bytes) return `${variable}.length !== 0`;
    if (field.type === "double" || field.type === "float") return `!Object.is(${variable}, 0)`;
    if (field.long && this.#context.representation.longs === undefined) return `!${variable}.isZero()`;
    return `${variable} !== ${this.#default}`;
  }

  get #isImplicit(): boolean {
    const { field } = this;
    return !field.hasPresence && !field.repeated && !field.map && !(field.resolvedType instanceof protobuf.Type);
  }

  /** An expression for what the handler sees when the field is not set, as `Type.toObject` has it. */
  get #default(): string {
    const { field } = this;
    const { representation } = this.#context;
    if (field.map) return "{}";
    if (field.repeated) return "[]";
    if (field.resolvedType instanceof protobuf.Type) return "null";
    if (field.resolvedType instanceof protobuf.Enum) {
      const name = field.resolvedType.valuesById[field.typeDefault];
      return representation.enums === String && name !== undefined ? quote(name) : String(field.typeDefault);
    }
    if (field.long) return this.#longDefault;
    if (field.bytes) return this.#bytesDefault;
    if (typeof field.typeDefault === "string") return quote(field.typeDefault);
    return Object.is(field.typeDefault, -0) ? "-0" : String(field.typeDefault);
  }

  get #longDefault(): string {
    const { representation } = this.#context;
    const isUnsigned = integerRanges.get(this.field.type)!.isUnsigned;
    const digits = String(this.field.typeDefault);
    if (representation.longs === undefined) return this.#source.constant(longForm(representation, isUnsigned)(digits));
    if (representation.longs === String) return quote(digits);
    return representation.longs === BigInt ? `${digits}n` : String(Number(digits));
  }

  get #bytesDefault(): string {
    const bytes = Buffer.from(this.field.typeDefault as Uint8Array);
    if (this.#context.representation.bytes === String) return quote(bytes.toString("base64"));
    const numbers = `[${Array.from(bytes).join()}]`;
    if (this.#context.representation.bytes === Array) return numbers;
    return bytes.length === 0
      ? this.#source.constant(emptyBytes)
      : `${this.#source.constant(Buffer)}.from(${numbers})`;
  }

  #readElement(whenNull: string): string {
    const { resolvedType } = this.field;
    return resolvedType instanceof protobuf.Type
      ? `${this.#source.constant(this.#context.slot(resolvedType))}.read(r, ${whenNull})`
      : `${this.#source.constant(this.#context.scalarReader(this.field))}(r, ${whenNull})`;
  }

  #declareListReader(): void {
    const source = this.#source;
    source.line(`function read${this.index}(r) {`);
    source.line("if (r.takeNull()) return undefined;");
    source.line("const items = [];");
    source.line("if (r.openArray()) do {");
    this.#writeElement();
    source.line("items.push(item);");
    source.line("} while (r.nextElement());");
    source.line("return items.length === 0 ? undefined : items;");
    source.line("}");
  }

  #declareMapReader(field: protobuf.MapField): void {
    const source = this.#source;
    const readKey = source.constant(this.#context.keyReader(field));
    source.line(`function read${this.index}(r) {`);
    source.line("if (r.takeNull() || !r.openObject()) return undefined;");
    source.line("const map = {};");
    source.line("let isEmpty = true;");
    source.line("do {");
    source.line(`const name = r.at, key = ${readKey}(r);`);
    source.line('if (Object.hasOwn(map, key)) r.fail("duplicate", name);');
    source.line("r.colon();");
    this.#writeElement();
    source.line("isEmpty = false;");
    source.line(field.keyType === "string" ? `${source.constant(setOwn)}(map, key, item);` : "map[key] = item;");
    source.line("} while (r.nextMember());");
    source.line("return isEmpty ? undefined : map;");
    source.line("}");
  }

  /** Read `item`; `null` is refused where it is not a value, and what is to be skipped goes to the next item. */
  #writeElement(): void {
    const source = this.#source;
    if (!takesNull(this.field)) source.line("if (r.text.charCodeAt(r.at) === 110) r.failValue();");
    const isSkippable = this.field.resolvedType instanceof protobuf.Enum && this.#context.ignoreUnknownFields;
    const skip = isSkippable ? source.constant(skipped) : "undefined";
    source.line(`const item = ${this.#readElement(skip)};`);
    if (isSkippable) source.line(`if (item === ${skip}) continue;`);
  }
}

const emptyBytes = Buffer.alloc(0);

/** `null` is a value of these types. */
function takesNull(field: protobuf.Field): boolean {
  const name = field.resolvedType?.fullName;
  return name === ".google.protobuf.Value" || name === ".google.protobuf.NullValue";
}

/** Finds a field whose name has escapes or other letter case; skips what is no field if that is allowed. */
function slowFieldFinder(
  indexes: ReadonlyMap<string, number>,
  context: DecoderContext,
): (reader: JsonReader, open: number) => number {
  const lowerCase = new Map<string, number>();
  if (context.caseInsensitiveFieldNames) {
    for (const [name, index] of indexes) {
      if (!lowerCase.has(name.toLowerCase())) lowerCase.set(name.toLowerCase(), index);
    }
  }
  return (reader, open) => {
    const nameAt = reader.at;
    const name = reader.readString();
    const index = indexes.get(name) ?? lowerCase.get(name.toLowerCase());
    if (index !== undefined) return index;
    if (name === "@type" && open === reader.anyAt) {
      if (nameAt !== reader.typeAt) reader.fail("duplicate", nameAt);
    } else if (!context.ignoreUnknownFields) reader.fail("unknown", nameAt);
    reader.colon();
    reader.skipValue();
    return -1;
  };
}

function writeResult(
  source: FunctionSource,
  parts: readonly FieldPart[],
  oneofs: readonly protobuf.OneOf[],
  representation: Representation,
): void {
  const [always, sometimes] = [true, false].map((isAlwaysThere) =>
    parts.filter((part) => part.isAlwaysThere === isAlwaysThere),
  ) as [FieldPart[], FieldPart[]];
  const properties = always.map((part) => `${propertyKey(part.field.name)}: ${part.result(part.variable)}`);
  source.line(`const message = { ${properties.join(", ")} };`);
  for (const part of sometimes) {
    source.line(`if (${part.isSet}) message[${quote(part.field.name)}] = ${part.variable};`);
  }
  if (representation.oneofs) {
    for (const [i, oneof] of oneofs.entries()) {
      source.line(`if (o${i} !== undefined) message[${quote(oneof.name)}] = o${i};`);
    }
  }
  source.line("return message;");
}
