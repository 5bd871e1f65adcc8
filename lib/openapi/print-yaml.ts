import { stringify } from "yaml";
import type { OpenApiDocument } from "./document.js";

/**
 * Print a document as YAML that every reader of YAML 1.1 and 1.2 takes alike.
 *
 *     printYaml(document)    // openapi: 3.1.0\ninfo:\n  title: Library\n...
 */
export function printYaml(document: OpenApiDocument): string {
  return stringify(document, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    version: "1.2",
    compat: "yaml-1.1",
  });
}
