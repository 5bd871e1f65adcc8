import protobuf from "protobufjs";
import { jsonName, oneofOf, protoName } from "./field-names.js";
import { FunctionSource, quote } from "./generated-function.js";
import { maxDepth } from "./json-reader.js";
import { type WriteValue, WrongValue } from "./write-scalar.js";
import type { WriterSlot } from "./write-well-known.js";

/** What an encoder needs to know of its surroundings. */
export interface EncoderContext {
  readonly emitDefaults: boolean;
  readonly protoFieldNames: boolean;
  /** The writer of a scalar or enum, of one element if the field is repeated, of one entry's value if it is a map. */
  scalarWriter(field: protobuf.Field): WriteValue;
  slot(type: protobuf.Type): WriterSlot;
  keyWriter(field: protobuf.MapField): (key: unknown) => string;
}

/**
 * Generate the writer of a message type.
 *
 * For `message Page { string token = 1; optional int32 size = 2; }` with `emitDefaults` it is about this:
 *
 *     return function write(m, depth) {
 *       const isPlain = checkMessage(m, depth);
 *       let v, json = "";
 *       v = m.token;
 *       json += '{"token":' + (v === undefined || v === null ? '""' : writeString(v));
 *       v = m.size;
 *       if (v !== undefined && v !== null && (isPlain || Object.hasOwn(m, "size"))) json += ',"size":' + writeInt32(v);
 *       return json + "}";
 *     };
 */
export function compileEncoder(type: protobuf.Type, context: EncoderContext): WriteValue {
  const source = new FunctionSource();
  const parts = type.fieldsArray.map((field, index) => new FieldPart(field.resolve(), index, source, context));
  for (const part of parts) part.declareWriter();
  source.line("return function write(m, depth) {");
  source.line(`const isPlain = ${source.constant(checkMessage)}(m, depth);`);
  source.line('let v, text, json = "";');
  const oneofs = [...new Set(parts.map((part) => oneofOf(part.field)).filter((oneof) => oneof !== undefined))];
  for (const [i, oneof] of oneofs.entries()) {
    source.line(`let o${i};`);
    const members = parts.filter((part) => oneofOf(part.field) === oneof);
    for (const part of members.sort((a, b) => a.field.id - b.field.id)) part.writeOneofChoice(`o${i}`);
  }
  let state: "empty" | "maybe" | "some" = "empty";
  for (const part of parts) {
    const oneof = oneofOf(part.field);
    part.writeMember(oneof && `o${oneofs.indexOf(oneof)}`, state);
    if (part.isAlwaysWritten) state = "some";
    else if (state === "empty") state = "maybe";
  }
  source.line(state === "some" ? 'return json + "}";' : 'return json === "" ? "{}" : json + "}";');
  source.line("};");
  return source.compile() as WriteValue;
}

/** Generate the writer of one field as a whole, for where HTTP carries it alone. */
export function compileFieldEncoder(field: protobuf.Field, context: EncoderContext): WriteValue {
  const source = new FunctionSource();
  const part = new FieldPart(field.resolve(), 0, source, context);
  part.declareWriter();
  source.line("return function write(v, depth) {");
  source.line(`return v === undefined || v === null ? ${quote(part.unset)} : ${part.write("v")};`);
  source.line("};");
  return source.compile() as WriteValue;
}

/** Whether a message is a plain object, where all properties are its own; others may have defaults on their prototype. */
function checkMessage(message: unknown, depth: number): boolean {
  if (typeof message !== "object" || message === null || Array.isArray(message)) throw new WrongValue(message);
  if (depth > maxDepth) throw new WrongValue(message, `it is nested deeper than ${maxDepth} levels`);
  return Object.getPrototypeOf(message) === Object.prototype;
}

/** The pieces of generated code that belong to one field. */
class FieldPart {
  readonly field: protobuf.Field;
  readonly #index: number;
  readonly #source: FunctionSource;
  readonly #context: EncoderContext;

  constructor(field: protobuf.Field, index: number, source: FunctionSource, context: EncoderContext) {
    this.field = field;
    this.#index = index;
    this.#source = source;
    this.#context = context;
  }

  get isAlwaysWritten(): boolean {
    return this.#context.emitDefaults && !this.#hasPresence;
  }

  /** The JSON of the field when it is not set. */
  get unset(): string {
    if (this.field.map) return "{}";
    if (this.field.repeated) return "[]";
    return this.#hasPresence ? "null" : this.#context.scalarWriter(this.field)(this.field.typeDefault, 0);
  }

  /** Lists and maps get a function of their own, so that the engine can learn what each of them holds. */
  declareWriter(): void {
    if (this.field instanceof protobuf.MapField) this.#declareMapWriter(this.field);
    else if (this.field.repeated) this.#declareListWriter();
  }

  /** An expression that writes the whole value of the field. */
  write(value: string): string {
    return this.field.map || this.field.repeated ? `write${this.#index}(${value}, depth)` : this.#writeElement(value);
  }

  /** Of several members of a oneof that are set, the last one counts, as in a binary message. */
  writeOneofChoice(variable: string): void {
    this.#loadValue();
    this.#source.line(`if (${this.#isSet}) ${variable} = ${this.field.id};`);
  }

  writeMember(oneofVariable: string | undefined, state: "empty" | "maybe" | "some"): void {
    const source = this.#source;
    this.#loadValue();
    const isSet = oneofVariable === undefined ? this.#isSet : `${oneofVariable} === ${this.field.id}`;
    const name = quote(this.#context.protoFieldNames ? protoName(this.field) : jsonName(this.field));
    const [first, next] = [quote(`{${name}:`), quote(`,${name}:`)];
    const head = { empty: first, maybe: `(json === "" ? ${first} : ${next})`, some: next }[state];
    if (this.isAlwaysWritten) {
      source.line(`json += ${head} + (v === undefined || v === null ? ${quote(this.unset)} : ${this.write("v")});`);
    } else if (this.#hasPresence) {
      source.line(`if (${isSet}) json += ${head} + ${this.write("v")};`);
    } else {
      source.line(`if (v !== undefined && v !== null && (text = ${this.write("v")}) !== ${quote(this.unset)})`);
      source.line(`json += ${head} + text;`);
    }
  }

  get #hasPresence(): boolean {
    const { field } = this;
    return Boolean(field.hasPresence) || (!field.repeated && !field.map && field.resolvedType instanceof protobuf.Type);
  }

  /** Set `v` from the field's name in handlers, or else from its other names. */
  #loadValue(): void {
    for (const [i, name] of this.#names.entries()) {
      // What every object inherits is not a field.
      const value = name in Object.prototype ? `Object.hasOwn(m, ${quote(name)}) ? m[${quote(name)}] : undefined` : `m[${quote(name)}]`;
      this.#source.line(i === 0 ? `v = ${value};` : `if (v === undefined) v = ${value};`);
    }
  }

  /** The names under which the field is looked for: that of handlers, of JSON, of the `.proto` file. */
  get #names(): readonly string[] {
    return [...new Set([this.field.name, jsonName(this.field), protoName(this.field)])];
  }

  /** Whether `v`, which has been loaded, was set by the handler and is no default of a prototype. */
  get #isSet(): string {
    const owns = this.#names.map((name) => `Object.hasOwn(m, ${quote(name)})`).join(" || ");
    return `v !== undefined && v !== null && (isPlain || ${owns})`;
  }

  #writeElement(value: string): string {
    const { resolvedType } = this.field;
    return resolvedType instanceof protobuf.Type
      ? `${this.#source.constant(this.#context.slot(resolvedType))}.write(${value}, depth + 1)`
      : `${this.#source.constant(this.#context.scalarWriter(this.field))}(${value}, depth)`;
  }

  #declareListWriter(): void {
    const source = this.#source;
    source.line(`function write${this.#index}(items, depth) {`);
    source.line(`if (!Array.isArray(items)) throw new ${source.constant(WrongValue)}(items);`);
    source.line("const length = items.length;");
    source.line('if (length === 0) return "[]";');
    source.line(`let json = "[" + ${this.#writeElement("items[0]")};`);
    source.line(`for (let i = 1; i < length; i++) json += "," + ${this.#writeElement("items[i]")};`);
    source.line('return json + "]";');
    source.line("}");
  }

  #declareMapWriter(field: protobuf.MapField): void {
    const source = this.#source;
    const entries = source.constant(mapEntries);
    const writeKey = source.constant(this.#context.keyWriter(field));
    source.line(`function write${this.#index}(map, depth) {`);
    source.line('let json = "";');
    source.line(`for (const [key, value] of ${entries}(map))`);
    source.line(
      `json += (json === "" ? "{" : ",") + ${writeKey}(key) + ":" + ${this.#writeElement("value")};`,
    );
    source.line('return json === "" ? "{}" : json + "}";');
    source.line("}");
  }
}

function mapEntries(map: unknown): Iterable<[unknown, unknown]> {
  if (map instanceof Map) return map;
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw new WrongValue(map);
  return Object.entries(map);
}
