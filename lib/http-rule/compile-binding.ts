import type protobuf from "protobufjs";
import type { Report } from "../schema/config-error.js";
import type { HttpRule, Method, Service } from "../schema/schema.js";
import { qualifiedName } from "../schema/walk.js";
import type { Binding, BoundVariable } from "./binding.js";
import { parseTemplate, TemplateError } from "./parse-template.js";
import { printFieldPath } from "./print-template.js";
import { findField, resolveVariableFields, unknownField } from "./resolve-fields.js";
import type { Template, Variable } from "./template.js";

/**
 * Compile the HTTP rules of all methods. Rules with a fault are left out, and every fault is reported.
 *
 *     const bindings = compileBindings(schema.services, (fault) => faults.push(fault));
 *     if (faults.length > 0) throw new ConfigError(faults);
 */
export function compileBindings(services: readonly Service[], report: Report): Binding[] {
  return services
    .flatMap((service) => service.methods)
    .flatMap((method) => method.rules.flatMap((rule) => compileBinding(method, rule, report) ?? []));
}

/**
 * Compile one HTTP rule of a method, or report everything that is wrong with it.
 *
 *     const rule = { httpMethod: "PATCH", template: "/v1/{book.name=books/*}", body: "book", responseBody: "", index: 0 };
 *     compileBinding(updateBook, rule, report)
 *     // { httpMethod: "PATCH", variables: [{ fields: [book, name], span: "many-segments", ... }], body: book, ... }
 *
 * The field of `body` may be the parent of a variable, as here: the path sets that one field of it, the body
 * the others.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/http.proto
 */
export function compileBinding(method: Method, rule: HttpRule, report: Report): Binding | undefined {
  let isFaulty = false;
  const place = { file: method.service.file, method: method.fullName, template: rule.template };
  const fault: Fault = (message, member, column) => {
    isFaulty = true;
    report({ message, ...place, column }, { rule: rule.index, member, column: column ?? 1 });
  };
  const template = readTemplate(rule.template, fault);
  const variables = template === undefined ? [] : compileVariables(template, method.requestType, fault);
  const body = rule.body === "*" ? "*" : resolveTopLevelField("body", rule.body, method.requestType, fault);
  const responseBody = resolveTopLevelField("response_body", rule.responseBody, method.responseType, fault);
  if (typeof body === "object") refuseBoundBody(body, variables, fault);
  if (isFaulty || template === undefined) return undefined;
  return { method, httpMethod: rule.httpMethod, template, variables, body, responseBody, index: rule.index };
}

/** Bind a method at its own path, `POST /greet.v1.Greeter/SayHello`, with the whole message as the body. */
export function bindOwnPath(method: Method, report: Report): Binding | undefined {
  const rule = { httpMethod: "POST", template: method.path, body: "*", responseBody: "", index: 0 };
  return compileBinding(method, rule, report);
}

/** Told what is wrong, in which part of the rule, and at which column of the template. */
type Fault = (message: string, member: "path" | "body" | "response_body", column?: number) => void;

function readTemplate(text: string, fault: Fault): Template | undefined {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    fault(error.message, "path", error.column);
    return undefined;
  }
}

function compileVariables(template: Template, requestType: protobuf.Type, fault: Fault): BoundVariable[] {
  const bound: BoundVariable[] = [];
  for (const variable of template.variables) {
    const fields = resolveVariableFields(requestType, variable.fieldPath, (message, depth) =>
      fault(message, "path", columnOfName(variable, depth)),
    );
    if (fields === undefined) continue;
    for (const earlier of bound) {
      const conflict = findConflict(fields, earlier.fields);
      if (conflict !== undefined) fault(conflict, "path", variable.column);
    }
    bound.push({ fields, span: spanOf(template, variable), start: variable.start, end: variable.end });
  }
  return bound;
}

/** Escapes are not allowed in field paths, so that names are as long in the text as they are here. */
function columnOfName(variable: Variable, depth: number): number {
  return variable.column + variable.fieldPath.slice(0, depth).join(".").length + Math.min(depth, 1);
}

/** Many segments is what the template says, however many a request has. */
function spanOf(template: Template, { start, end }: Variable): BoundVariable["span"] {
  const isOne = end - start === 1 && template.segments[start]?.kind !== "deep-wildcard";
  return isOne ? "one-segment" : "many-segments";
}

/** Why two variables cannot be set by one path. */
function findConflict(later: BoundVariable["fields"], earlier: BoundVariable["fields"]): string | undefined {
  const depth = later.findIndex((field, i) => field !== earlier[i]);
  const field = later[depth];
  const other = earlier[depth === -1 ? later.length : depth];
  if (field === undefined && other === undefined)
    return `field "${printFieldPath(later)}" is in the path twice: remove one`;
  if (field === undefined || other === undefined) {
    return `fields "${printFieldPath(earlier)}" and "${printFieldPath(later)}" are in the path and one is part of the other: remove one`;
  }
  if (field.partOf === null || field.partOf !== other.partOf) return undefined;
  return (
    `fields "${printFieldPath(earlier)}" and "${printFieldPath(later)}" are of one oneof "${field.partOf.name}", ` +
    "which holds one of them: give each a rule of its own in additional_bindings"
  );
}

function resolveTopLevelField(
  member: "body" | "response_body",
  name: string,
  type: protobuf.Type,
  fault: Fault,
): protobuf.Field | undefined {
  if (name === "") return undefined;
  const field = findField(type, name);
  if (field !== undefined) return field;
  const [first = ""] = name.split(".");
  if (name.includes(".") && findField(type, first)) {
    fault(`${member} "${name}" is not at the top level of ${qualifiedName(type)}: write "${first}"`, member);
  } else if (name === "*") {
    fault(`${member} "*" is not a field: leave ${member} out to send the whole message`, member);
  } else {
    fault(`${member}: ${unknownField(type, name)}`, member);
  }
  return undefined;
}

/** Every field has one source: a body that the path leaves nothing of, or rules out, could only be ignored. */
function refuseBoundBody(body: protobuf.Field, variables: readonly BoundVariable[], fault: Fault): void {
  for (const { fields } of variables) {
    const [top] = fields;
    if (top === body && fields.length === 1) {
      fault(`body "${body.protoName}" is in the path already: name another field or leave body out`, "body");
    } else if (top !== body && body.partOf !== null && top.partOf === body.partOf) {
      fault(
        `body "${body.protoName}" and field "${printFieldPath(fields)}" of the path are of one oneof ` +
          `"${body.partOf.name}", which holds one of them: name another field or leave body out`,
        "body",
      );
    }
  }
}
