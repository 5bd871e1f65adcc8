import { codes } from "../call/rpc-error.js";
import { describeFiles } from "../schema/describe-files.js";
import type { Services } from "../services.js";
import { type DescriptorIndex, indexDescriptors } from "./descriptor-index.js";
import { loadReflection, reflectionVersions } from "./reflection-protocol.js";

interface ReflectionRequest {
  readonly host: string;
  readonly messageRequest?: string;
  readonly fileByFilename: string;
  readonly fileContainingSymbol: string;
  readonly fileContainingExtension: {
    readonly containingType: string;
    readonly extensionNumber: number;
  } | null;
  readonly allExtensionNumbersOfType: string;
}

/**
 * `grpc.reflection.v1.ServerReflection` and the same in `v1alpha`, which tools like grpcurl and `buf curl` ask for
 * the services and their descriptors.
 *
 * @param services those that are served; the reflection services tell of themselves as well.
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/server-reflection.md
 */
export function createReflectionServices(services: readonly Services[]): readonly Services[] {
  const protocols = reflectionVersions.map(loadReflection);
  const reflections = protocols.map((protocol) => protocol.services);
  const all = [...services, ...reflections];
  let index: DescriptorIndex | undefined;
  // Describing everything takes a while, and most servers are never asked.
  const openIndex = () => {
    index ??= indexDescriptors(all.flatMap(({ schema }) => describeFiles(schema)));
    return index;
  };
  for (const { serviceName, services: reflection } of protocols) {
    reflection.add(serviceName, {
      async *serverReflectionInfo(requests: AsyncIterable<ReflectionRequest>) {
        const sent = new Set<string>();
        for await (const request of requests) {
          yield {
            validHost: request.host,
            originalRequest: request,
            ...answer(request, openIndex(), { sent, names: () => servedNames(all) }),
          };
        }
      },
    });
  }
  return reflections;
}

/** A service that was loaded, for its messages perhaps, but has no implementation, is not served. */
function servedNames(all: readonly Services[]): string[] {
  const names = all.flatMap(({ served }) => served.map(({ fullName }) => fullName));
  return [...new Set(names)].sort();
}

interface Context {
  /** The files that this client has. */
  readonly sent: Set<string>;
  names(): readonly string[];
}

function answer(request: ReflectionRequest, index: DescriptorIndex, { sent, names }: Context): object {
  switch (request.messageRequest) {
    case "fileByFilename":
      return describe(request.fileByFilename, request.fileByFilename);
    case "fileContainingSymbol": {
      const symbol = request.fileContainingSymbol.replace(/^\./, "");
      return describe(index.fileOfSymbol(symbol), symbol);
    }
    case "fileContainingExtension": {
      const { containingType = "", extensionNumber = 0 } = request.fileContainingExtension ?? {};
      const file = index.fileOfExtension(containingType.replace(/^\./, ""), extensionNumber);
      return describe(file, `extension ${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType": {
      const type = request.allExtensionNumbersOfType.replace(/^\./, "");
      const numbers = index.extensionNumbers(type);
      if (numbers === undefined) return notFound(type);
      return { allExtensionNumbersResponse: { baseTypeName: type, extensionNumber: numbers } };
    }
    case "listServices":
      return { listServicesResponse: { service: names().map((name) => ({ name })) } };
    default:
      return fail(codes.INVALID_ARGUMENT, "the request asks for nothing that is known here");
  }

  /** The file, and of its imports those that have not been sent yet. */
  function describe(file: string | undefined, sought: string): object {
    const [found, ...imports] = file === undefined ? [] : index.withImports(file);
    if (found === undefined) return notFound(sought);
    const files = [found, ...imports.filter(({ name }) => !sent.has(name))];
    for (const { name } of files) sent.add(name);
    return { fileDescriptorResponse: { fileDescriptorProto: files.map(({ bytes }) => bytes) } };
  }
}

function notFound(sought: string): object {
  return fail(codes.NOT_FOUND, `not found: ${sought}`);
}

function fail(code: number, message: string): object {
  return { errorResponse: { errorCode: code, errorMessage: message } };
}
