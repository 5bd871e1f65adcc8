import protobuf from "protobufjs";

/** A root made of `.proto` text and of the well-known types that it imports. */
export function parseRoot(text: string, options: protobuf.IParseOptions = {}): protobuf.Root {
  const root = new protobuf.Root();
  const { imports = [] } = protobuf.parse(text, root, options);
  const files = new Set(imports);
  for (const file of files) root.addJSON(protobuf.common.get(file)!.nested!);
  root.resolveAll();
  return root;
}
