import { createSecureContext, type SecureContextOptions } from "node:tls";
import { type OptionFile, readOptionFile } from "./read-option-file.js";
import { UsageError } from "./usage-error.js";

/**
 * Read the certificates that an option names; `undefined` if it was not given.
 *
 * @throws Error that names the option and the file, when they cannot be used.
 */
export async function readCertificates({ option, file }: PemOption): Promise<Buffer | undefined> {
  return file === undefined ? undefined : await readPem({ option, file }, "cert");
}

/**
 * Read a certificate and its key; `undefined` if neither was given.
 *
 * @throws UsageError when only one was given.
 * @throws Error that names the option and the file, when they cannot be used.
 */
export async function readKeyPair(cert: PemOption, key: PemOption): Promise<KeyPair | undefined> {
  if (cert.file === undefined && key.file === undefined) return undefined;
  if (cert.file === undefined || key.file === undefined)
    throw new UsageError(`--${cert.option} and --${key.option} belong together: give both`);
  const pair = {
    cert: await readPem({ ...cert, file: cert.file }, "cert"),
    key: await readPem({ ...key, file: key.file }, "key"),
  };
  if (!isUsable(pair))
    throw new Error(`--${key.option}: "${key.file}" is not the key of the certificate "${cert.file}"`);
  return pair;
}

/** An option that takes a file, which may not have been given. */
type PemOption = Pick<OptionFile, "option"> & { readonly file: string | undefined };

export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const contents = {
  cert: "a certificate in PEM form",
  key: "a private key in PEM form, without a passphrase",
} as const;

async function readPem(source: OptionFile, member: keyof typeof contents): Promise<Buffer> {
  const content = await readOptionFile(source);
  if (isUsable({ [member]: content })) return content;
  throw new Error(`--${source.option}: "${source.file}" must be ${contents[member]}`);
}

/** OpenSSL alone knows, and its words are about its own routines. */
function isUsable(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
