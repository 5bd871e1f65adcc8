import protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import { type FunctionSource, quote } from "./generated-function.js";
import { longForm, wireRepresentation } from "./handler-form.js";
import type { JsonReader } from "./json-reader.js";
import { integerRanges } from "./number-text.js";
import { setOwn } from "./own-property.js";
import type { LazyReader, ReadValue } from "./read-value.js";

/** What a decoder needs to know of its surroundings. */
export interface DecoderContext {
  readonly representation: Representation;
  readonly ignoreUnknownFields: boolean;
  readonly caseInsensitiveFieldNames: boolean;
  /** The reader of a scalar or enum, of one element if the field is repeated, of one entry's value if it is a map. */
  scalarReader(field: protobuf.Field): ReadValue;
  messageReader(type: protobuf.Type): LazyReader;
  keyReader(field: protobuf.MapField): (reader: JsonReader) => string;
}

/** What an element reader gives for a value that is left out: an unknown enum name under `ignoreUnknownFields`. */
const skipped = Symbol("skipped");

/** The pieces of a generated decoder that belong to one field. */
export class FieldReader {
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
    this.#source.line(
      `if (${oneofVariable} !== undefined) r.fail("oneof", name, ${quote(field.partOf!.name)});`,
    );
    this.#source.line(`${oneofVariable} = ${quote(field.name)}; }`);
  }

  /** Whether a message in this representation has the property when the field is not set. */
  get isAlwaysThere(): boolean {
    const { defaults, arrays, objects } = this.#context.representation;
    if (this.field.partOf !== null) return false;
    // No binary message is without it.
    if (this.field.required && !(this.field.resolvedType instanceof protobuf.Type)) return true;
    return defaults || (this.field.repeated && arrays) || (this.field.map && objects);
  }

  /** What the handler sees for a value that was read, or for `undefined`. */
  result(variable: string): string {
    if (!this.isAlwaysThere || this.#isImplicit) return variable;
    return `${variable} === undefined ? ${this.#default} : ${variable}`;
  }

  /** Whether bytes cannot be made of a message that leaves the field out: other required fields have a default. */
  get isMissed(): boolean {
    const { required, resolvedType } = this.field;
    return (
      required && resolvedType instanceof protobuf.Type && this.#context.representation === wireRepresentation
    );
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
    return (
      !field.hasPresence && !field.repeated && !field.map && !(field.resolvedType instanceof protobuf.Type)
    );
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
      return representation.enums === String && name !== undefined
        ? quote(name)
        : `${Number(field.typeDefault)}`;
    }
    if (field.long) return this.#longDefault;
    if (field.bytes) return this.#bytesDefault;
    if (field.type === "string") return quote(String(field.typeDefault));
    if (field.type === "bool") return field.typeDefault === true ? "true" : "false";
    return Object.is(field.typeDefault, -0) ? "-0" : `${Number(field.typeDefault)}`;
  }

  get #longDefault(): string {
    const { representation } = this.#context;
    const isUnsigned = integerRanges.get(this.field.type)!.isUnsigned;
    const digits = String(this.field.typeDefault);
    if (representation.longs === undefined)
      return this.#source.constant(longForm(representation, isUnsigned)(digits));
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
    if (!(resolvedType instanceof protobuf.Type)) {
      return `${this.#source.constant(this.#context.scalarReader(this.field))}(r, ${whenNull})`;
    }
    const reader = this.#source.constant(this.#context.messageReader(resolvedType));
    return `(${reader}.made ?? ${reader}.make())(r, ${whenNull})`;
  }

  #declareListReader(): void {
    const source = this.#source;
    source.line(`function read${this.index}(r) {`);
    source.line("if (r.takeNull()) return undefined;");
    source.line("const items = [];");
    // A list is no level of its own: what is in it is one message deeper than what it is in.
    source.line("r.depth--;");
    source.line("if (r.openArray()) do {");
    this.#writeElement();
    source.line("items.push(item);");
    source.line("} while (r.nextElement());");
    source.line("r.depth++;");
    source.line("return items.length === 0 ? undefined : items;");
    source.line("}");
  }

  #declareMapReader(field: protobuf.MapField): void {
    const source = this.#source;
    const readKey = source.constant(this.#context.keyReader(field));
    source.line(`function read${this.index}(r) {`);
    source.line("if (r.takeNull()) return undefined;");
    source.line("const open = r.at;");
    source.line("r.depth--;");
    source.line("if (!r.openObject()) { r.depth++; return undefined; }");
    source.line("const map = {};");
    source.line("let entries = 0, keys = 0, isEmpty = true;");
    source.line("do {");
    source.line(`const key = ${readKey}(r);`);
    source.line("entries++;");
    source.line("r.colon();");
    this.#writeElement();
    source.line("isEmpty = false;");
    source.line(
      field.keyType === "string" ? `${source.constant(setOwn)}(map, key, item);` : "map[key] = item;",
    );
    source.line("} while (r.nextMember());");
    source.line("r.depth++;");
    // To count them all costs less than to look for each.
    source.line("for (const key in map) keys++;");
    source.line(`if (keys !== entries) ${source.constant(failDuplicate)}(r, open, ${readKey});`);
    source.line("return isEmpty ? undefined : map;");
    source.line("}");
  }

  /** Read `item`; `null` is refused where it is not a value, and what is to be skipped goes to the next item. */
  #writeElement(): void {
    const source = this.#source;
    if (!takesNull(this.field)) source.line("if (r.chars[r.at] === 110) r.failValue();");
    const isSkippable = this.field.resolvedType instanceof protobuf.Enum && this.#context.ignoreUnknownFields;
    const skip = isSkippable ? source.constant(skipped) : "undefined";
    source.line(`const item = ${this.#readElement(skip)};`);
    if (isSkippable) source.line(`if (item === ${skip}) continue;`);
  }
}

const emptyBytes = Buffer.alloc(0);

/** Read the names of a map once more, and refuse the one that was met before. */
function failDuplicate(reader: JsonReader, open: number, readKey: (reader: JsonReader) => string): void {
  const names = new Set<string>();
  reader.goBack(open, reader.depth - 1);
  reader.openObject();
  do {
    const { at } = reader;
    const key = readKey(reader);
    if (names.has(key)) reader.fail("duplicate", at);
    names.add(key);
    reader.colon();
    reader.skipValue();
  } while (reader.nextMember());
}

/** `null` is a value of these types. */
function takesNull(field: protobuf.Field): boolean {
  const name = field.resolvedType?.fullName;
  return name === ".google.protobuf.Value" || name === ".google.protobuf.NullValue";
}
