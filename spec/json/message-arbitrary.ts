import fc from "fast-check";
import protobuf from "protobufjs";

/** What the types of a root may hold. */
export interface Choices {
  /** The types that an Any may hold. */
  readonly contents: readonly protobuf.Type[];
}

/**
 * Random messages of a type, as bytes. Every field kind has its edges: the ends of integer ranges, NaN and -0,
 * names of prototypes as map keys, enum numbers without a name, characters of all planes.
 */
export function messageBytes(type: protobuf.Type, choices: Choices): fc.Arbitrary<Uint8Array> {
  return message(type, choices, 4).map((object) => encode(type, object));
}

function encode(type: protobuf.Type, object: object): Uint8Array {
  return type.encode(type.fromObject(object as Record<string, unknown>)).finish();
}

function message(type: protobuf.Type, choices: Choices, depth: number): fc.Arbitrary<object> {
  const wellKnown = wellKnownMessages[type.fullName];
  if (wellKnown !== undefined) return wellKnown(type, choices, depth);
  const fields = type.fieldsArray.filter(
    (field) => depth > 0 || !(field.resolve().resolvedType instanceof protobuf.Type),
  );
  if (fields.length === 0) return fc.constant({});
  return fc.subarray(fields, { maxLength: Math.min(8, fields.length) }).chain((chosen) => {
    const entries = oneOfEach(chosen).map((field) => [field.name, whole(field, choices, depth)] as const);
    return fc.record(Object.fromEntries(entries));
  });
}

/** The fields without second members of oneofs. */
function oneOfEach(fields: readonly protobuf.Field[]): readonly protobuf.Field[] {
  return fields.filter(
    (field, i) => field.partOf === null || fields.findIndex((f) => f.partOf === field.partOf) === i,
  );
}

function whole(field: protobuf.Field, choices: Choices, depth: number): fc.Arbitrary<unknown> {
  const one = element(field.resolve(), choices, depth);
  if (field instanceof protobuf.MapField) {
    const pairs = fc.array(fc.tuple(mapKey(field.keyType), one), { maxLength: 3 });
    return pairs.map((entries) => {
      const map: Record<string, unknown> = {};
      for (const [key, value] of entries) {
        Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
      }
      return map;
    });
  }
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function element(field: protobuf.Field, choices: Choices, depth: number): fc.Arbitrary<unknown> {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type)
    return fc.constant(null).chain(() => message(resolvedType, choices, depth - 1));
  if (resolvedType instanceof protobuf.Enum) return enumNumber(resolvedType);
  return scalars[field.type]!;
}

function enumNumber(type: protobuf.Enum): fc.Arbitrary<number> {
  const declared = fc.constantFrom(...Object.values(type.values));
  const { _features } = type as unknown as { readonly _features: { readonly enum_type: string } };
  if (_features.enum_type === "CLOSED" || type.name === "NullValue") return declared;
  return fc.oneof({ weight: 5, arbitrary: declared }, { weight: 1, arbitrary: fc.integer() });
}

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "toString",
    "\u2028",
    '"\\/\b\f\n\r\t\u0000',
    "x".repeat(70),
  ),
);
const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 2147483647, -2147483648));
const uint32 = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 4294967295));
const int64 = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -99n, max: 99n }))
  .map(String);
const uint64 = fc
  .oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 99n }))
  .map(String);
// Without -0, which protobufjs's JSON does not keep.
const double = fc
  .oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1e21, 5e-324, Number.MAX_VALUE, Number.NaN))
  .map(noNegativeZero);

function noNegativeZero(number: number): number {
  return number === 0 ? 0 : number;
}

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: text,
  bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  bool: fc.boolean(),
  double,
  float: fc
    .oneof(fc.float(), fc.constantFrom(0, 0.1, 3.4028234663852886e38, Number.POSITIVE_INFINITY))
    .map((x) => noNegativeZero(Math.fround(x))),
  int32,
  sint32: int32,
  sfixed32: int32,
  uint32,
  fixed32: uint32,
  int64,
  sint64: int64,
  sfixed64: int64,
  uint64,
  fixed64: uint64,
};

function mapKey(type: string): fc.Arbitrary<string> {
  if (type === "string") return text;
  // protobufjs takes eight digits of a 64-bit key for the eight bytes of a number.
  return scalars[type]!.map(String).filter((key) => !/^.{8}$/s.test(key));
}

const json = fc.jsonValue({ maxDepth: 3 });

const wellKnownMessages: Readonly<
  Record<string, (type: protobuf.Type, choices: Choices, depth: number) => fc.Arbitrary<object>>
> = {
  ".google.protobuf.Timestamp": () =>
    fc.record({ seconds: fc.integer({ min: -62135596800, max: 253402300799 }), nanos }),
  ".google.protobuf.Duration": () =>
    fc
      .record({ seconds: fc.integer({ min: 0, max: 315576000000 }), nanos, sign: fc.constantFrom(1, -1) })
      .map(({ seconds, nanos, sign }) => ({ seconds: seconds * sign, nanos: nanos * sign })),
  ".google.protobuf.FieldMask": () =>
    fc.record({
      paths: fc.array(fc.stringMatching(/^[a-z]{1,5}(_[a-z]{1,4}){0,2}(\.[a-z]{1,4}){0,2}$/), {
        maxLength: 3,
      }),
    }),
  ".google.protobuf.Struct": () => fc.dictionary(text, json, { maxKeys: 3 }).map(struct),
  ".google.protobuf.Value": () => json.map(value),
  ".google.protobuf.ListValue": () =>
    fc.array(json, { maxLength: 3 }).map((items) => ({ values: items.map(value) })),
  ".google.protobuf.Any": (type, choices, depth) => {
    const [url, bytes] = [type.fieldsById[1]!.name, type.fieldsById[2]!.name];
    if (depth <= 0 || choices.contents.length === 0) return fc.constant({});
    return fc.constantFrom(...choices.contents).chain((content) =>
      message(content, choices, depth - 1).map((object) => ({
        [url]: `type.googleapis.com${content.fullName.replace(/^\./, "/")}`,
        [bytes]: encode(content, object),
      })),
    );
  },
};

const nanos = fc.oneof(
  fc.integer({ min: 0, max: 999 }).map((n) => n * 1_000_000),
  fc.integer({ min: 0, max: 999_999_999 }),
);

function struct(fields: Record<string, unknown>): object {
  return { fields: Object.fromEntries(Object.entries(fields).map(([name, item]) => [name, value(item)])) };
}

function value(item: unknown): object {
  if (item === null) return { nullValue: 0 };
  if (typeof item === "number") return { numberValue: noNegativeZero(item) };
  if (typeof item === "string") return { stringValue: item };
  if (typeof item === "boolean") return { boolValue: item };
  return Array.isArray(item)
    ? { listValue: { values: item.map(value) } }
    : { structValue: struct(item as Record<string, unknown>) };
}
