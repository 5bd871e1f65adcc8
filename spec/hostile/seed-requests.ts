import type { SeedRequest } from "./mutate-request.js";

const json = "application/json";

/** Requests that the bookstore of the demo answers well. */
export const bookRequests: readonly SeedRequest[] = [
  { httpMethod: "GET", target: "/v1/shelves" },
  { httpMethod: "GET", target: "/v1/shelves?page_size=2" },
  { httpMethod: "GET", target: "/v1/shelves/fiction" },
  { httpMethod: "POST", target: "/v1/shelves?shelf_id=fuzz", contentType: json, body: '{"theme":"Faults"}' },
  { httpMethod: "DELETE", target: "/v1/shelves/nothing?force=true" },
  { httpMethod: "GET", target: "/v1/shelves/-/books?pageSize=3" },
  { httpMethod: "GET", target: "/v1/shelves/fiction/books/emma" },
  {
    httpMethod: "POST",
    target: "/v1/shelves/fiction/books?book_id=odd",
    contentType: json,
    body: '{"title":"Odd","author":"Nobody","pageCount":12,"format":"EBOOK","subjects":["a"],"labels":{"k":"v"}}',
  },
  {
    httpMethod: "PATCH",
    target: "/v1/shelves/fiction/books/emma?updateMask=pageCount,labels",
    contentType: json,
    body: '{"pageCount":474,"labels":{"shop":"window"}}',
  },
  { httpMethod: "DELETE", target: "/v1/shelves/fiction/books/nothing?etag=x" },
  {
    httpMethod: "POST",
    target: "/v1/shelves/fiction/books/nothing:move",
    contentType: json,
    body: '{"destinationParent":"shelves/poetry"}',
  },
  {
    httpMethod: "POST",
    target: "/v1/shelves/fiction/books:import",
    contentType: "application/x-ndjson",
    body: '{"book":{"title":"A"}}\n{"book":{"title":"B"}}\n',
  },
  {
    httpMethod: "POST",
    target: "/v1/shelves/fiction/books:import",
    contentType: json,
    body: '[{"book":{"title":"C"}}]',
  },
  { httpMethod: "GET", target: "/v1/shelves/fiction/books/emma/cover" },
  {
    httpMethod: "POST",
    target: "/v1/shelves/fiction/books/emma/cover",
    contentType: "image/png",
    body: Buffer.from("89504e47", "hex"),
  },
];

const whole =
  '{"text":"a","int32":-7,"int64":"9007199254740993","uint64":"1","double":1.5,"float":"NaN","bool":true,"bytes":"AQID",' +
  '"kind":"LARGE","maybe":0,"snakeCase":"s","otherName":"o","tags":["a","b"],"numbers":[1,2],"kinds":["SMALL",2],' +
  '"children":[{"text":"c"},{}],"labels":{"k":"v"},"byId":{"7":"SMALL"},"byFlag":{"true":"5"},"durations":{"d":"1.5s"},' +
  '"byName":{"n":{"text":"x"}},"second":{"int32":1},"child":{"child":{"tags":["z"]}},"timestamp":"2020-01-02T03:04:05.5Z",' +
  '"duration":"-1.5s","mask":"text,child.snakeCase","struct":{"a":[1,null,{"b":"c"}]},"value":[true],"list":[1,"x"],' +
  '"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"},"empty":{},"wrappedString":"","wrappedInt64":"5",' +
  '"wrappedBytes":"AQ==","timestamps":["2020-01-01T00:00:00Z"],"wrappedNumbers":["1"],"file":{"contentType":"a/b","data":"AQ=="}}';

/** Requests that the services of http/v1/http.proto answer well: every kind of field, binding and stream. */
export const echoRequests: readonly SeedRequest[] = [
  { httpMethod: "GET", target: "/v1/path/a%20b/7" },
  { httpMethod: "GET", target: "/v1/path/a/kinds/LARGE?child.text=x" },
  { httpMethod: "GET", target: "/v1/path/many/shelves/a/books/b%2Fc" },
  { httpMethod: "GET", target: "/v1/path/all/a/b/c" },
  { httpMethod: "GET", target: "/v1/path/nested/x/5?child.child.int32=1" },
  { httpMethod: "GET", target: "/v1/path/first/a?third=1" },
  { httpMethod: "GET", target: "/v1/path/timestamp/2020-01-01T00:00:00Z" },
  { httpMethod: "GET", target: "/v1/path/bytes/AQID" },
  { httpMethod: "POST", target: "/v1/path/a:cancel", contentType: json, body: whole },
  {
    httpMethod: "GET",
    target:
      "/v1/query?text=a&int32=1&int64=2&tags=a&tags=b&labels[k]=v&by_id[7]=LARGE&child.child.text=x&timestamp=2020-01-01T00:00:00Z&mask=text&first=f",
  },
  { httpMethod: "DELETE", target: "/v1/query/a?wrapped_string=b" },
  { httpMethod: "POST", target: "/v1/whole", contentType: json, body: whole },
  { httpMethod: "PUT", target: "/v1/whole/nested/a", contentType: json, body: whole },
  {
    httpMethod: "POST",
    target: "/v1/whole",
    contentType: "application/x-www-form-urlencoded",
    body: "text=a&tags=b&tags=c&child.text=d&labels[k]=v",
  },
  { httpMethod: "POST", target: "/v1/field/child?text=a", contentType: json, body: whole },
  { httpMethod: "POST", target: "/v1/field/tags", contentType: json, body: '["a","b"]' },
  { httpMethod: "POST", target: "/v1/field/labels", contentType: json, body: '{"a":"b"}' },
  { httpMethod: "POST", target: "/v1/field/int64", contentType: json, body: '"12"' },
  { httpMethod: "POST", target: "/v1/field/value", contentType: json, body: '{"a":[null]}' },
  {
    httpMethod: "POST",
    target: "/v1/field/any",
    contentType: json,
    body: '{"@type":"type.googleapis.com/http.v1.Message","text":"a"}',
  },
  { httpMethod: "PUT", target: "/v1/files/a", contentType: "image/png", body: Buffer.from([1, 2, 3]) },
  { httpMethod: "POST", target: "/v1/raw", contentType: "text/plain", body: "raw" },
  { httpMethod: "PATCH", target: "/v1/patches/a?update_mask=text", contentType: json, body: whole },
  { httpMethod: "PURGE", target: "/v1/custom/any", contentType: json, body: "{}" },
  { httpMethod: "GET", target: "/v1/watch/a?int32=1" },
  { httpMethod: "GET", target: "/v1/watch/a/texts" },
  {
    httpMethod: "POST",
    target: "/v1/collect/a",
    contentType: "application/x-ndjson",
    body: `${whole}\n{"text":"b"}\n`,
  },
  { httpMethod: "POST", target: "/v1/collect/a/texts", contentType: json, body: '["a","b"]' },
  {
    httpMethod: "POST",
    target: "/v1/chat/a",
    contentType: "application/x-ndjson",
    body: '{"int32":1}\n{"int32":2}',
  },
  { httpMethod: "GET", target: "/v1/streams/files/a" },
  { httpMethod: "PUT", target: "/v1/streams/files/a", contentType: "a/b", body: "x".repeat(1000) },
  { httpMethod: "PUT", target: "/v1/streams/files", contentType: "a/b", body: "x".repeat(1000) },
  { httpMethod: "POST", target: "/v1/streams/convert", contentType: "a/b", body: "x".repeat(1000) },
];
