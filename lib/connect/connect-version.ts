import { codes, RpcError } from "../call/rpc-error.js";

/** What is wrong with the version of the protocol that a request names, in a header or in its query. */
export function findVersionFault(
  place: string,
  {
    version,
    known,
    isRequired,
  }: { readonly version: string | undefined; readonly known: string; readonly isRequired: boolean },
): { readonly error: RpcError } | undefined {
  if (version === known || (version === undefined && !isRequired)) return undefined;
  const actual = version === undefined ? "is missing" : `is "${version.slice(0, 80)}"`;
  return { error: new RpcError(codes.INVALID_ARGUMENT, `the ${place} ${actual}: send "${known}"`) };
}
