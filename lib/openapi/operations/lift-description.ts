import { joinParagraphs } from "../comments.js";
import type { Parameter } from "../document.js";

/** Say of a parameter what its schema says of itself: pages show the one, and not the other. */
export function liftDescription(parameter: Parameter): Parameter {
  const { description: own, ...schema } = parameter.schema ?? {};
  if (own === undefined) return parameter;
  return { ...parameter, description: joinParagraphs(parameter.description, own) ?? own, schema };
}
