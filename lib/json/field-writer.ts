import protobuf from "protobufjs";
import { jsonName, protoName } from "../schema/field-names.js";
import { isWrittenAsString } from "../schema/well-known.js";
import { keysOf, toList } from "../schema/wire-values.js";
import { entriesByText } from "./entries-by-text.js";
import { type FunctionSource, quote } from "./generated-function.js";
import { JsonWriter } from "./json-writer.js";
import { createKeyWriter } from "./write-key.js";
import type { LazyWriter, ValueWriter } from "./write-scalar.js";

/** What an encoder needs to know of its surroundings. */
export interface EncoderContext {
  readonly emitDefaults: boolean;
  readonly protoFieldNames: boolean;
  /** The writer of a scalar or enum, of one element if the field is repeated, of one entry's value if it is a map. */
  scalarWriter(field: protobuf.Field): ValueWriter;
  /** The writer of a message type; of one that is written as a string, what stands between the quotes. */
  messageWriter(type: protobuf.Type): LazyWriter;
}

/** A field, its place among those of its message, and the names under which it is looked for. */
export interface WrittenField {
  readonly field: protobuf.Field;
  readonly index: number;
  readonly names: readonly string[];
}

/** The pieces of a generated encoder that belong to one field. */
export class FieldWriter {
  readonly field: protobuf.Field;
  readonly #index: number;
  readonly #names: readonly string[];
  readonly #source: FunctionSource;
  readonly #context: EncoderContext;
  /** The writer of scalars and enums. */
  readonly #scalar: ValueWriter | undefined;

  constructor({ field, index, names }: WrittenField, source: FunctionSource, context: EncoderContext) {
    this.field = field;
    this.#index = index;
    this.#names = names;
    this.#source = source;
    this.#context = context;
    this.#scalar = field.resolvedType instanceof protobuf.Type ? undefined : context.scalarWriter(field);
  }

  /** Lists and maps get a function of their own, so that the engine can learn what each of them holds. */
  declareWriter(): void {
    if (this.field instanceof protobuf.MapField) this.#declareMapWriter(this.field);
    else if (this.field.repeated) this.#declareListWriter();
  }

  /** Of several members of a oneof that are set, the last one counts, as in a binary message. */
  writeOneofChoice(variable: string): void {
    this.loadValue();
    this.#source.line(`if (${this.#isSet}) ${variable} = ${this.field.id};`);
  }

  /**
   * Write the member after a comma. The closing quote of a value is left to what comes next, where it is known to
   * come: `tail` is that of the previous value, and the result that of this one.
   */
  writeMember(tail: string, oneofVariable: string | undefined): string {
    const source = this.#source;
    if (this.#context.emitDefaults && !this.#hasPresence) {
      this.loadValue();
      this.#put(tail + this.#head);
      source.line("if (v !== undefined && v !== null) {");
      this.#writeValue("v");
      source.line("} else {");
      this.#put(this.#unset);
      source.line("}");
      return this.#mark;
    }
    this.#put(tail);
    if (oneofVariable !== undefined) source.line(`if (${oneofVariable} === ${this.field.id}) {`);
    this.loadValue();
    if (oneofVariable === undefined) source.line(`if (${this.#isSet}) {`);
    if (this.#hasPresence) {
      this.#put(this.#head);
      this.#writeValue("v");
      this.#closeQuote();
    } else this.#writeUnlessDefault();
    source.line("}");
    return "";
  }

  /** The whole value of the field as complete JSON. */
  writeAlone(): void {
    const source = this.#source;
    source.line("if (v === undefined || v === null) {");
    this.#put(this.#hasPresence ? "null" : this.#mark + this.#unset + this.#mark);
    source.line("} else {");
    this.#put(this.#mark);
    this.#writeValue("v");
    this.#put(this.#mark);
    source.line("}");
  }

  /** Whatever form a default has, it is known by what it is written as. */
  #writeUnlessDefault(): void {
    const source = this.#source;
    const enumText = this.#isList ? undefined : this.#scalar?.enumText;
    if (enumText !== undefined) {
      source.line(`const text = ${source.constant(enumText.of)}(v);`);
      source.line(`if (text !== ${source.constant(enumText.unset)}) {`);
      this.#put(this.#head);
      source.line("at = w.putBytes(at, text);");
      source.line("}");
      return;
    }
    const isZero = this.#unset === "0" ? " && w.bytes[valueAt] === 48" : "";
    source.line("mark = at;");
    this.#put(this.#head);
    source.line("valueAt = at;");
    this.#writeValue("v");
    source.line(`if (at === valueAt + ${this.#unset.length}${isZero}) at = mark; else {`);
    this.#closeQuote();
    source.line("}");
  }

  #closeQuote(): void {
    if (this.#mark !== "") this.#source.line("w.bytes[at++] = 34;");
  }

  /** The quotes of the value; lists and maps write those of their elements themselves. */
  get #mark(): string {
    return this.#isList ? "" : this.#elementMark;
  }

  get #elementMark(): string {
    const { resolvedType } = this.field;
    const isQuoted =
      resolvedType instanceof protobuf.Type ? isWrittenAsString(resolvedType) : this.#scalar?.isQuoted;
    return isQuoted ? '"' : "";
  }

  get #head(): string {
    const name = this.#context.protoFieldNames ? protoName(this.field) : jsonName(this.field);
    return `,${JSON.stringify(name)}:${this.#mark}`;
  }

  /** What is written for a field without presence that is not set, without quotes. */
  get #unset(): string {
    if (this.field.map) return "{}";
    if (this.field.repeated) return "[]";
    const writer = new JsonWriter();
    return writer.toString(this.#scalar?.write(writer, 0, this.field.typeDefault, 0) ?? 0);
  }

  #writeValue(value: string): void {
    if (this.#isList) this.#source.line(`at = write${this.#index}(w, at, ${value}, depth);`);
    else this.#writeElement(value);
  }

  #writeElement(value: string): void {
    const source = this.#source;
    const { resolvedType } = this.field;
    if (resolvedType instanceof protobuf.Type) {
      const writer = source.constant(this.#context.messageWriter(resolvedType));
      source.line(`at = (${writer}.made ?? ${writer}.make())(w, at, ${value}, depth + 1);`);
    } else source.line(`at = ${source.constant(this.#scalar?.write)}(w, at, ${value}, depth);`);
  }

  get #hasPresence(): boolean {
    const { field } = this;
    return Boolean(field.hasPresence) || (!this.#isList && field.resolvedType instanceof protobuf.Type);
  }

  /** Set `v` from the field's name in handlers, or else from its other names. */
  loadValue(): void {
    for (const [i, name] of this.#names.entries()) {
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
    const isThere = "v !== undefined && v !== null";
    if (this.#isList) return isThere;
    if (!this.#hasPresence) return this.field.type === "string" ? `${isThere} && v !== ""` : isThere;
    // What prototypes have for messages is `null`.
    if (this.#scalar === undefined) return isThere;
    const owns = this.#names.map((name) => `Object.hasOwn(m, ${quote(name)})`);
    return `${isThere} && (own || ${owns.join(" || ")})`;
  }

  get #isList(): boolean {
    return this.field.repeated || this.field.map;
  }

  #declareListWriter(): void {
    const source = this.#source;
    const mark = this.#elementMark;
    source.line(`function write${this.#index}(w, at, items, depth) {`);
    source.line(`if (!Array.isArray(items)) items = ${source.constant(toList)}(items);`);
    source.line("const length = items.length;");
    source.line('if (length === 0) return w.putAscii(at, "[]");');
    this.#put(`[${mark}`);
    this.#writeElement("items[0]");
    source.line("for (let i = 1; i < length; i++) {");
    this.#put(`${mark},${mark}`);
    this.#writeElement("items[i]");
    source.line("}");
    this.#put(`${mark}]`);
    source.line("return at;");
    source.line("}");
  }

  #declareMapWriter(field: protobuf.MapField): void {
    const source = this.#source;
    const writeKey = source.constant(createKeyWriter(field.keyType));
    const byText = (map: string) => `${source.constant(entriesByText)}(${map}, ${quote(field.keyType)})`;
    source.line(`function write${this.#index}(w, start, map, depth) {`);
    source.line("let at = start;");
    source.line(`if (map instanceof Map) for (const [key, value] of ${byText("map")}) {`);
    this.#writeEntry(writeKey, "value");
    source.line("} else {");
    const refuse = source.constant(keysOf);
    source.line(`if (typeof map !== "object" || map === null || Array.isArray(map)) ${refuse}(map);`);
    // The engine knows the place of each property in this loop, and that it is the object's own.
    source.line(
      `for (const key in map) if (${source.constant(Object.prototype.hasOwnProperty)}.call(map, key)) {`,
    );
    const again = `return write${this.#index}(w, start, ${byText("new Map(Object.entries(map))")}, depth);`;
    this.#writeEntry(writeKey, "map[key]", `if (at < 0) ${again}`);
    source.line("} }");
    source.line("return w.closeObject(start, at);");
    source.line("}");
  }

  #writeEntry(writeKey: string, value: string, check = ""): void {
    const mark = this.#elementMark;
    this.#put(',"');
    this.#source.line(`at = ${writeKey}(w, at, key, depth); ${check}`);
    this.#put(`":${mark}`);
    this.#writeElement(value);
    this.#put(mark);
  }

  /**
   * Store constant text, up to eight bytes at a time; no UTF-8 is a NaN, whose bits the engine might change. What is
   * stored beyond the end is written over.
   */
  #put(text: string): void {
    if (text === "") return;
    const bytes = Buffer.from(text);
    const words = Buffer.alloc(Math.ceil(bytes.length / 8) * 8);
    bytes.copy(words);
    const stores: string[] = [];
    for (let i = 0; i < bytes.length; i += 8) {
      const isShort = bytes.length - i <= 4;
      const store = isShort
        ? `setInt32(at + ${i}, ${words.readInt32LE(i)}`
        : `setFloat64(at + ${i}, ${words.readDoubleLE(i)}`;
      stores.push(`view.${store}, true);`);
    }
    this.#source.line(`w.reserve(at, at + ${bytes.length});`);
    this.#source.line(`{ const { view } = w; ${stores.join(" ")} } at += ${bytes.length};`);
    if (bytes.length !== text.length) this.#source.line("w.isAscii = false;");
  }
}
