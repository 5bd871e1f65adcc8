import protobuf from "protobufjs";
import { loadServicesSync, type Services } from "../services.js";

/** Load the services of one `.proto` file from its text; `file` is the name by which others would import it. */
export function loadProtoText(file: string, text: string): Services {
  // An undeclared property of the parser: the file name that it notes on every object.
  const parser = protobuf.parse as unknown as { filename: string | null };
  parser.filename = file;
  try {
    return loadServicesSync(protobuf.parse(text, new protobuf.Root()).root);
  } finally {
    parser.filename = null;
  }
}
