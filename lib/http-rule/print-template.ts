import type protobuf from "protobufjs";
import type { Segment, Template, Variable } from "./template.js";

/**
 * Print a template in its one canonical form, from which `parseTemplate` reads the same template again.
 *
 *     printTemplate(parseTemplate("/v1/{name=*}/caf%c3%a9"))     // "/v1/{name}/caf%C3%A9"
 */
export function printTemplate(template: Template): string {
  const printed: string[] = [];
  let next = 0;
  for (const variable of template.variables) {
    printed.push(
      ...template.segments.slice(next, variable.start).map(printSegment),
      printVariable(template, variable),
    );
    next = variable.end;
  }
  printed.push(...template.segments.slice(next).map(printSegment));
  return joinPath(printed, template.verb);
}

/**
 * The requests that a template takes, without the names of its variables: templates of one shape take the same.
 *
 *     templateShape(parseTemplate("/v1/{name=shelves/*}:merge"))     // "/v1/shelves/*:merge"
 */
export function templateShape(template: Template): string {
  return joinPath(template.segments.map(printSegment), template.verb);
}

/**
 * The name of a variable, as its template has it.
 *
 *     printFieldPath([book, name])     // "book.name"
 */
export function printFieldPath(fields: readonly protobuf.Field[]): string {
  return fields.map((field) => field.protoName).join(".");
}

function joinPath(segments: readonly string[], verb: string | undefined): string {
  return `/${segments.join("/")}${verb === undefined ? "" : `:${printLiteral(verb)}`}`;
}

function printVariable({ segments }: Template, { fieldPath, start, end }: Variable): string {
  const name = fieldPath.join(".");
  if (end - start === 1 && segments[start]?.kind === "wildcard") return `{${name}}`;
  return `{${name}=${segments.slice(start, end).map(printSegment).join("/")}}`;
}

function printSegment(segment: Segment): string {
  if (segment.kind === "literal") return printLiteral(segment.value);
  return segment.kind === "wildcard" ? "*" : "**";
}

/** Everything is escaped that a path or a template gives a meaning to: a colon could be taken for a verb's. */
function printLiteral(value: string): string {
  return encodeURIComponent(value)
    .replace(/\*/g, "%2A")
    .replace(/%(?:24|26|2B|2C|3B|3D|40)/g, decodeURIComponent);
}
