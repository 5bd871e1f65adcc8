import protobuf from "protobufjs";

/**
 * The messages of `google/rpc/status.proto` and `google/rpc/error_details.proto`: handlers answer them as error
 * details although no `.proto` of theirs imports them.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/rpc/error_details.proto
 */
export function createErrorDetailsRoot(): protobuf.Root {
  const root = new protobuf.Root();
  for (const file of ["any", "duration"])
    root.addJSON(protobuf.common.get(`google/protobuf/${file}.proto`)!.nested!);
  root.addJSON({ google: { nested: { rpc: { nested: googleRpc } } } });
  root.resolveAll();
  return root;
}

const string = (id: number, protoName?: string): protobuf.IField => named({ type: "string", id }, protoName);
const repeated = (id: number, type: string, protoName?: string): protobuf.IField =>
  named({ rule: "repeated", type, id }, protoName);
const stringMap = (id: number, protoName?: string): protobuf.IField => {
  const field: protobuf.IMapField = { keyType: "string", type: "string", id };
  return named(field, protoName);
};

/** protobufjs reads `protoName`, but does not declare it. */
function named(field: protobuf.IField, protoName: string | undefined): protobuf.IField {
  return protoName === undefined ? field : Object.assign(field, { protoName });
}

const googleRpc: Record<string, protobuf.AnyNestedObject> = {
  Status: {
    fields: {
      code: { type: "int32", id: 1 },
      message: string(2),
      details: repeated(3, "google.protobuf.Any"),
    },
  },
  ErrorInfo: { fields: { reason: string(1), domain: string(2), metadata: stringMap(3) } },
  RetryInfo: { fields: { retryDelay: named({ type: "google.protobuf.Duration", id: 1 }, "retry_delay") } },
  DebugInfo: { fields: { stackEntries: repeated(1, "string", "stack_entries"), detail: string(2) } },
  QuotaFailure: {
    fields: { violations: repeated(1, "Violation") },
    nested: {
      Violation: {
        oneofs: { _futureQuotaValue: { oneof: ["futureQuotaValue"] } },
        fields: {
          subject: string(1),
          description: string(2),
          apiService: string(3, "api_service"),
          quotaMetric: string(4, "quota_metric"),
          quotaId: string(5, "quota_id"),
          quotaDimensions: stringMap(6, "quota_dimensions"),
          quotaValue: named({ type: "int64", id: 7 }, "quota_value"),
          futureQuotaValue: named(
            { type: "int64", id: 8, options: { proto3_optional: true } },
            "future_quota_value",
          ),
        },
      },
    },
  },
  PreconditionFailure: {
    fields: { violations: repeated(1, "Violation") },
    nested: { Violation: { fields: { type: string(1), subject: string(2), description: string(3) } } },
  },
  BadRequest: {
    fields: { fieldViolations: repeated(1, "FieldViolation", "field_violations") },
    nested: {
      FieldViolation: {
        fields: {
          field: string(1),
          description: string(2),
          reason: string(3),
          localizedMessage: named({ type: "LocalizedMessage", id: 4 }, "localized_message"),
        },
      },
    },
  },
  RequestInfo: { fields: { requestId: string(1, "request_id"), servingData: string(2, "serving_data") } },
  ResourceInfo: {
    fields: {
      resourceType: string(1, "resource_type"),
      resourceName: string(2, "resource_name"),
      owner: string(3),
      description: string(4),
    },
  },
  Help: {
    fields: { links: repeated(1, "Link") },
    nested: { Link: { fields: { description: string(1), url: string(2) } } },
  },
  LocalizedMessage: { fields: { locale: string(1), message: string(2) } },
};
