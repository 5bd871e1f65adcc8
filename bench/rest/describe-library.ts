import { fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { describeFiles } from "../../lib/schema/describe-files.js";
import { loadLibrary } from "./load-library.js";

/** The descriptors of library.proto and of all that it imports, each after its imports. */
export async function describeLibrary(): Promise<readonly FileDescriptorProto[]> {
  const { schema } = await loadLibrary();
  const files = describeFiles(schema).map(({ bytes }) => fromBinary(FileDescriptorProtoSchema, bytes));
  const sorted = new Set<FileDescriptorProto>();
  for (const file of files) add(file);
  return [...sorted];

  function add(file: FileDescriptorProto): void {
    for (const imported of files.filter(({ name }) => file.dependency.includes(name))) add(imported);
    sorted.add(file);
  }
}
