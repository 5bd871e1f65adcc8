import type protobuf from "protobufjs";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { parseRoot } from "./parse-root.js";

/** A schema for the specs that need some message, not every kind. */
export const bookRoot = parseRoot(`
  syntax = "proto3";
  package acme;
  import "google/protobuf/any.proto";
  import "google/protobuf/duration.proto";
  import "google/protobuf/field_mask.proto";
  import "google/protobuf/struct.proto";
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto";

  enum BookState { BOOK_STATE_UNSPECIFIED = 0; BOOK_STATE_ACTIVE = 1; BOOK_STATE_2 = 2; OTHER = 3; }
  message Author { string display_name = 1; repeated Book books = 2; }
  message Book {
    string name = 1;
    int32 page_count = 2;
    int64 size = 3;
    bool on_loan = 4;
    double rating = 5;
    float weight = 6;
    BookState state = 7;
    bytes cover = 8;
    Author author = 9;
    repeated string tags = 10;
    repeated Author editors = 11;
    map<string, int32> counts = 12;
    map<int64, Author> by_year = 13;
    optional uint32 edition = 14;
    oneof source { string shop = 15; Author gift = 16; int64 code = 17; }
    google.protobuf.Timestamp create_time = 18;
    google.protobuf.Duration loan_time = 19;
    google.protobuf.FieldMask mask = 20;
    google.protobuf.Struct labels = 21;
    google.protobuf.Value extra = 22;
    google.protobuf.Any detail = 23;
    google.protobuf.Int64Value price = 24;
    google.protobuf.StringValue note = 25;
    google.protobuf.BoolValue is_new = 26;
    repeated BookState states = 27;
    map<string, BookState> states_by_name = 28;
    uint64 serial = 29;
    google.protobuf.ListValue list = 30;
    map<bool, string> by_flag = 31;
    repeated google.protobuf.Value extras = 32;
  }
`);

export const bookType = bookRoot.lookupType("acme.Book");
export const bookCodecs = createJsonCodecs(bookRoot, defaultRepresentation);
export const bookCodec = bookCodecs.message(bookType);

export function bookField(name: string): protobuf.Field {
  const field = bookType.fieldsArray.find(({ protoName }) => protoName === name);
  if (field === undefined) throw new Error(`acme.Book has no field "${name}"`);
  return field;
}
