import type protobuf from "protobufjs";
import { answerNames } from "../schema/field-names.js";
import { findOneof } from "../schema/find-oneof.js";
import { hasOwnFields } from "../schema/wire-values.js";
import { type EncoderContext, FieldWriter } from "./field-writer.js";
import { FunctionSource } from "./generated-function.js";
import { maxDepth } from "./json-reader.js";
import type { WriteValue } from "./write-scalar.js";

/**
 * Generate the writer of a message type.
 *
 * For `message Page { string token = 1; int32 size = 2; Page next = 3; optional int32 total = 4; }` with
 * `emitDefaults` it is about this, but for `put`, which stands for stores of eight characters each:
 *
 *     return function write(w, start, m, depth) {
 *       let at = start, v, own = true;
 *       if (typeof m !== "object" || m === null) hasOwnFields(m, depth);
 *       v = m.token;
 *       if (depth > 100 || Object.getPrototypeOf(m) !== Object.prototype) own = hasOwnFields(m, depth);
 *       put(',"token":"');
 *       if (v !== undefined && v !== null) at = writeString(w, at, v, depth);
 *       v = m.size;
 *       put('","size":');
 *       if (v !== undefined && v !== null) at = writeInt32(w, at, v, depth); else put("0");
 *       v = m.next;
 *       if (v !== undefined && v !== null) {
 *         put(',"next":');
 *         at = (page.made ?? page.make())(w, at, v, depth + 1);
 *       }
 *       v = m.total;
 *       if (v !== undefined && v !== null && (own || Object.hasOwn(m, "total"))) {
 *         put(',"total":');
 *         at = writeInt32(w, at, v, depth);
 *       }
 *       return w.closeObject(start, at);
 *     };
 */
export function compileEncoder(type: protobuf.Type, context: EncoderContext): WriteValue {
  const source = new FunctionSource();
  const fields = [...answerNames(type)].map(
    ([field, names], index) => new FieldWriter({ field, index, names }, source, context),
  );
  const oneofs = [
    ...new Set(fields.map(({ field }) => findOneof(field)).filter((oneof) => oneof !== undefined)),
  ];
  for (const field of fields) field.declareWriter();
  source.line("return function write(w, start, m, depth) {");
  source.line("let at = start, v, mark, valueAt, own = true;");
  writeCheck(source, fields[0]);
  for (const [i, oneof] of oneofs.entries()) {
    source.line(`let o${i};`);
    const members = fields.filter(({ field }) => findOneof(field) === oneof);
    for (const member of members.sort((a, b) => a.field.id - b.field.id)) member.writeOneofChoice(`o${i}`);
  }
  let tail = "";
  for (const field of fields) {
    const oneof = findOneof(field.field);
    tail = field.writeMember(tail, oneof && `o${oneofs.indexOf(oneof)}`);
  }
  if (tail !== "") source.line("w.bytes[at++] = 34;");
  source.line("return w.closeObject(start, at);");
  source.line("};");
  // The source returns a function of this type.
  return source.compile() as WriteValue;
}

/**
 * Make sure that `m` can be a message, and find out whether its fields are its own. The engine knows the prototype of
 * an object of which a property has just been read, and has to ask for that of all others.
 */
function writeCheck(source: FunctionSource, first: FieldWriter | undefined): void {
  const check = `${source.constant(hasOwnFields)}(m, depth);`;
  if (first === undefined) {
    source.line(check);
    return;
  }
  source.line(`if (typeof m !== "object" || m === null) ${check}`);
  first.loadValue();
  source.line(`if (depth > ${maxDepth} || Object.getPrototypeOf(m) !== Object.prototype) own = ${check}`);
}

/** Generate the writer of one field as a whole, for where HTTP carries it alone. */
export function compileFieldEncoder(field: protobuf.Field, context: EncoderContext): WriteValue {
  const source = new FunctionSource();
  const writer = new FieldWriter({ field: field.resolve(), index: 0, names: [] }, source, context);
  writer.declareWriter();
  source.line("return function write(w, at, v, depth) {");
  writer.writeAlone();
  source.line("return at;");
  source.line("};");
  return source.compile() as WriteValue;
}
