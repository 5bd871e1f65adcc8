import { overlay } from "../overlay.js";
import type { Annotations, ReferToMessage } from "./annotations.js";
import { gnosticAnnotations } from "./gnostic.js";
import { readOpenApiV2 } from "./openapiv2.js";

/** What the protos say to generators of OpenAPI, of either kind; gnostic's options are laid over grpc-gateway's. */
export function createAnnotations(refer: ReferToMessage): Annotations {
  const v2 = readOpenApiV2(refer);
  const v3 = gnosticAnnotations;
  return {
    document: (service) => overlay(v2.document(service), v3.document(service)),
    tag: (service) => overlay(v2.tag(service), v3.tag(service)),
    operation: (method) => overlay(v2.operation(method), v3.operation(method)),
    // Those of gnostic's are part of its operations.
    contentTypes: v2.contentTypes,
    message: (type) => overlay(v2.message(type), v3.message(type)),
    property: (field) => overlay(v2.property(field), v3.property(field)),
    enumeration: (type) => overlay(v2.enumeration(type), v3.enumeration(type)),
    pathName: (field) => v2.pathName(field) ?? v3.pathName(field),
  };
}
