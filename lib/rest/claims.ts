import { invalidField } from "../call/rpc-error.js";
import type { BindableField } from "./bindable-field.js";

/** A field that a parameter names, or leads through. */
interface Claim {
  readonly parts: Map<string, Claim>;
  /** The member that is set of each oneof of the message. */
  readonly oneofs: Map<string, string>;
  isSet: boolean;
  /** A part of it is set. */
  isParent: boolean;
}

/** What the parameters of one query have set so far, so that no two of them set the same. */
export class Claims {
  readonly #root = createClaim();

  /** Set a field, under its proto names. @throws RpcError INVALID_ARGUMENT when it, or a part of it, is set already. */
  claim(names: readonly string[]): void {
    const claim = partOf(this.#claimParents(names), names.at(-1) as string);
    const name = names.join(".");
    if (claim.isSet) throw invalidField(name, `the parameter "${name}" is given more than once`);
    if (claim.isParent) {
      throw invalidField(name, `the parameter "${name}" is given beside one for a part of it`);
    }
    claim.isSet = true;
  }

  /** Set a part of the messages that lead to a field. */
  claimParents(names: readonly string[]): void {
    this.#claimParents(names);
  }

  #claimParents(names: readonly string[]): Claim {
    let claim = this.#root;
    for (let depth = 0; depth < names.length - 1; depth++) {
      claim = partOf(claim, names[depth] as string);
      if (claim.isSet) {
        const parent = names.slice(0, depth + 1).join(".");
        throw invalidField(names.join("."), `the parameter "${parent}" is given beside one for a part of it`);
      }
      claim.isParent = true;
    }
    return claim;
  }

  /** Of a oneof, one member at most, on every level of a path. */
  claimOneofs(path: readonly BindableField[], names: readonly string[]): void {
    let claim = this.#root;
    for (const [depth, { oneof }] of path.entries()) {
      const member = names[depth] as string;
      if (oneof !== undefined) {
        const other = claim.oneofs.get(oneof.name) ?? member;
        if (other !== member) throw excludeEachOther(names.slice(0, depth), other, member);
        claim.oneofs.set(oneof.name, member);
      }
      claim = partOf(claim, member);
    }
  }
}

function createClaim(): Claim {
  return { parts: new Map(), oneofs: new Map(), isSet: false, isParent: false };
}

function partOf({ parts }: Claim, name: string): Claim {
  const found = parts.get(name);
  if (found !== undefined) return found;
  const made = createClaim();
  parts.set(name, made);
  return made;
}

function excludeEachOther(parents: readonly string[], other: string, member: string) {
  const [first, second] = [other, member].map((name) => [...parents, name].join("."));
  return invalidField(
    second as string,
    `the parameters "${first}" and "${second}" exclude each other: they are of one oneof`,
  );
}
