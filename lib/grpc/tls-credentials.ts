import { type ChannelCredentials, credentials } from "@grpc/grpc-js";

/** PEM texts. */
export interface TlsFiles {
  /** The authorities that may vouch for the server, in place of those that Node knows. */
  readonly ca?: Buffer | undefined;
  /** The certificate of the client, and its key. */
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/** The credentials of a client that speaks TLS. */
export function createTlsCredentials({ ca, cert, key }: TlsFiles): ChannelCredentials {
  return credentials.createSsl(ca, key, cert);
}
