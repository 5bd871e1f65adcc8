import type protobuf from "protobufjs";
import { fieldsByName, jsonName, protoName } from "../schema/field-names.js";
import { findOneof } from "../schema/find-oneof.js";
import type { Representation } from "../schema/representation.js";
import { compileNameFinder } from "./compile-name-finder.js";
import { type DecoderContext, FieldReader } from "./field-reader.js";
import { FunctionSource, propertyKey, quote } from "./generated-function.js";
import type { JsonReader } from "./json-reader.js";
import type { ReadValue } from "./read-value.js";

/**
 * Generate the reader of a message type.
 *
 * For `message Page { string token = 1; int32 size = 2; }` it is about this:
 *
 *     return function read(r, whenNull) {
 *       if (r.chars[r.at] !== 123 && r.takeNull()) return whenNull;
 *       const chars = r.chars, open = r.at;
 *       let v0 = "", v1 = 0, seen0 = 0, previous = 2;
 *       if (r.openObject()) do {
 *         const name = r.at;
 *         let field = ...;                        // which member this is: see writeFieldChoice
 *         previous = field;
 *         switch (field) {
 *           case 0: if (seen0 & 1) r.fail("duplicate", name); seen0 |= 1; v0 = readString(r, ""); break;
 *           case 1: if (seen0 & 2) r.fail("duplicate", name); seen0 |= 2; v1 = readInt32(r, 0); break;
 *         }
 *       } while (r.nextMember());
 *       const message = { token: v0, size: v1 };
 *       return message;
 *     };
 */
export function compileDecoder(type: protobuf.Type, context: DecoderContext): ReadValue {
  const source = new FunctionSource();
  const fields = type.fieldsArray.map((field) => field.resolve());
  const parts = fields.map((field, index) => new FieldReader(field, index, source, context));
  const seenCount = Math.ceil(fields.length / 31);
  const oneofs = [...new Set(fields.map(findOneof).filter((oneof) => oneof !== undefined))];

  for (const part of parts) part.declareReader();
  source.line("return function read(r, whenNull) {");
  source.line("if (r.chars[r.at] !== 123 && r.takeNull()) return whenNull;");
  source.line("const chars = r.chars, open = r.at;");
  for (const part of parts) source.line(`let ${part.variable} = ${part.initial};`);
  for (const [i] of oneofs.entries()) source.line(`let o${i};`);
  for (let i = 0; i < seenCount; i++) source.line(`let seen${i} = 0;`);
  source.line(`let previous = ${fields.length}, others;`);
  source.line("if (r.openObject()) do {");
  source.line("const name = r.at;");
  writeFieldChoice(source, type, context);
  source.line("previous = field;");
  source.line("switch (field) {");
  for (const part of parts) {
    const oneof = findOneof(part.field);
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
  const part = new FieldReader(field.resolve(), 0, source, context);
  part.declareReader();
  source.line(
    `return function read(r) { const v0 = ${part.read(part.initial)}; return ${part.result("v0")}; };`,
  );
  return source.compile() as ReadValue;
}

/** Beyond this many fields the next one is not guessed: the function would become too large for the engine. */
const maxGuessed = 100;

/**
 * Find out which field the member at `name` is, and go to its value.
 *
 * Clients write the members of a message in the same order again and again: the field that came after the previous
 * one last time is tried first, name, quotes and colon at once.
 */
function writeFieldChoice(source: FunctionSource, type: protobuf.Type, context: DecoderContext): void {
  const fields = type.fieldsArray;
  const indexes = new Map([...fieldsByName(type)].map(([name, field]) => [name, fields.indexOf(field)]));
  const find = source.constant(compileNameFinder(indexes));
  const findSlowly = source.constant(slowFieldFinder(indexes, context));
  const skipOther = source.constant(otherSkipper(context));
  // The last entry is for the first member.
  const after = source.constant([...fields, undefined].map((_, i) => (i + 1) % (fields.length + 1)));
  source.line(`let field = ${after}[previous];`);
  source.line("switch (field) {");
  for (const [i, field] of fields.slice(0, maxGuessed).entries()) {
    const member = `${JSON.stringify(jsonName(field))}:`;
    source.line(
      `case ${i}: if (${startsWith(member)}) r.at = name + ${member.length}; else field = -1; break;`,
    );
  }
  source.line("default: field = -1;");
  source.line("}");
  source.line("if (field === -1) {");
  source.line("const end = r.endOfString();");
  source.line(`field = end === -1 ? -1 : ${find}(r.text, name + 1, end);`);
  source.line(`if (field !== -1) r.at = end + 1; else if ((field = ${findSlowly}(r)) === -1) {`);
  source.line(`others = ${skipOther}(r, { open, name, others });`);
  source.line("continue; }");
  source.line(`${after}[previous] = field;`);
  source.line("r.colon();");
  source.line("} else if (chars[r.at] <= 32) r.skipSpace();");
}

/**
 * A condition for some text at `name`. It compares four characters at once, as the bits of one number; what would be
 * no number is never equal, and the member is found like any other.
 */
function startsWith(text: string): string {
  if (text.length < 4) return "false";
  const bytes = Buffer.from(text, "utf16le");
  const last = text.length - 4;
  // The last four overlap with those before.
  const offsets = [...Array.from({ length: Math.ceil(last / 4) }, (_, i) => i * 4), last];
  return offsets
    .map((at) => `r.view.getFloat64((name + ${at}) * 2, true) === ${bytes.readDoubleLE(at * 2)}`)
    .join(" && ");
}

/** Finds a field whose name has escapes or other letter case, and leaves the cursor after the name. */
function slowFieldFinder(
  indexes: ReadonlyMap<string, number>,
  context: DecoderContext,
): (reader: JsonReader) => number {
  const lowerCase = new Map<string, number>();
  if (context.caseInsensitiveFieldNames) {
    for (const [name, index] of indexes) {
      if (!lowerCase.has(name.toLowerCase())) lowerCase.set(name.toLowerCase(), index);
    }
  }
  return (reader) => {
    const name = reader.readString();
    return indexes.get(name) ?? lowerCase.get(name.toLowerCase()) ?? -1;
  };
}

/** A member that is no field. */
interface OtherMember {
  /** Where the message begins, and where the name of the member does. */
  readonly open: number;
  readonly name: number;
  /** The names of those that have been skipped in this message. */
  readonly others: Set<string> | undefined;
}

/** Skips a member that is no field, if that is allowed; gives the names of all that have been skipped. */
function otherSkipper({ ignoreUnknownFields }: DecoderContext) {
  return (reader: JsonReader, { open, name: nameAt, others = new Set() }: OtherMember): Set<string> => {
    reader.at = nameAt;
    const name = reader.readString();
    reader.colon();
    const isType = name === "@type" && open === reader.anyAt;
    if (!isType && !ignoreUnknownFields) reader.fail("unknown", nameAt);
    if (isType ? nameAt !== reader.typeAt : others.has(name)) reader.fail("duplicate", nameAt);
    others.add(name);
    reader.skipValue();
    return others;
  };
}

function writeResult(
  source: FunctionSource,
  parts: readonly FieldReader[],
  oneofs: readonly protobuf.OneOf[],
  representation: Representation,
): void {
  const [always, sometimes] = [true, false].map((isAlwaysThere) =>
    parts.filter((part) => part.isAlwaysThere === isAlwaysThere),
  ) as [FieldReader[], FieldReader[]];
  const properties = always.map((part) => `${propertyKey(part.field.name)}: ${part.result(part.variable)}`);
  source.line(`const message = { ${properties.join(", ")} };`);
  for (const { isMissed, variable, field } of parts) {
    if (isMissed)
      source.line(`if (${variable} === undefined) r.fail("required", open, ${quote(protoName(field))});`);
  }
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
