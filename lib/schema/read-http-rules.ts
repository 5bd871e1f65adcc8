import type protobuf from "protobufjs";
import type { Report, RulePart } from "./config-error.js";
import { readOption } from "./read-option.js";
import { isRecord, toList } from "./record.js";
import type { HttpRule } from "./schema.js";
import { didYouMean } from "./suggest-name.js";
import { fileOf, qualifiedName } from "./walk.js";

/**
 * Read the `google.api.http` annotation of a method: the main rule, then its additional bindings.
 *
 *     rpc GetShelf(GetShelfRequest) returns (Shelf) {
 *       option (google.api.http) = { get: "/v1/{name=shelves/*}" };
 *     }
 *     // [{ httpMethod: "GET", template: "/v1/{name=shelves/*}", body: "", responseBody: "", index: 0 }]
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/http.proto
 */
export function readHttpRules(method: protobuf.Method, report: Report): HttpRule[] {
  const faultHere: RuleFault = (message, template, part) =>
    report({ file: fileOf(method), method: qualifiedName(method), template, message }, part);
  if (!method.parsedOptions && hasFlatAnnotation(method)) {
    faultHere(
      "the HTTP rule has lost its structure in this Root: keep parsedOptions or load the .proto file",
    );
    return [];
  }
  const [annotation, ...others] = readOption(method, "google.api.http");
  if (annotation === undefined) return [];
  if (others.length > 0)
    faultHere("google.api.http is given twice: put further rules into additional_bindings");
  return readHttpRule(annotation, faultHere);
}

/** Told what is wrong with a rule, its template if there is one, and the part that is at fault. */
export type RuleFault = (message: string, template?: string, part?: RulePart) => void;

/** Read one `google.api.HttpRule`, with the names of its fields in either case, and its additional bindings. */
export function readHttpRule(value: unknown, fault: RuleFault): HttpRule[] {
  const main = readRule(value, 0, fault);
  if (main === undefined) return [];
  const additional = main.additionalBindings.flatMap((binding, i) => {
    const read = readRule(binding, i + 1, fault);
    if (read === undefined) return [];
    if (read.additionalBindings.length > 0) {
      fault(
        "additional_bindings within additional_bindings are not allowed: list them side by side",
        read.rule?.template,
        { rule: i + 1, member: "additional_bindings" },
      );
    }
    if (read.rule === undefined && !read.isFaulty) {
      fault(`additional binding ${i + 1} ${noPattern}`, undefined, { rule: i + 1, member: "path" });
    }
    return read.rule ?? [];
  });
  if (main.rule !== undefined) return [main.rule, ...additional];
  if (main.additionalBindings.length === 0 && !main.isFaulty) {
    fault(`the rule ${noPattern}`, undefined, { rule: 0, member: "path" });
  }
  return additional;
}

const noPattern = "has no path: write one of get, put, post, delete, patch or custom";

/** The fields of `google.api.HttpRule`. */
const patternNames = ["get", "put", "post", "delete", "patch", "custom"];
const ruleNames = [...patternNames, "body", "response_body", "additional_bindings", "selector"];

interface ReadRule {
  /** Missing when there is no pattern, or when there was a fault. */
  readonly rule: HttpRule | undefined;
  readonly isFaulty: boolean;
  readonly additionalBindings: readonly unknown[];
}

function readRule(value: unknown, index: number, report: RuleFault): ReadRule | undefined {
  if (!isRecord(value)) {
    report(`the HTTP rule must be a message such as { get: "/v1/shelves" }`);
    return undefined;
  }
  const members = new Map(Object.entries(value).map(([name, member]) => [protoName(name), member]));
  const template = patternNames.map((name) => members.get(name)).find((text) => typeof text === "string");
  let isFaulty = false;
  const fault: MemberFault = (message, member) => {
    isFaulty = true;
    report(message, template, { rule: index, member });
  };

  for (const name of members.keys()) {
    if (!ruleNames.includes(name))
      fault(`unknown name "${name}" in the HTTP rule${didYouMean(name, ruleNames)}`, name);
  }
  const patterns = patternNames.filter((name) => members.has(name));
  const [first, second] = patterns;
  if (second !== undefined) {
    fault(
      `a rule has one path, this one has ${patterns.join(" and ")}: put the others into additional_bindings`,
      second,
    );
  }
  const pattern = first === undefined ? undefined : readPattern(first, members.get(first), fault);
  const body = readText("body", members.get("body"), fault);
  const responseBody = readText("response_body", members.get("response_body"), fault);
  return {
    rule: pattern === undefined || isFaulty ? undefined : { ...pattern, body, responseBody, index },
    isFaulty,
    additionalBindings: toList(members.get("additional_bindings")),
  };
}

/** Told what is wrong with a rule, and which of its members is at fault. */
type MemberFault = (message: string, member: string) => void;

function readPattern(
  name: string,
  value: unknown,
  fault: MemberFault,
): Pick<HttpRule, "httpMethod" | "template"> | undefined {
  if (name !== "custom") return { httpMethod: name.toUpperCase(), template: readText(name, value, fault) };
  if (!isRecord(value)) {
    fault(`custom must be a message such as { kind: "HEAD" path: "/v1/shelves" }`, name);
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (key !== "kind" && key !== "path") fault(`unknown name "${key}" in custom: it has kind and path`, key);
  }
  const kind = readText("kind", value.kind, fault);
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(kind))
    fault(`"${kind}" is not an HTTP method: write a kind such as "HEAD"`, "kind");
  return { httpMethod: kind.toUpperCase(), template: readText("path", value.path, fault) };
}

function readText(name: string, value: unknown, fault: MemberFault): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) fault(`"${name}" is given twice`, name);
  else if (value !== undefined) fault(`"${name}" must be a string`, name);
  return "";
}

/** Annotations are written in proto names; JSON and YAML may use either. */
function protoName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Whether a name in a rule is that of a member; `"path"` stands for all that hold one. */
export function isMember(name: string, member: string | undefined): boolean {
  const known = protoName(name);
  return known === member || (member === "path" && known !== "custom" && patternNames.includes(known));
}

/** A `Root` made from JSON that was written without `parsedOptions` has only `"(google.api.http).get": "..."`. */
function hasFlatAnnotation(method: protobuf.Method): boolean {
  return Object.keys(method.options ?? {}).some((name) => /^\(\.?google\.api\.http\)/.test(name));
}
