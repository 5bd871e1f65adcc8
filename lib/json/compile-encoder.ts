import protobuf from "protobufjs";
import { jsonName, namesOf, oneofOf, protoName } from "./field-names.js";
import { FunctionSource, quote } from "./generated-function.js";
import { maxDepth } from "./json-reader.js";
import { type Writer, type WriteValue, WrongValue } from "./write-scalar.js";

/** What an encoder needs to know of its surroundings. */
export interface EncoderContext {
  readonly emitDefaults: boolean;
  readonly protoFieldNames: boolean;
  /** The writer of a scalar or enum, of one element if the field is repeated, of one entry's value if it is a map. */
  scalarWriter(field: protobuf.Field): Writer;
  /** Where the writer of a message type is, or will be: it is compiled when it is first called. */
  slot(type: protobuf.Type): Writer;
  /** Writes the name of a map's entry, without its quotes. */
  keyWriter(field: protobuf.MapField): (key: unknown) => string;
}

/**
 * Generate the writer of a message type.
 *
 * For `message Page { string token = 1; int32 size = 2; Page next = 3; }` with `emitDefaults` it is about this:
 *
 *     return function write(m, depth) {
 *       const isPlain = checkMessage(m, depth);
 *       let v, text, json = "";
 *       v = m.token;
 *       json += '{"token":"' + (v === undefined || v === null ? "" : writeString(v));
 *       v = m.size;
 *       json += '","size":' + (v === undefined || v === null ? "0" : writeInt32(v));
 *       v = m.next;
 *       if (v !== undefined && v !== null && (isPlain || Object.hasOwn(m, "next"))) {
 *         json += ',"next":' + slot.write(v, depth + 1);
 *       }
 *       return json + "}";
 *     };
 */
export function compileEncoder(type: protobuf.Type, context: EncoderContext): WriteValue {
  const source = new FunctionSource();
  const parts = type.fieldsArray.map(
    (field, index) => new FieldPart(field.resolve(), index, source, context),
  );
  for (const part of parts) part.declareWriter();
  source.line("return function write(m, depth) {");
  source.line(`const isPlain = ${source.constant(checkMessage)}(m, depth);`);
  source.line('let v, text, json = "";');
  const oneofs = [
    ...new Set(parts.map((part) => oneofOf(part.field)).filter((oneof) => oneof !== undefined)),
  ];
  for (const [i, oneof] of oneofs.entries()) {
    source.line(`let o${i};`);
    const members = parts.filter((part) => oneofOf(part.field) === oneof);
    for (const part of members.sort((a, b) => a.field.id - b.field.id)) part.writeOneofChoice(`o${i}`);
  }
  let before: TextBefore = { members: "none", tail: "" };
  for (const part of parts) {
    const oneof = oneofOf(part.field);
    before = part.writeMember(oneof && `o${oneofs.indexOf(oneof)}`, before);
  }
  const end = quote(`${before.tail}}`);
  source.line(
    before.members === "some" ? `return json + ${end};` : 'return json === "" ? "{}" : json + "}";',
  );
  source.line("};");
  // The source returns a function of this type.
  return source.compile() as WriteValue;
}

/** Generate the writer of one field as a whole, for where HTTP carries it alone. */
export function compileFieldEncoder(field: protobuf.Field, context: EncoderContext): WriteValue {
  const source = new FunctionSource();
  const part = new FieldPart(field.resolve(), 0, source, context);
  part.declareWriter();
  source.line("return function write(v, depth) {");
  source.line(`return v === undefined || v === null ? ${quote(part.unsetJson)} : ${part.writeJson("v")};`);
  source.line("};");
  return source.compile() as WriteValue;
}

/** What has been written when the next member begins, as far as it is known beforehand. */
interface TextBefore {
  readonly members: "none" | "maybe" | "some";
  /** The closing quote of the last value, which is written together with what follows. */
  readonly tail: string;
}

/** Whether a message is a plain object, where all properties are its own; others may have defaults on their prototype. */
function checkMessage(message: unknown, depth: number): boolean {
  if (typeof message !== "object" || message === null || Array.isArray(message))
    throw new WrongValue(message);
  if (depth > maxDepth) throw new WrongValue(message, `it is nested deeper than ${maxDepth} levels`);
  return Object.getPrototypeOf(message) === Object.prototype;
}

/** The pieces of generated code that belong to one field. */
class FieldPart {
  readonly field: protobuf.Field;
  readonly #index: number;
  readonly #source: FunctionSource;
  readonly #context: EncoderContext;
  readonly #writer: Writer;

  constructor(field: protobuf.Field, index: number, source: FunctionSource, context: EncoderContext) {
    this.field = field;
    this.#index = index;
    this.#source = source;
    this.#context = context;
    const { resolvedType } = field;
    this.#writer =
      resolvedType instanceof protobuf.Type ? context.slot(resolvedType) : context.scalarWriter(field);
  }

  /** Lists and maps get a function of their own, so that the engine can learn what each of them holds. */
  declareWriter(): void {
    if (this.field instanceof protobuf.MapField) this.#declareMapWriter(this.field);
    else if (this.field.repeated) this.#declareListWriter();
  }

  /** Of several members of a oneof that are set, the last one counts, as in a binary message. */
  writeOneofChoice(variable: string): void {
    this.#loadValue();
    this.#source.line(`if (${this.#isSet}) ${variable} = ${this.field.id};`);
  }

  writeMember(oneofVariable: string | undefined, before: TextBefore): TextBefore {
    this.#loadValue();
    const quoteMark = this.#isQuoted ? '"' : "";
    if (this.#context.emitDefaults && !this.#hasPresence) {
      const value = `(v === undefined || v === null ? ${quote(this.#unset)} : ${this.#write("v")})`;
      this.#source.line(`json += ${this.#head(before)} + ${value};`);
      return { members: "some", tail: quoteMark };
    }
    if (before.tail !== "") this.#source.line(`json += ${quote(before.tail)};`);
    const now: TextBefore = { members: before.members === "none" ? "maybe" : before.members, tail: "" };
    const end = quoteMark && ` + ${quote(quoteMark)}`;
    const head = this.#head({ ...before, tail: "" });
    if (this.#hasPresence) {
      const isSet = oneofVariable === undefined ? this.#isSet : `${oneofVariable} === ${this.field.id}`;
      this.#source.line(`if (${isSet}) json += ${head} + ${this.#write("v")}${end};`);
    } else {
      const isSet = `v !== undefined && v !== null && (text = ${this.#write("v")}) !== ${quote(this.#unset)}`;
      this.#source.line(`if (${isSet}) json += ${head} + text${end};`);
    }
    return now;
  }

  /** The whole value of the field as complete JSON. */
  writeJson(value: string): string {
    return this.#isQuoted ? `'"' + ${this.#write(value)} + '"'` : this.#write(value);
  }

  /** The JSON of the field when it is not set. */
  get unsetJson(): string {
    if (this.#hasPresence) return "null";
    return this.#isQuoted ? `"${this.#unset}"` : this.#unset;
  }

  /** Lists and maps are written by their functions, quotes and all. */
  get #isQuoted(): boolean {
    return this.#writer.isQuoted && !this.field.repeated && !this.field.map;
  }

  /** What `#write` gives for a field without presence that is not set. */
  get #unset(): string {
    if (this.field.map) return "{}";
    return this.field.repeated ? "[]" : this.#writer.write(this.field.typeDefault, 0);
  }

  /** What stands before the value: the separator, the name, and the quote if the value has one. */
  #head({ members, tail }: TextBefore): string {
    const name = quote(this.#context.protoFieldNames ? protoName(this.field) : jsonName(this.field));
    const start = `${name}:${this.#isQuoted ? '"' : ""}`;
    const [first, next] = [quote(`{${start}`), quote(`${tail},${start}`)];
    return { none: first, maybe: `(json === "" ? ${first} : ${next})`, some: next }[members];
  }

  /** An expression for the text of the whole value. */
  #write(value: string): string {
    const { repeated, map } = this.field;
    return repeated || map ? `write${this.#index}(${value}, depth)` : this.#writeElement(value);
  }

  #writeElement(value: string): string {
    return this.field.resolvedType instanceof protobuf.Type
      ? `${this.#source.constant(this.#writer)}.write(${value}, depth + 1)`
      : `${this.#source.constant(this.#writer.write)}(${value}, depth)`;
  }

  get #hasPresence(): boolean {
    const { field } = this;
    return (
      Boolean(field.hasPresence) ||
      (!field.repeated && !field.map && field.resolvedType instanceof protobuf.Type)
    );
  }

  /** Set `v` from the field's name in handlers, or else from its other names. */
  #loadValue(): void {
    for (const [i, name] of namesOf(this.field).entries()) {
      // What every object inherits is not a field.
      const value =
        name in Object.prototype
          ? `Object.hasOwn(m, ${quote(name)}) ? m[${quote(name)}] : undefined`
          : `m[${quote(name)}]`;
      this.#source.line(i === 0 ? `v = ${value};` : `if (v === undefined) v = ${value};`);
    }
  }

  /** Whether `v`, which has been loaded, was set by the handler and is no default of a prototype. */
  get #isSet(): string {
    const owns = namesOf(this.field)
      .map((name) => `Object.hasOwn(m, ${quote(name)})`)
      .join(" || ");
    return `v !== undefined && v !== null && (isPlain || ${owns})`;
  }

  #declareListWriter(): void {
    const source = this.#source;
    const mark = this.#writer.isQuoted ? '"' : "";
    source.line(`function write${this.#index}(items, depth) {`);
    source.line(`if (!Array.isArray(items)) throw new ${source.constant(WrongValue)}(items);`);
    source.line("const length = items.length;");
    source.line('if (length === 0) return "[]";');
    source.line(`let json = ${quote(`[${mark}`)} + ${this.#writeElement("items[0]")};`);
    source.line("for (let i = 1; i < length; i++)");
    source.line(`json += ${quote(`${mark},${mark}`)} + ${this.#writeElement("items[i]")};`);
    source.line(`return json + ${quote(`${mark}]`)};`);
    source.line("}");
  }

  #declareMapWriter(field: protobuf.MapField): void {
    const source = this.#source;
    const writeKey = source.constant(this.#context.keyWriter(field));
    const mark = this.#writer.isQuoted ? '"' : "";
    const entry = (key: string, value: string) =>
      `json += (json === "" ? '{"' : ${quote(`${mark},"`)}) + ${writeKey}(${key}) + ${quote(`":${mark}`)} + ${this.#writeElement(value)};`;
    source.line(`function write${this.#index}(map, depth) {`);
    source.line('let json = "";');
    source.line(`if (map instanceof Map) for (const [key, value] of map) ${entry("key", "value")}`);
    source.line(`else for (const key of ${source.constant(keysOf)}(map)) ${entry("key", "map[key]")}`);
    source.line(`return json === "" ? "{}" : json + ${quote(`${mark}}`)};`);
    source.line("}");
  }
}

function keysOf(map: unknown): string[] {
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw new WrongValue(map);
  return Object.keys(map);
}
