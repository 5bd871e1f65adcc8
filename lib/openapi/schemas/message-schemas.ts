import protobuf from "protobufjs";
import type { BoundFields } from "../../http-rule/bound-fields.js";
import { qualifiedName } from "../../schema/walk.js";
import { annotateProperty } from "../annotations/annotate-property.js";
import { cleanComment, joinParagraphs } from "../comments.js";
import { compact } from "../compact.js";
import type { DocumentContext } from "../context.js";
import type { JsonSchema } from "../document.js";
import { createComponents, type Use } from "./components.js";
import { enumSchema } from "./enum-schemas.js";
import { fieldBehaviors } from "./field-behavior.js";
import { describeField, isAlwaysWritten, isDeprecated, visibleFields, wireName } from "./fields.js";
import { maskExamples } from "./mask-examples.js";
import { atMostOneOfEach, describeOneofs, findOneofs } from "./oneof-schemas.js";
import { mapKeys, scalarSchema } from "./scalar-schemas.js";
import { stringFormat } from "./string-format.js";
import { type KnownComponentName, knownComponents, wellKnownSchema } from "./well-known-schemas.js";

/** The schemas of one document. What is asked for becomes a component, with all that it leads to. */
export interface MessageSchemas {
  message(type: protobuf.Type, use: Use): JsonSchema;
  /** A message without the fields that are set from elsewhere. */
  messageWithout(type: protobuf.Type, use: Use, bound: BoundFields): JsonSchema;
  /** The value of a field; a list or an object of them if it is repeated or a map. */
  field(field: protobuf.Field, use: Use, bound?: BoundFields): JsonSchema;
  /** One element of a repeated field, the value of one entry of a map. */
  element(field: protobuf.Field, use: Use): JsonSchema;
  known(name: KnownComponentName): JsonSchema;
  /** Everything that was asked for, by name. */
  components(): Readonly<Record<string, JsonSchema>>;
}

export function createMessageSchemas(context: DocumentContext): MessageSchemas {
  const { switches, visibility, resources, annotations, isRequired } = context;
  const components = createComponents();

  function message(type: protobuf.Type, use: Use): JsonSchema {
    const wellKnown = wellKnownSchema(type, switches);
    if (wellKnown !== undefined) return wellKnown;
    const fullName = qualifiedName(type);
    if (isKnownComponent(fullName)) return known(fullName);
    if (use !== "patch" || !leadsToRequired(type))
      return object(fullName, "", { type, use, bound: noFields });
    return object(`${fullName} patch`, "Patch", { type, use, bound: noFields });
  }

  /** Messages below the top level stay as they are, unless what is bound would have to be given. */
  function messageWithout(type: protobuf.Type, use: Use, bound: BoundFields): JsonSchema {
    const isTouched = [...bound].some(([, below]) => below === "bound" || bindsRequired(below));
    if (!isTouched || wellKnownSchema(type, switches) !== undefined) return message(type, use);
    return object(`${qualifiedName(type)} ${use} without ${printBound(bound)}`, "Body", { type, use, bound });
  }

  function object(key: string, suffix: string, { type, use, bound }: ObjectUse): JsonSchema {
    const build = (uses: ReadonlySet<Use>) => objectSchema(type, uses, bound);
    const component = components.resolve(key, () => ({ ...namesOf(type, suffix), build }));
    if (!component.uses.has(use)) {
      component.uses.add(use);
      // Whatever the message leads to is used like the message itself.
      for (const field of fieldsWithout(type, bound)) propertySchema(field, use, bound.get(field));
    }
    return component.reference;
  }

  function enumeration(type: protobuf.Enum, use: Use): JsonSchema {
    if (qualifiedName(type) === "google.protobuf.NullValue") return { type: "null" };
    const build = (uses: ReadonlySet<Use>): JsonSchema => {
      const { description, ...schema } = {
        ...enumSchema(type, switches, visibility),
        ...annotations.enumeration(type),
      };
      const isAnswered = uses.has("response");
      return compact({
        ...schema,
        description: joinParagraphs(description, isAnswered ? openness : undefined),
      });
    };
    const component = components.resolve(qualifiedName(type), () => ({ ...namesOf(type, ""), build }));
    component.uses.add(use);
    return component.reference;
  }

  function known(name: KnownComponentName): JsonSchema {
    const { shortName, schema } = knownComponents[name];
    const fullName = name.replaceAll(/[. ]/g, "_");
    return components.resolve(name, () => ({ shortName, fullName, build: () => schema(known) })).reference;
  }

  function element(field: protobuf.Field, use: Use): JsonSchema {
    const { resolvedType } = field;
    if (resolvedType instanceof protobuf.Type)
      return { ...message(resolvedType, use), ...maskExamples(field, resources) };
    if (resolvedType instanceof protobuf.Enum) return enumeration(resolvedType, use);
    return { ...scalarSchema(field.type, switches), ...stringFormat(field, resources) };
  }

  function fieldSchema(field: protobuf.Field, use: Use, bound: BoundFields = noFields): JsonSchema {
    const { resolvedType } = field;
    const isPart = resolvedType instanceof protobuf.Type && bindsRequired(bound);
    if (isPart) return messageWithout(resolvedType, use, bound);
    if (field.map) return { type: "object", ...mapKeys(field), additionalProperties: element(field, use) };
    return field.repeated ? { type: "array", items: element(field, use) } : element(field, use);
  }

  function objectSchema(type: protobuf.Type, uses: ReadonlySet<Use>, bound: BoundFields): JsonSchema {
    const [use = "request"] = uses;
    const fields = fieldsWithout(type, bound);
    const nameOf = (field: protobuf.Field) => wireName(field, switches);
    const oneofs = findOneofs(fields, nameOf);
    const required = fields.filter((field) => mustBeThere(field, uses)).map(nameOf);
    const { required: _, ...annotation } = annotations.message(type);
    return compact({
      type: "object",
      description: joinParagraphs(cleanComment(type.comment), describeOneofs(oneofs)),
      deprecated: isDeprecated(type),
      properties: Object.fromEntries(
        fields.map((field) => [nameOf(field), propertySchema(field, use, bound.get(field))]),
      ),
      required: required.length === 0 ? undefined : required,
      ...atMostOneOfEach(oneofs),
      ...annotation,
    });
  }

  /**
   * A message that is only ever answered has the fields that are always written, and those that annotations for OpenAPI
   * promise. `REQUIRED` is said to clients: what they did not give is not written either.
   */
  function mustBeThere(field: protobuf.Field, uses: ReadonlySet<Use>): boolean {
    if (uses.has("patch")) return false;
    const isAnswerOnly = uses.size === 1 && uses.has("response");
    const isPromised = isRequired(field) && !(isAnswerOnly && isAskedFor(field));
    return isPromised || (isAnswerOnly && isAlwaysWritten(field, switches));
  }

  function fieldsWithout(type: protobuf.Type, bound: BoundFields): protobuf.Field[] {
    return visibleFields(type, visibility).filter((field) => bound.get(field) !== "bound");
  }

  function propertySchema(
    field: protobuf.Field,
    use: Use,
    bound: "bound" | BoundFields = noFields,
  ): JsonSchema {
    const behaviors = fieldBehaviors(field);
    const schema = compact({
      ...fieldSchema(field, use, bound === "bound" ? noFields : bound),
      description: describeField(field),
      deprecated: isDeprecated(field),
      readOnly: behaviors.has("OUTPUT_ONLY") || undefined,
      writeOnly: behaviors.has("INPUT_ONLY") || undefined,
      "x-google-immutable": behaviors.has("IMMUTABLE") || undefined,
    });
    return annotateProperty(schema, annotations.property(field));
  }

  function bindsRequired(bound: BoundFields): boolean {
    return [...bound].some(([field, below]) =>
      below === "bound" ? isRequired(field) : bindsRequired(below),
    );
  }

  /** Whether a message, or one within it, has a field that must be given. */
  function leadsToRequired(type: protobuf.Type, seen = new Set<protobuf.Type>()): boolean {
    if (seen.has(type)) return false;
    seen.add(type);
    return visibleFields(type, visibility).some((field) => {
      const { resolvedType } = field;
      return (
        isRequired(field) || (resolvedType instanceof protobuf.Type && leadsToRequired(resolvedType, seen))
      );
    });
  }

  return { message, messageWithout, field: fieldSchema, element, known, components: components.build };
}

/** Enums of protobuf are open, and a gateway may be older than the server behind it. */
const openness = "An answer may have a number that is not listed: that of a newer value.";

/** Whether it is for clients to give; a `required` field of proto2 is in every message. */
function isAskedFor(field: protobuf.Field): boolean {
  return !field.required && fieldBehaviors(field).has("REQUIRED");
}

interface ObjectUse {
  readonly type: protobuf.Type;
  readonly use: Use;
  readonly bound: BoundFields;
}

const noFields: BoundFields = new Map();

function isKnownComponent(fullName: string): fullName is KnownComponentName {
  return fullName.includes(".") && Object.hasOwn(knownComponents, fullName);
}

/** `Outer_Inner` for a message within a message, with the package before it when that is taken. */
function namesOf(type: protobuf.Type | protobuf.Enum, suffix: string) {
  let shortName = type.name;
  for (let outer = type.parent; outer instanceof protobuf.Type; outer = outer.parent) {
    shortName = `${outer.name}_${shortName}`;
  }
  return { shortName: shortName + suffix, fullName: qualifiedName(type).replaceAll(".", "_") + suffix };
}

function printBound(bound: BoundFields): string {
  return [...bound]
    .map(([field, below]) => (below === "bound" ? field.name : `${field.name}(${printBound(below)})`))
    .sort()
    .join();
}
