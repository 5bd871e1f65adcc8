import { inspect } from "node:util";
import type protobuf from "protobufjs";
import { checkOptionNames } from "../schema/check-option-names.js";
import { compileFunction } from "../schema/compile-function.js";
import { ConfigError } from "../schema/config-error.js";
import type { Representation } from "../schema/representation.js";
import { type AnyCodec, createAnyCodec } from "./any-codec.js";
import type { FieldCodec, JsonCodecs, JsonSwitches, MessageCodec } from "./codec.js";
import { createDecoders, type Decoders } from "./decoders.js";
import { createEncoders, type Encoders } from "./encoders.js";
import { createErrorDetailsRoot } from "./error-details.js";
import { createFieldCodec } from "./field-codec.js";
import { ReaderPool } from "./json-reader.js";
import { WriterPool } from "./json-writer.js";
import { type Compiled, createMessageCodec } from "./message-codec.js";
import { createTypeResolver, type ResolveType } from "./resolve-type.js";

type Switches = { readonly [Name in keyof JsonSwitches]-?: boolean };

const allOff: Switches = {
  emitDefaults: false,
  protoFieldNames: false,
  enumsAsIntegers: false,
  int64AsNumbers: false,
  pretty: false,
  ignoreUnknownFields: false,
  caseInsensitiveEnums: false,
  caseInsensitiveFieldNames: false,
  removeEnumPrefix: false,
  snakeCaseFieldMasks: false,
};

/**
 * The JSON codecs of all types under a root, for messages in one representation.
 *
 *     const codecs = createJsonCodecs(root, defaultRepresentation);
 *     const { decode, encode } = codecs.message(root.lookupType("acme.Book"));
 *     decode('{"name": "books/1"}')   // { name: "books/1", pageCount: 0 }
 *
 * A codec is compiled from its type when it is first used: what is never used costs nothing.
 *
 * @throws ConfigError where Node may not compile anything.
 * @see https://protobuf.dev/programming-guides/json/
 */
export function createJsonCodecs(
  root: protobuf.Root,
  representation: Representation,
  switches: JsonSwitches = {},
): JsonCodecs {
  compileFunction([], "");
  return new CodecFamily(root, representation).with(allOff, switches);
}

/** What the codecs of one root and representation share, whatever their switches. */
class CodecFamily {
  readonly #root: protobuf.Root;
  readonly #representation: Representation;
  readonly #others = new Map<Representation, CodecFamily>();
  readonly #resolveType: ResolveType;
  readonly #any: AnyCodec;
  readonly #readers = new ReaderPool();
  readonly #writers = new WriterPool();
  readonly #codecs = new Map<string, JsonCodecs>();
  readonly #decoders = new Map<string, Decoders>();
  readonly #encoders = new Map<string, Encoders>();

  constructor(root: protobuf.Root, representation: Representation) {
    this.#root = root;
    this.#representation = representation;
    let details: protobuf.Root | undefined;
    const errorDetails = () => {
      details ??= createErrorDetailsRoot();
      return details;
    };
    this.#resolveType = createTypeResolver([() => root, errorDetails]);
    this.#any = createAnyCodec(() => errorDetails().lookupType("google.protobuf.Any"), this.#resolveType);
  }

  /** The codecs for `current` switches with some changes. */
  with(current: Switches, changes: JsonSwitches): JsonCodecs {
    const names = Object.keys(allOff) as (keyof Switches)[];
    checkOptionNames(changes, names);
    checkSwitches(changes);
    const entries = names.map((name) => [name, changes[name] ?? current[name]]);
    // The entries are those of `allOff`.
    const switches = Object.fromEntries(entries) as Switches;
    return findOrCreate(this.#codecs, switches, () => this.#create(switches));
  }

  #create(switches: Switches): JsonCodecs {
    const { pretty } = switches;
    const compiled: Compiled = {
      representation: this.#representation,
      decoders: this.#decodersFor(switches),
      encoders: this.#encodersFor(switches),
      readers: this.#readers,
      writers: this.#writers,
      resolveType: this.#resolveType,
      pretty,
    };
    const messages = new Map<protobuf.Type, MessageCodec>();
    const fields = new Map<protobuf.Field, FieldCodec>();
    return {
      message(type) {
        const codec = messages.get(type) ?? createMessageCodec(type, compiled);
        messages.set(type, codec);
        return codec;
      },
      field(field) {
        const codec = fields.get(field) ?? createFieldCodec(field, compiled);
        fields.set(field, codec);
        return codec;
      },
      ...this.#any,
      with: (changes) => this.with(switches, changes),
      as: (representation) => this.#as(representation).with(switches, {}),
    };
  }

  #as(representation: Representation): CodecFamily {
    if (representation === this.#representation) return this;
    const family = this.#others.get(representation) ?? new CodecFamily(this.#root, representation);
    this.#others.set(representation, family);
    return family;
  }

  #decodersFor(switches: Switches): Decoders {
    const { ignoreUnknownFields, caseInsensitiveEnums, caseInsensitiveFieldNames } = switches;
    const { removeEnumPrefix, snakeCaseFieldMasks } = switches;
    const names = { caseInsensitiveEnums, caseInsensitiveFieldNames, removeEnumPrefix };
    const own = { ...names, ignoreUnknownFields, snakeCaseFieldMasks };
    return findOrCreate(this.#decoders, own, () =>
      createDecoders(this.#representation, own, this.#resolveType),
    );
  }

  #encodersFor(switches: Switches): Encoders {
    const { emitDefaults, protoFieldNames, enumsAsIntegers, int64AsNumbers, removeEnumPrefix } = switches;
    const own = { emitDefaults, protoFieldNames, enumsAsIntegers, int64AsNumbers, removeEnumPrefix };
    const anyContext = { resolveType: this.#resolveType, encodeAny: this.#any.encodeAny };
    return findOrCreate(this.#encoders, own, () => createEncoders(own, anyContext));
  }
}

function checkSwitches(switches: JsonSwitches): void {
  const faults = Object.entries(switches)
    .filter(([, value]) => value !== undefined && typeof value !== "boolean")
    .map(([name, value]) => ({ message: `option "${name}" must be true or false, not ${inspect(value)}` }));
  if (faults.length > 0) throw new ConfigError(faults);
}

function findOrCreate<T>(map: Map<string, T>, switches: object, create: () => T): T {
  const key = JSON.stringify(switches);
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
}
