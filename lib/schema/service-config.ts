import { isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from "yaml";
import type { Report, RulePart } from "./config-error.js";
import { type Reading, readOrReport } from "./read-files.js";
import { isMember, type RuleFault, readHttpRule } from "./read-http-rules.js";
import { isRecord } from "./record.js";
import type { HttpRule, SourcePlace } from "./schema.js";
import { suggestName } from "./suggest-name.js";

/** The HTTP rules of one method, which stand in place of its annotation. */
export interface ConfiguredRules {
  readonly rules: readonly HttpRule[];
  locate(part?: RulePart): SourcePlace;
}

/**
 * Read the HTTP rules of a `google.api.Service`, by the full name of their method; of several rules for one method
 * the last one holds.
 *
 *     http:
 *       rules:
 *         - selector: greet.v1.Greeter.SayHello
 *           get: /v1/greeter/{name}
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/service.proto
 */
export function* readServiceConfig(
  source: string | object,
  report: Report,
): Reading<ReadonlyMap<string, ConfiguredRules>> {
  const config = typeof source === "string" ? yield* readConfigFile(source, report) : { value: source };
  const configured = new Map<string, ConfiguredRules>();
  for (const [i, rule] of findRules(config, report).entries()) {
    const locate = (part?: RulePart) => ({ file: config.file, ...config.locate?.(i, part) });
    const selector = readSelector(rule, i);
    if (selector.fault !== undefined) {
      report({ ...locate(), message: selector.fault });
      continue;
    }
    const method = selector.name;
    const fault: RuleFault = (message, template, part) =>
      report({ ...locate(part), method, template, message });
    configured.set(method, { rules: readHttpRule(rule, fault), locate });
  }
  return configured;
}

interface ServiceConfig {
  readonly value: unknown;
  readonly file?: string;
  /** Where a rule, or a part of it, is written. */
  readonly locate?: (index: number, part?: RulePart) => SourcePlace;
}

/** YAML, and with it JSON. */
function* readConfigFile(file: string, report: Report): Reading<ServiceConfig> {
  const content = yield* readOrReport(file, report);
  if (content === undefined)
    report({ file, message: "no such file: the service configuration is a path or an object" });
  if (content === undefined || content === "unreadable") return { value: {} };
  const lines = new LineCounter();
  const document = parseDocument(content.toString("utf8"), { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset);
    return { line, fileColumn: col };
  };
  for (const error of document.errors) {
    report({ file, ...placeAt(error.pos[0]), message: error.message });
  }
  if (document.errors.length > 0) return { value: {} };
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    report({ file, message: (error as Error).message }); // aliases that are not defined, or multiply
    return { value: {} };
  }
  return {
    value,
    file,
    locate(index, part) {
      const rule = document.getIn(["http", "rules", index], true);
      const offset = isMap(rule) ? offsetOf(rule, part) : undefined;
      return offset === undefined ? {} : placeAt(offset);
    },
  };
}

/** Where a rule, or a part of it, begins in the text. */
function offsetOf(rule: YAMLMap, part: RulePart | undefined): number | undefined {
  const start = rule.range?.[0];
  if (part === undefined) return start;
  const additional = rule.items.find(
    ({ key }) => isScalar(key) && isMember(`${key.value}`, "additional_bindings"),
  );
  const bindings = isSeq(additional?.value) ? additional.value.items : [];
  const own = part.rule === 0 ? rule : bindings[part.rule - 1];
  if (!isMap(own)) return start;
  const member = membersOf(own).find(({ key }) => isScalar(key) && isMember(`${key.value}`, part.member));
  if (member === undefined) return own.range?.[0] ?? start;
  const { key, value } = member;
  if (part.column === undefined || !isScalar(value)) return isScalar(key) ? key.range?.[0] : start;
  const quote = value.type === "QUOTE_DOUBLE" || value.type === "QUOTE_SINGLE" ? 1 : 0;
  return value.range ? value.range[0] + quote + part.column - 1 : start;
}

/** Those of `custom` are members of the rule, too. */
function membersOf(rule: YAMLMap): readonly Pair[] {
  const custom = rule.get("custom", true);
  return isMap(custom) ? [...rule.items, ...custom.items] : rule.items;
}

function findRules({ value, file }: ServiceConfig, report: Report): readonly unknown[] {
  if (!isRecord(value)) {
    report({
      file,
      message: "the service configuration must be an object such as { http: { rules: [...] } }",
    });
    return [];
  }
  const { http } = value;
  if (http === undefined) {
    const misspelt = suggestName("http", Object.keys(value));
    if (misspelt !== undefined) report({ file, message: `unknown name "${misspelt}"; did you mean "http"?` });
    return [];
  }
  const { rules, fully_decode_reserved_expansion, fullyDecodeReservedExpansion } = isRecord(http) ? http : {};
  if (fully_decode_reserved_expansion === true || fullyDecodeReservedExpansion === true) {
    report({
      file,
      message:
        "fully_decode_reserved_expansion is not supported: a variable of many segments keeps %2F as sent",
    });
  }
  if (Array.isArray(rules)) return rules;
  report({ file, message: "http.rules must be a list of rules" });
  return [];
}

function readSelector(
  rule: unknown,
  index: number,
): { readonly name: string; readonly fault?: undefined } | { readonly fault: string } {
  const selector = isRecord(rule) ? rule.selector : undefined;
  if (typeof selector !== "string" || selector === "") {
    return {
      fault: `rule ${index + 1} needs a selector: the full name of a method such as "greet.v1.Greeter.SayHello"`,
    };
  }
  if (selector.includes("*")) {
    return { fault: `selector "${selector}" must name one method: HTTP rules take no wildcards` };
  }
  return { name: selector };
}
