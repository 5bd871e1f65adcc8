/**
 * Field numbers of the messages in descriptor.proto, of which the paths of source locations are made.
 *
 *     [6, 0, 2, 1]   // the second method of the first service: file.service, 0, method, 1
 *
 * @see https://github.com/protocolbuffers/protobuf/blob/v29.0/src/google/protobuf/descriptor.proto
 */
export const descriptorNumbers = {
  file: { message: 4, enum: 5, service: 6, extension: 7 },
  message: { field: 2, nested: 3, enum: 4, extension: 6, oneof: 8 },
  enumValue: 2,
  method: 2,
  methodOptions: 4,
  /** The extension `google.api.http` of those. */
  httpOption: 72295728,
} as const;
