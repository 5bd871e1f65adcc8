import { invalidField } from "../call/rpc-error.js";
import type { BindableField } from "./bindable-field.js";

/** What the parameters of one query have set so far, so that no two of them set the same. */
export class Claims {
  readonly #fields = new Set<string>();
  /** Messages of which parts are set. */
  readonly #parents = new Set<string>();
  /** The member that is set of each oneof. */
  readonly #oneofs = new Map<string, string>();

  /** Set a field, under its proto names. @throws RpcError INVALID_ARGUMENT when it, or a part of it, is set already. */
  claim(names: readonly string[]): void {
    const name = names.join(".");
    if (this.#fields.has(name)) throw invalidField(name, `the parameter "${name}" is given more than once`);
    if (this.#parents.has(name))
      throw invalidField(name, `the parameter "${name}" is given beside one for a part of it`);
    this.claimParents(names);
    this.#fields.add(name);
  }

  /** Set a part of the messages that lead to a field. */
  claimParents(names: readonly string[]): void {
    for (let depth = 1; depth < names.length; depth++) {
      const parent = names.slice(0, depth).join(".");
      if (this.#fields.has(parent)) {
        throw invalidField(names.join("."), `the parameter "${parent}" is given beside one for a part of it`);
      }
      this.#parents.add(parent);
    }
  }

  /** Of a oneof, one member at most, on every level of a path. */
  claimOneofs(path: readonly BindableField[], names: readonly string[]): void {
    path.forEach(({ oneof }, depth) => {
      if (oneof === undefined) return;
      const name = names.slice(0, depth + 1).join(".");
      const scope = [...names.slice(0, depth), oneof.name].join(".");
      const other = this.#oneofs.get(scope);
      if (other !== undefined && other !== name) {
        throw invalidField(
          name,
          `the parameters "${other}" and "${name}" exclude each other: they are of one oneof`,
        );
      }
      this.#oneofs.set(scope, name);
    });
  }
}
